//! Whatever is not usual, under both doors of the decoder: from one frame to the next.
//!
//! [`Decoder::lines`] reads whole lines that lie in the chunk; it copies only what has to outlive the chunk or be joined.
//! [`Decoder::resume`] takes up what the chunk before cut off. [`Decoder::usual_event`] and [`Decoder::more_data`] come
//! first, and say what these would say, sooner.

use core::time::Duration;

use crate::block::Block;
use crate::chunk::{Chunk, Span};
use crate::line::{self, Field};
use crate::share::SharedId;
use crate::way_on::Held;
use crate::{DecodeError, Decoder, text};

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// At its beginning, with this many bytes of a BOM seen.
    Start(usize),
    /// At the beginning of an event: of a line, with nothing held.
    Event,
    /// At the beginning of a line, with something held, or just behind a line that was.
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

/// What a step came to. `None` in place of bytes: they are held.
pub(crate) enum Found {
    Event { event_type: EventType, data: Option<Span> },
    Comment(Option<Span>),
    Retry(Duration),
    Discarded { len: u64 },
}

pub(crate) enum EventType {
    /// The stream named none.
    Message,
    Here(Span),
    Held,
}

impl Found {
    /// An event all of which is held.
    pub(crate) fn held(block: &Block) -> Self {
        Self::Event { event_type: EventType::held(block), data: None }
    }
}

impl EventType {
    /// The one that stands in the chunk goes before the one that is held.
    #[inline]
    pub(crate) fn new(here: Option<Span>, held: Self) -> Self {
        match here {
            Some(value) if value.len() == 0 => Self::Message,
            Some(value) => Self::Here(value),
            None => held,
        }
    }

    #[inline]
    pub(crate) fn held(block: &Block) -> Self {
        if block.event_type_len() == 0 { Self::Message } else { Self::Held }
    }
}

/// The fields of the event in progress that lie in this chunk; each goes before what is held.
#[derive(Clone, Copy, Default)]
pub(crate) struct Here {
    pub(crate) event_type: Option<Span>,
    pub(crate) data: Option<Span>,
    pub(crate) id: Option<Span>,
}

impl Here {
    /// A later type or ID takes the place of an earlier one.
    fn set<'l>(&mut self, field: &Field<'l>, span: impl Fn(&'l [u8]) -> Span) {
        match field {
            Field::EventType(value) => self.event_type = Some(span(value)),
            Field::Id(value) => self.id = Some(span(value)),
            _ => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.event_type.is_none() && self.data.is_none() && self.id.is_none()
    }
}

/// An event shorter than this part of the limit cannot pass it, whatever its repairs and its copies add: text that is
/// not UTF-8 grows threefold at most, and a buffer has at most twice the room that it needs. Only longer ones are
/// measured line by line.
pub(crate) const EASY_PART: usize = 8;

/// A chunk of fewer bytes than this is looked at byte by byte.
pub(crate) const FEW: usize = 8;

impl Decoder {
    /// What was lent is no longer needed: the next line begins an event.
    #[inline(never)]
    pub(crate) fn forget(&mut self) {
        self.spent = false;
        self.clear_block();
        if self.at == At::Line {
            self.at = At::Event;
        }
    }

    /// On behind a CR: how much of what comes is an LF that belongs to it, and so is no line of its own.
    #[inline]
    pub(crate) fn after_cr(&mut self, input: &[u8]) -> usize {
        self.begin_line();
        usize::from(input.starts_with(b"\n"))
    }

    /// Whether an event that began with the chunk is far from the limit when it ends here.
    #[inline]
    pub(crate) fn is_easy(&self, end: usize) -> bool {
        end < self.easy()
    }

    /// Whatever is not usual: an event a line at a time, or the rest of one that was cut off. What the usual path read of
    /// the chunk is in `here`.
    pub(crate) fn step(
        &mut self,
        chunk: &mut Chunk<'_>,
        mut here: Here,
    ) -> Result<Option<Found>, DecodeError> {
        let mut begin = 0;
        if !self.is_easy(chunk.read) {
            (chunk.read, here) = (0, Here::default());
        }
        loop {
            while !matches!(self.at, At::Event | At::Line) {
                let found = self.resume(chunk)?;
                if found.is_some() {
                    return Ok(found);
                }
                if chunk.is_read() {
                    break;
                }
            }
            if chunk.is_read() && here.is_empty() {
                self.rest();
                return Ok(None);
            }
            let found = self.lines(chunk, begin, here)?;
            if found.is_some() {
                return Ok(found);
            }
            (begin, here) = (chunk.read, Here::default());
        }
    }

