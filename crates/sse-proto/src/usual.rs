//! The usual path: what servers mostly write, in the order in which they mostly write it.

use core::time::Duration;

use crate::Decoder;
use crate::chunk::{Chunk, Span, Value};
use crate::line;
use crate::step::{At, EventType, FEW, Here};

/// An event that lies whole in its chunk, and what comes after it.
pub(crate) struct Whole<'i> {
    pub(crate) event_type: EventType<Value<'i>>,
    pub(crate) data: Value<'i>,
    pub(crate) id: Option<Value<'i>>,
    pub(crate) rest: &'i [u8],
}

/// How far the usual path came when there is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct Miss {
    /// The fields read.
    pub(crate) here: Here,
    /// How much of the chunk they are.
    pub(crate) read: usize,
    /// Behind them is a data line without its end.
    pub(crate) is_cut: bool,
    /// All of the chunk is held.
    pub(crate) is_held: bool,
}

/// What lies at the beginning of a chunk, when it is no whole event.
pub(crate) enum Usual {
    Comment(Span),
    Retry(Duration),
    /// Nothing yet: all of the chunk is held.
    Held,
    /// What is not usual.
    Other,
}

/// What of a chunk is held now.
pub(crate) enum Held {
    /// All of it.
    All,
    /// A whole event.
    Event,
    /// Not all of it; or all, and it has to be seen what that means.
    Other,
}

/// What more of a data line came to.
pub(crate) enum More {
    /// All of it is held.
    All,
    /// It ends here.
    End(usize),
    Other,
}

impl Decoder {
    /// Whether the usual path begins here: there is no data held, and more than a few bytes to go on with.
    #[inline]
    pub(crate) fn is_usual(&self, input: &[u8]) -> bool {
        let no_data = match self.at {
            At::Event => true,
            At::Line => !self.spent && !self.block.has_data(),
            _ => false,
        };
        no_data && input.len() >= FEW
    }

