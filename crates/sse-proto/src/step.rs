//! The one core under both doors of the decoder: from one frame to the next.
//!
//! [`Decoder::whole_event`] is the usual path. What it does not know is read by [`Decoder::lines`], over whole lines that
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

/// An event that lies whole in its chunk; its type is `None` when the stream named none.
pub(crate) struct Whole<'i> {
    pub(crate) event_type: Option<Value<'i>>,
    pub(crate) data: Value<'i>,
}

/// What a step came to. `None` in place of bytes: they are held.
pub(crate) enum Found<'i> {
    Event { event_type: EventType<'i>, data: Option<Value<'i>> },
    Comment(Option<&'i [u8]>),
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

impl Decoder {
    /// The usual event: one data line, perhaps with its event type before it, and the blank line right behind, all in the
    /// chunk. What it finds is what [`step`](Self::step) would find, with less to ask for on the way.
    #[inline(always)]
    pub(crate) fn whole_event<'i>(&mut self, input: &mut &'i [u8]) -> Option<Whole<'i>> {
        if self.at != At::Event {
            return None;
        }
        let chunk = *input;
        let (event_type, rest) = match chunk.strip_prefix(b"event:") {
            None => (None, chunk),
            Some(after) => {
                let (value, rest) = line::value_and_rest(after)?;
                (Some(value).filter(|value| value.len > 0), rest)
            }
        };
        let (data, rest) = line::value_and_rest(rest.strip_prefix(b"data:")?)?;
        let rest = line::after_end(rest)?;
        if chunk.len() - rest.len() >= self.easy() {
            return None;
        }
        *input = rest;
        Some(Whole { event_type, data })
    }

    /// Any event, a line at a time.
    pub(crate) fn step<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        if self.spent {
            self.spent = false;
            self.clear_block();
            if self.at == At::Line {
                self.at = At::Event;
            }
            if let Some(Whole { event_type, data }) = self.whole_event(input) {
                let event_type = event_type.map_or(EventType::Message, EventType::Here);
                return Ok(Some(Found::Event { event_type, data: Some(data) }));
            }
        }
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
    fn lines<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        let chunk = *input;
        let mut here = Here::default();
        let mut easy_to = self.easy();
        let mut at = 0;
        while let Some(end) = line::end(chunk, at) {
            if end >= easy_to {
                self.hold(here);
                *input = &chunk[at..];
                return self.line_in_full(input, end - at);
            }
            let field = Field::parse(&chunk[at..end]);
            let in_chunk = |value: &[u8]| Value { bytes: &chunk[end - value.len()..], len: value.len() };
            at = end + line::end_len(chunk, end);
            match field {
                Field::Data(value) if here.data.is_none() && !self.block.has_data() => {
                    here.data = Some(in_chunk(value))
                }
                Field::Data(value) => {
                    if let Some(first) = here.data.take() {
                        self.block.push_data(first.get());
                    }
                    self.block.push_data(value);
                }
                Field::EventType(value) => here.event_type = Some(in_chunk(value)),
                Field::Id(value) => here.id = Some(value),
                Field::Ignored => {}
                Field::Blank => {
                    if let Some(found) = self.dispatch(here) {
                        self.pass(input, at);
                        return Ok(Some(found));
                    }
                    here = Here::default();
                    easy_to = at.saturating_add(self.easy());
                }
                Field::Comment(text) => {
                    self.hold(here);
                    self.pass(input, at);
                    return Ok(Some(Found::Comment(Some(text))));
                }
                Field::Retry(time) => {
                    self.hold(here);
                    self.pass(input, at);
                    return Ok(Some(Found::Retry(time)));
                }
            }
        }
        self.hold(here);
        self.pass(input, at);
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

    /// Moves the input to `at`, which is just behind a line end (or where the input begins).
    #[inline]
    pub(crate) fn pass(&mut self, input: &mut &[u8], at: usize) {
        if at == input.len() && input.last() == Some(&b'\r') {
            self.at = At::AfterCr;
        } else {
            self.begin_line();
        }
        *input = &input[at..];
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
            None if self.block.event_type().is_empty() => EventType::Message,
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