    /// The lines that lie whole in the chunk, up to the first that completes a frame. What was read of the event since
    /// `begin` is in `here`.
    fn lines(
        &mut self,
        chunk: &mut Chunk<'_>,
        begin: usize,
        mut here: Here,
    ) -> Result<Option<Found>, DecodeError> {
        let (bytes, mut line) = (chunk.bytes, chunk.read);
        let mut easy = begin.saturating_add(self.easy());
        while let Some(len) = line::end_of_any(&bytes[line..]) {
            let end = line + len;
            if end >= easy {
                self.hold(bytes, &here);
                chunk.read = line;
                return self.line_in_full(chunk, len);
            }
            let field = Field::parse(&bytes[line..end]);
            let span = |value: &[u8]| Span { start: end - value.len(), end };
            line = end + line::end_len(bytes, end);
            let found = match field {
                Field::Data(value) if here.data.is_none() && !self.block.has_data() => {
                    here.data = Some(span(value));
                    continue;
                }
                Field::Data(value) => {
                    self.hold(bytes, &here);
                    self.block.push_data(span(value).value(bytes));
                    self.pass(chunk, line);
                    return Ok(self.lines_of_data(chunk));
                }
                Field::EventType(_) | Field::Id(_) | Field::Ignored => {
                    here.set(&field, span);
                    continue;
                }
                Field::Blank => match self.dispatch(bytes, &here) {
                    Some(found) => found,
                    None => {
                        here = Here::default();
                        easy = line.saturating_add(self.easy());
                        continue;
                    }
                },
                Field::Comment(text) => {
                    self.hold(bytes, &here);
                    Found::Comment(Some(span(text)))
                }
                Field::Retry(time) => {
                    self.hold(bytes, &here);
                    Found::Retry(time)
                }
            };
            self.pass(chunk, line);
            return Ok(Some(found));
        }
        self.hold(bytes, &here);
        self.pass(chunk, line);
        self.hold_line(chunk)?;
        self.rest();
        Ok(None)
    }

    /// Data lines mostly come one after the other.
    fn lines_of_data(&mut self, chunk: &mut Chunk<'_>) -> Option<Found> {
        let held = if self.at == At::Line { self.more_data(chunk) } else { Held::Other };
        matches!(held, Held::Event).then(|| Found::held(&self.block))
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

    /// Goes on behind the end of a line.
    #[inline]
    pub(crate) fn pass(&mut self, chunk: &mut Chunk<'_>, next: usize) {
        chunk.read = next;
        if chunk.is_read() && chunk.bytes.last() == Some(&b'\r') {
            self.at = At::AfterCr;
        } else {
            self.begin_line();
        }
    }

    #[inline]
    pub(crate) fn begin_line(&mut self) {
        self.at = if self.block.is_unused() { At::Event } else { At::Line };
    }

    /// WHATWG HTML 9.2.6, "dispatch the event". `None`: there was no data line, so there is no event.
    pub(crate) fn dispatch(&mut self, chunk: &[u8], here: &Here) -> Option<Found> {
        if let Some(value) = here.id {
            self.commit_id(value.of(chunk));
        }
        if !self.block.is_unused() {
            self.commit_held(here.id.is_none());
        }
        if here.data.is_none() && !self.block.has_data() {
            self.forget();
            return None;
        }
        Some(Found::Event {
            event_type: EventType::new(here.event_type, EventType::held(&self.block)),
            data: here.data,
        })
    }

    /// An event of which something is held is complete: its ID, unless that stands in the chunk.
    #[inline]
    pub(crate) fn commit_held(&mut self, id_too: bool) {
        if id_too && self.block.id().is_some() {
            self.block.swap_id(&mut self.last_event_id);
            self.id_changed();
        }
        self.spent = true;
    }

    /// Most servers that send an ID send a new one each time; one that repeats it costs no copy.
    #[inline]
    pub(crate) fn commit_id(&mut self, id: &[u8]) {
        if !text::same(id, &self.last_event_id) {
            text::set(&mut self.last_event_id, id);
            self.id_changed();
        }
    }

    #[inline]
    pub(crate) fn id_changed(&mut self) {
        self.shared_id = SharedId::Unasked;
        self.easy_event = (self.limits.max_event_len / EASY_PART).saturating_sub(self.last_event_id.len());
    }

    /// Copies what lies in the chunk, because the event outlives it.
    #[inline]
    pub(crate) fn hold(&mut self, chunk: &[u8], here: &Here) {
        if let Some(value) = here.data {
            self.block.push_data(value.value(chunk));
        }
        if let Some(value) = here.event_type {
            self.block.set_event_type(value.of(chunk));
        }
        if let Some(value) = here.id {
            self.block.set_id(value.of(chunk));
        }
    }
}