    /// An event of one data line with the blank line right behind, and its ID and its type before it if it has them.
    ///
    /// By force inline: what it returns goes through registers then, and through memory otherwise, which costs a small
    /// event half as much again.
    #[inline(always)]
    pub(crate) fn usual_event<'i>(&mut self, chunk: &'i [u8], miss: &mut Miss) -> Option<Whole<'i>> {
        let (mut id, mut event_type) = (None, None);
        let value = match chunk.strip_prefix(b"data:") {
            Some(value) => value,
            None => {
                let mut rest = chunk;
                if let Some(after) = rest.strip_prefix(b"id:") {
                    let (value, after) = line::value_and_rest(after).filter(|(id, _)| !id.get().contains(&0))?;
                    (id, rest) = (Some(value), after);
                }
                if let Some(after) = rest.strip_prefix(b"event:") {
                    let Some((value, after)) = line::value_and_rest(after) else {
                        *miss = Miss::new(chunk, id, None, rest);
                        return None;
                    };
                    (event_type, rest) = (Some(value), after);
                }
                let Some(value) = rest.strip_prefix(b"data:") else {
                    *miss = Miss::new(chunk, id, event_type, rest);
                    return None;
                };
                value
            }
        };
        let data = line::without_space(value);
        let Some(len) = line::end(data) else {
            if id.is_none() && event_type.is_none() {
                (miss.is_held, miss.is_cut) = (self.cut_data(value), true);
                return None;
            }
            *miss = Miss { is_cut: true, ..Miss::new(chunk, id, event_type, value) };
            miss.read -= b"data:".len();
            return None;
        };
        let data = Value { bytes: data, len };
        let ends = &data.bytes[len..];
        let (rest, cr) = match ends.strip_prefix(b"\n\n") {
            Some(rest) => (rest, false),
            None => {
                let rest = line::after_end(ends)?;
                let Some(end) = line::after_blank(rest) else {
                    *miss = Miss::new(chunk, id, event_type, rest);
                    miss.here.data = Some(data.span(chunk));
                    return None;
                };
                end
            }
        };
        let mut held = EventType::Message;
        let read = chunk.len() - rest.len();
        if self.at == At::Event {
            if read >= self.easy_event {
                return None;
            }
        } else {
            if !self.is_easy(read) {
                return None;
            }
            self.commit_held(id.is_none());
            held = EventType::held(&self.block);
        }
        if cr {
            self.at = At::AfterCr;
        }
        if let Some(id) = id {
            self.commit_id(id.get());
        }
        Some(Whole { event_type: EventType::new(event_type, held), data, id, rest })
    }

    /// What there is when there is no whole event.
    #[inline]
    pub(crate) fn usual_other(&mut self, chunk: &mut Chunk<'_>, miss: &Miss) -> Usual {
        chunk.read = miss.read;
        let rest = chunk.rest();
        let usual = match rest.first() {
            Some(b'd') if miss.is_cut => self.usual_cut(chunk, &rest[b"data:".len()..], &miss.here),
            Some(b':') if miss.read == 0 => self.usual_comment(chunk),
            Some(b'r') => self.usual_retry(chunk, rest, &miss.here),
            _ => None,
        };
        usual.or_else(|| self.usual_part(chunk, &miss.here)).unwrap_or(Usual::Other)
    }

    fn usual_comment(&self, chunk: &mut Chunk<'_>) -> Option<Usual> {
        let (text, rest) = line::value_and_rest(&chunk.bytes[1..])?;
        let next = chunk.bytes.len() - rest.len();
        if !self.is_easy(next) {
            return None;
        }
        chunk.read = next;
        Some(Usual::Comment(text.span(chunk.bytes)))
    }

    /// A reconnection time, perhaps with an event's ID and type before it, which then are held.
    fn usual_retry(&mut self, chunk: &mut Chunk<'_>, rest: &[u8], here: &Here) -> Option<Usual> {
        let (value, rest) = line::value_and_rest(rest.strip_prefix(b"retry:")?)?;
        let time = line::retry_value(value.get())?;
        let next = chunk.bytes.len() - rest.len();
        if !self.is_easy(next) {
            return None;
        }
        self.hold(chunk.bytes, here);
        self.begin_line();
        chunk.read = next;
        Some(Usual::Retry(time))
    }

    /// The chunk ends within the value of a data line: what there is of the event is held.
    fn usual_cut(&mut self, chunk: &mut Chunk<'_>, value: &[u8], here: &Here) -> Option<Usual> {
        if !self.is_easy(chunk.bytes.len()) {
            return None;
        }
        self.hold(chunk.bytes, here);
        if !self.cut_data(value) {
            return None;
        }
        chunk.read_all();
        Some(Usual::Held)
    }

    /// Holds the beginning of a data line's value. But for two cases that are not usual: whether a space belongs to the
    /// value is not known yet, or the line has ended, in a CR.
    #[inline(never)]
    fn cut_data(&mut self, after_colon: &[u8]) -> bool {
        if after_colon.is_empty() || after_colon.ends_with(b"\r") || !self.has_easy_room(after_colon.len()) {
            return false;
        }
        self.release_texts();
        self.begin_data(after_colon);
        true
    }

    /// More of a data line that was cut off, as far as the limit allows.
    #[inline(never)]
    pub(crate) fn hold_more(&mut self, input: &[u8]) -> More {
        if input.is_empty() || self.block.buf_len() + input.len() > self.most_data {
            return More::Other;
        }
        let end = match input {
            [byte] => line::is_end(*byte).then_some(0),
            _ => line::end_in_piece(input),
        };
        match end {
            None => {
                self.block.push_line(input, self.most_data);
                More::All
            }
            Some(end) if self.has_easy_room(input.len()) => More::End(end),
            Some(_) => More::Other,
        }
    }

    /// The end of a data line that was cut off, and what comes behind it.
    pub(crate) fn hold_end(&mut self, chunk: &mut Chunk<'_>, end: usize) -> Held {
        self.block.end_data_with(&chunk.bytes[..end]);
        self.pass(chunk, end + line::end_len(chunk.bytes, end));
        if self.at == At::Line { self.more_data(chunk) } else { Held::Other }
    }

    /// The usual way on from the beginning of a line, or from within one that is no data line.
    #[inline(never)]
    pub(crate) fn usual_way_on(&mut self, chunk: &mut Chunk<'_>) -> Held {
        self.begin_anew(chunk);
        match self.at {
            At::Line if self.block.has_data() => self.more_data(chunk),
            At::InLine => self.rest_of_line(chunk),
            _ => Held::Other,
        }
    }

    /// More of a line that is no data line, or the end of one that is a field.
    fn rest_of_line(&mut self, chunk: &mut Chunk<'_>) -> Held {
        let bytes = chunk.rest();
        if !self.has_easy_room(bytes.len()) {
            return Held::Other;
        }
        let Some(end) = line::end(bytes) else {
            self.block.extend_line(bytes);
            self.tell_data_line();
            chunk.read_all();
            return Held::All;
        };
        if !matches!(self.block.line(), [b'e' | b'i', ..]) {
            return Held::Other;
        }
        self.block.extend_line(&bytes[..end]);
        let _ = self.block.end_line(&mut self.text, usize::MAX);
        self.pass(chunk, chunk.read + end + line::end_len(bytes, end));
        if chunk.is_read() { Held::All } else { Held::Other }
    }

    /// What mostly comes behind a data line: more of them, and the blank line.
    #[inline]
    pub(crate) fn more_data(&mut self, chunk: &mut Chunk<'_>) -> Held {
        if !self.has_easy_room(chunk.rest_len()) {
            return Held::Other;
        }
        let mut rest = chunk.rest();
        while let Some(value) = rest.strip_prefix(b"data:") {
            let Some((data, after)) = line::short_value_and_rest(value) else {
                return self.rest_is_data(chunk, rest, value);
            };
            self.block.push_data(data);
            rest = after;
        }
        chunk.read = chunk.bytes.len() - rest.len();
        if rest.is_empty() {
            return Held::All;
        }
        let Some(rest) = line::after_end(rest) else { return Held::Other };
        self.commit_held(true);
        self.pass(chunk, chunk.bytes.len() - rest.len());
        Held::Event
    }

    /// The rest of the chunk is a data line, or the beginning of one.
    fn rest_is_data(&mut self, chunk: &mut Chunk<'_>, rest: &[u8], value: &[u8]) -> Held {
        if value.is_empty() || value.ends_with(b"\r") {
            chunk.read = chunk.bytes.len() - rest.len();
            return Held::Other;
        }
        self.begin_data(value);
        chunk.read_all();
        Held::All
    }

    /// A few bytes that are but a part of a line.
    #[inline]
    pub(crate) fn hold_few(&mut self, input: &[u8]) -> bool {
        let in_line = match self.at {
            At::Event | At::InLine => true,
            At::Line => !self.spent,
            _ => false,
        };
        if !in_line || input.len() >= FEW || !self.has_easy_room(input.len()) || line::end(input).is_some() {
            return false;
        }
        self.block.extend_line(input);
        self.at = At::InLine;
        self.tell_data_line();
        true
    }

    /// The chunk ends within a line that is no data line: what there is of the event is held.
    fn usual_part(&mut self, chunk: &mut Chunk<'_>, here: &Here) -> Option<Usual> {
        let line = chunk.rest();
        if line.is_empty() || !self.is_easy(chunk.bytes.len()) || line::end(line).is_some() {
            return None;
        }
        self.release_texts();
        self.hold(chunk.bytes, here);
        self.block.extend_line(line);
        self.at = At::InLine;
        self.tell_data_line();
        chunk.read_all();
        Some(Usual::Held)
    }

    /// Holds the beginning of a data line's value, of which there is a byte at least.
    #[inline]
    fn begin_data(&mut self, after_colon: &[u8]) {
        let value = line::without_space(after_colon);
        self.block.begin_data(b"data:".len() + after_colon.len() - value.len(), value);
        self.enter_data();
    }
}

impl Miss {
    #[inline]
    fn new(chunk: &[u8], id: Option<Value<'_>>, event_type: Option<Value<'_>>, rest: &[u8]) -> Self {
        let span = |value: Value<'_>| value.span(chunk);
        let here = Here { id: id.map(span), event_type: event_type.map(span), data: None };
        Self { here, read: chunk.len() - rest.len(), is_cut: false, is_held: false }
    }
}
