//! The one core under both doors of the decoder: from one frame to the next.
//!
//! [`Decoder::whole`] is the usual path. What it does not know is read by [`Decoder::lines`], over whole lines that
//! lie in the chunk; it copies only what has to outlive the chunk or be joined. [`Decoder::resume`] takes up what the
//! chunk before cut off. All end in the same fields.

use core::time::Duration;

use crate::line::{self, Field, Value};
use crate::{DecodeError, Decoder, text};

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// At its beginning, with this many bytes of a BOM seen.
    Start(usize),
    /// At the beginning of an event: of a line, with nothing held.
    Event,
    /// At the beginning of a line, with something held.
    Line,
    /// At the beginning of a line, but the one before ended with CR: an LF belongs to it.
    AfterCr,
    /// Inside a line; what there is of it is held.
    InLine,
    /// Inside the value of a data line; what there is of the value is held.
    InData,
    /// Inside an event over the limit, of which `len` bytes were dropped so far.
    Skip { len: u64, line: Skipped },
    /// Past the limit, for good.
    Failed,
}

/// How much there is of the line in progress while an event is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skipped {
    Nothing,
    /// Nothing, and an LF belongs to the line before.
    NothingAfterCr,
    Something,
}

/// What lies whole in its chunk. An event's type is `None` when the stream named none.
pub(crate) enum Whole<'i> {
    Event { event_type: Option<Value<'i>>, data: Value<'i> },
    Comment(Value<'i>),
    Retry(Duration),
}

/// What a step came to. `None` in place of bytes: they are held.
pub(crate) enum Found<'i> {
    Event { event_type: EventType<'i>, data: Option<Value<'i>> },
    Comment(Option<Value<'i>>),
    Retry(Duration),
    Discarded { len: u64 },
}

pub(crate) enum EventType<'i> {
    /// The stream named none.
    Message,
    Here(Value<'i>),
    Held,
}

/// The fields of the event in progress that lie in this chunk; each goes before what is held.
#[derive(Clone, Copy, Default)]
pub(crate) struct Here<'i> {
    event_type: Option<Value<'i>>,
    data: Option<Value<'i>>,
    id: Option<&'i [u8]>,
}

/// An event shorter than this part of the limit cannot pass it, whatever its repairs and its copies add: text that is
/// not UTF-8 grows threefold at most, and a buffer has at most twice the room that it needs. Only longer ones are
/// measured line by line.
pub(crate) const EASY_PART: usize = 8;

/// A chunk of fewer bytes than this is looked at byte by byte.
pub(crate) const FEW: usize = 8;

