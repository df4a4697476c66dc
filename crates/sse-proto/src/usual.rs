//! The usual path: what servers mostly write, in the order in which they mostly write it, whole in its chunk.

use core::time::Duration;

use crate::Decoder;
use crate::chunk::{Chunk, Span, Value};
use crate::line;
use crate::step::{At, EventType, FEW, Here};

/// An event that lies whole in its chunk, and what comes after it.
pub(crate) struct Whole<'i> {
    pub(crate) event_type: EventType,
    pub(crate) data: Value<'i>,
    /// `None`: it has no ID of its own.
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

/// The fields that come before a data line, and what comes after its colon.
pub(crate) struct Before<'i> {
    id: Option<Value<'i>>,
    event_type: Option<Value<'i>>,
    value: &'i [u8],
}

impl<'i> Before<'i> {
    /// Nothing comes before it.
    #[inline]
    pub(crate) fn none(value: &'i [u8]) -> Self {
        Self { id: None, event_type: None, value }
    }
}

impl Decoder {
    /// Whether the usual path begins here: there is no data held, and more than a few bytes to go on with.
    #[inline]
    pub(crate) fn is_usual(&self, input: &[u8]) -> bool {
        let no_data = match self.at {
            At::Event => true,
            At::Line => !self.block.has_data(),
            _ => false,
        };
        no_data && input.len() >= FEW
    }

    /// An event of one data line with the blank line right behind.
    ///
    /// By force inline: what it returns goes through registers then, and through memory otherwise, which costs a small
    /// event half as much again.
    #[inline(always)]
    pub(crate) fn usual_event<'i>(&mut self, chunk: &'i [u8], before: Before<'i>) -> Result<Whole<'i>, Miss> {
        let data = line::without_space(before.value);
        let Some(len) = line::end(data) else {
            return Err(Miss { is_held: self.cut(chunk, before), ..Miss::default() });
        };
        let data = Value { bytes: data, len };
        let (rest, lone_cr) = match data.bytes[len..].strip_prefix(b"\n\n") {
            Some(rest) => (rest, false),
            None => {
                let rest = line::after_end(&data.bytes[len..]).ok_or_else(Miss::default)?;
                line::after_blank(rest).ok_or_else(|| {
                    let mut miss = Miss::new(chunk, before.id, before.event_type, rest);
                    miss.here.data = Some(data.span(chunk));
                    miss
                })?
            }
        };
        let mut held = EventType::Message;
        if self.at != At::Event {
            if !self.is_easy(chunk.len() - rest.len()) {
                return Err(Miss::default());
            }
            self.commit_held(before.id.is_none());
            held = EventType::held(&self.block);
        } else if chunk.len() - rest.len() >= self.easy_event {
            return Err(Miss::default());
        }
        if lone_cr {
            self.at = At::AfterCr;
        }
        if let Some(id) = before.id {
            self.commit_id(id.get());
        }
        let event_type = EventType::new(before.event_type.map(|value| value.span(chunk)), held);
        Ok(Whole { event_type, data, id: before.id, rest })
    }

    /// The chunk ends within the value of a data line: what there is of the event is held. But for one case that is not
    /// usual: whether a space belongs to the value is not known yet.
    #[inline(never)]
    fn cut(&mut self, chunk: &[u8], Before { id, event_type, value }: Before<'_>) -> bool {
        if value.is_empty() || !self.is_easy(chunk.len()) {
            return false;
        }
        if let Some(id) = id {
            self.block.set_id(id.get());
        }
        if let Some(event_type) = event_type {
            self.block.set_event_type(event_type.get());
        }
        self.begin_data(value);
        true
    }

    /// What there is when there is no whole event.
    #[inline]
    pub(crate) fn usual_other(&mut self, chunk: &mut Chunk<'_>, miss: &Miss) -> Usual {
        chunk.read = miss.read;
        let usual = match chunk.rest().first() {
            Some(b':') if miss.read == 0 => self.usual_comment(chunk),
            Some(b'r') => self.usual_retry(chunk, &miss.here),
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

    /// A reconnection time, perhaps with an event's fields before it, which then are held.
    fn usual_retry(&mut self, chunk: &mut Chunk<'_>, here: &Here) -> Option<Usual> {
        let (value, rest) = line::value_and_rest(chunk.rest().strip_prefix(b"retry:")?)?;
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

    /// The chunk ends within another line: what there is of the event is held.
    fn usual_part(&mut self, chunk: &mut Chunk<'_>, here: &Here) -> Option<Usual> {
        let line = chunk.rest();
        if line.is_empty() || !self.is_easy(chunk.bytes.len()) || line::end(line).is_some() {
            return None;
        }
        self.hold(chunk.bytes, here);
        self.begin_part(line);
        chunk.read_all();
        Some(Usual::Held)
    }
}

/// The ID and the type, where they are, and the data line behind them.
#[inline(always)]
pub(crate) fn before_data(chunk: &[u8]) -> Result<Before<'_>, Miss> {
    let (mut id, mut event_type, mut rest) = (None, None, chunk);
    if let Some(after) = rest.strip_prefix(b"id:") {
        let value = line::value_and_rest(after).filter(|(id, _)| !id.get().contains(&0));
        let (value, after) = value.ok_or_else(Miss::default)?;
        (id, rest) = (Some(value), after);
    }
    if let Some(after) = rest.strip_prefix(b"event:") {
        let value = line::value_and_rest(after);
        let (value, after) = value.ok_or_else(|| Miss::new(chunk, id, None, rest))?;
        (event_type, rest) = (Some(value), after);
    }
    let value = rest.strip_prefix(b"data:").ok_or_else(|| Miss::new(chunk, id, event_type, rest))?;
    Ok(Before { id, event_type, value })
}

impl Miss {
    #[inline]
    fn new(chunk: &[u8], id: Option<Value<'_>>, event_type: Option<Value<'_>>, rest: &[u8]) -> Self {
        let span = |value: Value<'_>| value.span(chunk);
        let here = Here { id: id.map(span), event_type: event_type.map(span), data: None };
        Self { here, read: chunk.len() - rest.len(), is_held: false }
    }
}