impl Decoder {
    /// The usual path: a frame that lies whole in the chunk, be it a comment, or an event of one data line with the blank
    /// line right behind and its ID and its type before it, if it has them. What it finds is what [`step`](Self::step)
    /// would find, with less to ask for on the way. (By force inline: what it returns goes through registers then, and
    /// through memory otherwise, which costs a small event half as much again.)
    #[inline(always)]
    pub(crate) fn whole<'i>(&mut self, input: &mut &'i [u8]) -> Option<Whole<'i>> {
        if self.spent {
            self.forget();
        }
        if self.at != At::Event {
            return None;
        }
        let chunk = *input;
        let (mut id, mut event_type, mut rest) = (None, None, chunk);
        if let Some(after) = rest.strip_prefix(b":") {
            let (text, rest) = line::value_and_rest(after)?;
            return self.is_easy(chunk, rest).then(|| {
                *input = rest;
                Whole::Comment(text)
            });
        }
        if let Some(after) = rest.strip_prefix(b"id:") {
            let (value, after) = line::value_and_rest(after)?;
            (id, rest) = (Some(line::id_value(value.get())?), after);
        }
        if let Some(after) = rest.strip_prefix(b"event:") {
            let (value, after) = line::value_and_rest(after)?;
            (event_type, rest) = (Some(value).filter(|value| value.len > 0), after);
        }
        let Some(after) = rest.strip_prefix(b"data:") else {
            return self.whole_retry(input, rest, Here { event_type, id, data: None });
        };
        let (data, rest) = line::value_and_rest(after)?;
        let rest = line::after_end(rest)?;
        if !self.is_easy(chunk, rest) {
            return None;
        }
        if id.is_some() {
            self.commit_id(id);
        }
        *input = rest;
        Some(Whole::Event { event_type, data })
    }

    /// A reconnection time, perhaps with an event's ID and type before it, which then are held.
    #[inline(never)]
    fn whole_retry<'i>(&mut self, input: &mut &'i [u8], rest: &'i [u8], here: Here<'i>) -> Option<Whole<'i>> {
        let (value, rest) = line::value_and_rest(rest.strip_prefix(b"retry:")?)?;
        let time = line::retry_value(value.get())?;
        if !self.is_easy(input, rest) {
            return None;
        }
        self.hold(here);
        self.begin_line();
        *input = rest;
        Some(Whole::Retry(time))
    }

    /// What is missing of an event whose ID or type is held: the data line, and the blank line right behind.
    #[inline]
    fn whole_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<Found<'i>> {
        if self.block.has_data() {
            return None;
        }
        let (data, rest) = line::value_and_rest(input.strip_prefix(b"data:")?)?;
        let rest = line::after_end(rest)?;
        if !self.is_easy(input, rest) {
            return None;
        }
        *input = rest;
        self.dispatch(Here { data: Some(data), ..Here::default() })
    }

    /// What was lent is no longer needed: the next line begins an event.
    pub(crate) fn forget(&mut self) {
        self.spent = false;
        self.clear_block();
        if self.at == At::Line {
            self.at = At::Event;
        }
    }

    /// Whether what lies between the beginning of a chunk and the rest of it is far from the limit.
    #[inline]
    fn is_easy(&self, chunk: &[u8], rest: &[u8]) -> bool {
        chunk.len() - rest.len() < self.easy()
    }

    /// Whatever is left: an event a line at a time, or the rest of one that was cut off.
    #[inline]
    pub(crate) fn step<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        let found = match self.at {
            At::Line => self.whole_data(input),
            At::InData => self.rest_of_data(input),
            _ => None,
        };
        if found.is_some() {
            return Ok(found);
        }
        self.step_by_lines(input)
    }

    fn step_by_lines<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        loop {
            while !matches!(self.at, At::Event | At::Line) {
                let found = self.resume(input)?;
                if found.is_some() {
                    return Ok(found);
                }
                if input.is_empty() {
                    self.rest();
                    return Ok(None);
                }
            }
            let found = self.lines(input)?;
            if found.is_some() || input.is_empty() {
                return Ok(found);
            }
        }
    }

    /// The lines that lie whole in the chunk, up to the first that completes a frame.
    #[inline]
    fn lines<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        let mut here = Here::default();
        let mut easy = self.easy();
        let mut rest = *input;
        while let Some(end) = line::end(rest, 0) {
            let len = input.len() - rest.len() + end;
            if len >= easy {
                self.hold(here);
                *input = rest;
                return self.line_in_full(input, end);
            }
            let line = rest;
            rest = &rest[end + line::end_len(rest, end)..];
            let found = match Field::parse(&line[..end]) {
                Field::Data(value) if here.data.is_none() && !self.block.has_data() => {
                    here.data = Some(Value { bytes: &line[end - value.len()..], len: value.len() });
                    continue;
                }
                Field::Data(value) => {
                    if let Some(first) = here.data.take() {
                        self.block.push_data(first.get());
                    }
                    self.block.push_data(value);
                    continue;
                }
                Field::EventType(value) => {
                    here.event_type = Some(Value { bytes: &line[end - value.len()..], len: value.len() });
                    continue;
                }
                Field::Id(value) => {
                    here.id = Some(value);
                    continue;
                }
                Field::Ignored => continue,
                Field::Blank => match self.dispatch(here) {
                    Some(found) => found,
                    None => {
                        here = Here::default();
                        easy = (input.len() - rest.len()).saturating_add(self.easy());
                        continue;
                    }
                },
                Field::Comment(text) => {
                    self.hold(here);
                    Found::Comment(Some(text.into()))
                }
                Field::Retry(time) => {
                    self.hold(here);
                    Found::Retry(time)
                }
            };
            self.pass(input, rest);
            return Ok(Some(found));
        }
        self.hold(here);
        self.pass(input, rest);
        self.hold_line(input)?;
        self.rest();
        Ok(None)
    }

    /// How many bytes of this chunk the event may take before it has to be measured.
    #[inline]
    fn easy(&self) -> usize {
        (self.limits.max_event_len / EASY_PART).saturating_sub(self.held())
    }

    /// What counts towards the limit, but for the line in progress.
    #[inline]
    pub(crate) fn held(&self) -> usize {
        self.block.held() + self.last_event_id.len()
    }

    /// Moves the input on to `rest`, which begins a line.
    #[inline]
    pub(crate) fn pass<'i>(&mut self, input: &mut &'i [u8], rest: &'i [u8]) {
        if rest.is_empty() && input.last() == Some(&b'\r') {
            self.at = At::AfterCr;
        } else {
            self.begin_line();
        }
        *input = rest;
    }

    #[inline]
    pub(crate) fn begin_line(&mut self) {
        self.at = if self.block.is_unused() { At::Event } else { At::Line };
    }

    /// WHATWG HTML 9.2.6, "dispatch the event". `None`: there was no data line, so there is no event.
    #[inline]
    pub(crate) fn dispatch<'i>(&mut self, here: Here<'i>) -> Option<Found<'i>> {
        if here.id.is_some() || self.block.id().is_some() {
            self.commit_id(here.id);
        }
        if here.data.is_none() && !self.block.has_data() {
            self.clear_block();
            return None;
        }
        self.spent = !self.block.is_unused();
        let event_type = match here.event_type {
            Some(value) if value.len == 0 => EventType::Message,
            Some(value) => EventType::Here(value),
            None if self.block.event_type_len() == 0 => EventType::Message,
            None => EventType::Held,
        };
        Some(Found::Event { event_type, data: here.data })
    }

    /// The last event ID changes here and nowhere else. Most servers that send one send a new one each time; one that
    /// repeats it costs no copy.
    fn commit_id(&mut self, here: Option<&[u8]>) {
        match here {
            Some(value) if text::same(value, &self.last_event_id) => return,
            Some(value) => text::set(&mut self.last_event_id, value),
            None => self.block.swap_id(&mut self.last_event_id),
        }
        self.shared_id = None;
    }

    /// Copies what lies in the chunk, because the event outlives it.
    #[inline]
    pub(crate) fn hold(&mut self, here: Here<'_>) {
        if let Some(value) = here.data {
            self.block.push_data(value.get());
        }
        if let Some(value) = here.event_type {
            self.block.set_event_type(value.get());
        }
        if let Some(value) = here.id {
            self.block.set_id(value);
        }
    }
}
