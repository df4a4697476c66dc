//! The one core under both doors of the decoder: from one frame to the next.
//!
//! [`Decoder::lines`] is the usual path, over whole lines that lie in the chunk; it copies only what has to outlive the
//! chunk or be joined. [`Decoder::resume`] takes up what the chunk before cut off. Both end in the same fields.

use alloc::string::String;
use core::time::Duration;

use crate::block::{Block, Ended, KEEP};
use crate::line::{self, Field};
use crate::{DecodeError, Decoder, Oversize, text};

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// At its beginning, with this many bytes of a BOM seen.
    Start(usize),
    /// At the beginning of a line.
    Line,
    /// The same, but the line before ended with CR: an LF belongs to it.
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
pub(crate) enum Found<'i> {
    Event { event_type: EventType<'i>, data: Option<&'i [u8]> },
    Comment(Option<&'i [u8]>),
    Retry(Duration),
    Discarded { len: u64 },
}

pub(crate) enum EventType<'i> {
    /// The stream named none.
    Message,
    Here(&'i [u8]),
    Held,
}

/// The fields of the event in progress that lie in this chunk; each goes before what is held.
#[derive(Clone, Copy, Default)]
struct Here<'i> {
    event_type: Option<&'i [u8]>,
    data: Option<&'i [u8]>,
    id: Option<&'i [u8]>,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// An event shorter than this part of the limit cannot pass it, whatever its repairs and its copies add: text that is
/// not UTF-8 grows threefold at most, and a buffer has at most twice the room that it needs. Only longer ones are
/// measured line by line.
const EASY_PART: usize = 8;

impl Decoder {
    #[inline]
    pub(crate) fn step<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        loop {
            while self.at != At::Line || self.spent {
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

    /// The usual path: the lines that lie whole in the chunk, up to the first that completes a frame.
    #[inline]
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
            let line = &chunk[at..end];
            at = end + line::end_len(chunk, end);
            match Field::parse(line) {
                Field::Data(value) if here.data.is_none() && !self.block.has_data() => {
                    here.data = Some(value)
                }
                Field::Data(value) => {
                    if let Some(first) = here.data.take() {
                        self.block.push_data(first);
                    }
                    self.block.push_data(value);
                }
                Field::EventType(value) => here.event_type = Some(value),
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
    fn held(&self) -> usize {
        self.block.held() + self.last_event_id.len()
    }

    /// Moves the input to `at`, which is just behind a line end (or where the input begins).
    #[inline]
    fn pass(&mut self, input: &mut &[u8], at: usize) {
        if at == input.len() && input.last() == Some(&b'\r') {
            self.at = At::AfterCr;
        }
        *input = &input[at..];
    }

    /// WHATWG HTML 9.2.6, "dispatch the event". `None`: there was no data line, so there is no event.
    #[inline]
    fn dispatch<'i>(&mut self, here: Here<'i>) -> Option<Found<'i>> {
        if here.id.is_some() || self.block.id().is_some() {
            self.commit_id(here.id);
        }
        if here.data.is_none() && !self.block.has_data() {
            self.clear_block();
            return None;
        }
        self.spent = !self.block.is_unused();
        let event_type = match here.event_type {
            Some([]) => EventType::Message,
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
    fn hold(&mut self, here: Here<'_>) {
        if let Some(value) = here.data {
            self.block.push_data(value);
        }
        if let Some(value) = here.event_type {
            self.block.set_event_type(value);
        }
        if let Some(value) = here.id {
            self.block.set_id(value);
        }
    }
}

/// Across the ends of chunks, and near the limit.
impl Decoder {
    /// Goes on from anywhere but the beginning of a line with a clean block.
    fn resume<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        if self.spent {
            self.spent = false;
            self.clear_block();
        }
        match self.at {
            At::Line => {}
            At::Start(seen) => self.bom(seen, input)?,
            At::AfterCr if input.is_empty() => {}
            At::AfterCr => {
                self.at = At::Line;
                *input = input.strip_prefix(b"\n").unwrap_or(input);
            }
            At::InLine | At::InData => match line::end(input, 0) {
                Some(end) => return self.line_in_full(input, end),
                None => self.hold_line(input)?,
            },
            At::Skip { len, line } => return Ok(self.skip(len, line, input)),
            At::Failed => return Err(self.too_long()),
        }
        Ok(None)
    }

    /// One leading BOM is no content; anything that only begins like one is.
    fn bom(&mut self, seen: usize, input: &mut &[u8]) -> Result<(), DecodeError> {
        let here = input.iter().zip(&BOM[seen..]).take_while(|(byte, expected)| byte == expected).count();
        let matched = seen + here;
        if here == input.len() && matched < BOM.len() {
            self.at = At::Start(matched);
            *input = &[];
            return Ok(());
        }
        self.at = At::Line;
        if matched == BOM.len() {
            *input = &input[here..];
            return Ok(());
        }
        self.hold_line(&mut &BOM[..seen])
    }

    /// Holds the beginning of a line, or more of it, whose end is not there yet. Past the limit that fails, or the rest
    /// of the event is skipped; either way it leaves no input.
    fn hold_line(&mut self, input: &mut &[u8]) -> Result<(), DecodeError> {
        if self.fits(input.len())? {
            self.push_line(input);
        } else {
            let _ = self.resume(input)?;
        }
        *input = &[];
        Ok(())
    }

    /// Reads a line that ends at `end`, by way of the block: it was cut off before, or has to be measured.
    fn line_in_full<'i>(
        &mut self,
        input: &mut &'i [u8],
        end: usize,
    ) -> Result<Option<Found<'i>>, DecodeError> {
        if !self.fits(end)? {
            return Ok(None);
        }
        self.push_line(&input[..end]);
        let in_data = self.at == At::InData;
        self.at = At::Line;
        self.pass(input, end + line::end_len(input, end));
        if in_data {
            self.block.end_data();
            return Ok(None);
        }
        self.end_line()
    }

    /// Whether `more` bytes of the line in progress may be held. If not, that was the end of the stream, or of the event.
    fn fits(&mut self, more: usize) -> Result<bool, DecodeError> {
        let line = self.block.line_len();
        if more == 0 || self.held() + line + more <= self.limits.max_event_len {
            return Ok(true);
        }
        let begun = if line == 0 { Skipped::Nothing } else { Skipped::Something };
        self.overflow(self.block.held() + line, begun)?;
        Ok(false)
    }

    /// Adds to the line in progress. As soon as it is known to be a data line, only its value is held.
    fn push_line(&mut self, bytes: &[u8]) {
        self.release_texts();
        let mut value = bytes;
        if self.at != At::InData && !bytes.is_empty() {
            let prefix = if self.block.line_len() == 0 { line::data_prefix(bytes) } else { None };
            self.at = if prefix.is_some() { At::InData } else { At::InLine };
            value = &bytes[prefix.unwrap_or(0)..];
            self.block.count(prefix.unwrap_or(0));
        }
        let others = self.held() - self.block.data_len();
        self.block.push_line(value, self.limits.max_event_len.saturating_sub(others));
        if self.at == At::InLine {
            if let Some(prefix) = line::data_prefix(self.block.line()) {
                self.block.strip_line(prefix);
                self.at = At::InData;
            }
        }
    }

    /// The held line is complete, and it is no data line with a value.
    fn end_line<'i>(&mut self) -> Result<Option<Found<'i>>, DecodeError> {
        let len = self.block.held() + self.block.line_len();
        let (found, text_len) = match self.block.end_line(&mut self.text) {
            Ended::Blank => return self.dispatch_in_full(),
            Ended::Comment => (Some(Found::Comment(None)), self.text.len()),
            Ended::Retry(time) => (Some(Found::Retry(time)), 0),
            Ended::Field => (None, 0),
        };
        let limit = self.limits.max_event_len;
        if self.held() + text_len > limit {
            self.overflow(len, self.skipped_nothing())?;
            return Ok(None);
        }
        self.block.fit(limit - self.last_event_id.len() - text_len);
        Ok(found)
    }

    /// Dispatches an event all of which is held, once its text is known to fit.
    fn dispatch_in_full<'i>(&mut self) -> Result<Option<Found<'i>>, DecodeError> {
        if self.block.has_data() {
            let text_len = text::len(self.block.data());
            let id_len = self.block.id().unwrap_or(&self.last_event_id).len();
            if text_len + self.block.event_type().len() + id_len > self.limits.max_event_len {
                let (len, next) = (self.block.held(), self.at);
                self.overflow(len, Skipped::Nothing)?;
                self.at = next;
                return Ok(Some(Found::Discarded { len: len as u64 }));
            }
            if text_len > self.block.data().len() {
                self.block.repair_data();
            }
        }
        Ok(self.dispatch(Here::default()))
    }

    /// Past the limit: the end of the stream or of the event, of which `len` bytes are dropped so far.
    #[cold]
    fn overflow(&mut self, len: usize, line: Skipped) -> Result<(), DecodeError> {
        self.block = Block::default();
        match self.limits.oversize {
            Oversize::Skip => {
                self.at = At::Skip { len: len as u64, line };
                Ok(())
            }
            Oversize::Fail => {
                self.at = At::Failed;
                Err(self.too_long())
            }
        }
    }

    fn too_long(&self) -> DecodeError {
        DecodeError::TooLong { limit: self.limits.max_event_len }
    }

    fn skipped_nothing(&self) -> Skipped {
        if self.at == At::AfterCr { Skipped::NothingAfterCr } else { Skipped::Nothing }
    }

    /// Drops lines up to and with the next blank one.
    fn skip<'i>(&mut self, mut len: u64, mut line: Skipped, input: &mut &[u8]) -> Option<Found<'i>> {
        loop {
            if line == Skipped::NothingAfterCr && !input.is_empty() {
                *input = input.strip_prefix(b"\n").unwrap_or(input);
                line = Skipped::Nothing;
            }
            let Some(end) = line::end(input, 0) else { break };
            let blank = end == 0 && line == Skipped::Nothing;
            len += end as u64;
            let after_cr = input[end] == b'\r';
            *input = &input[end + 1..];
            if blank {
                self.at = if after_cr { At::AfterCr } else { At::Line };
                return Some(Found::Discarded { len });
            }
            line = if after_cr { Skipped::NothingAfterCr } else { Skipped::Nothing };
        }
        if !input.is_empty() {
            line = Skipped::Something;
        }
        self.at = At::Skip { len: len + input.len() as u64, line };
        *input = &[];
        None
    }
}

/// Room given back.
impl Decoder {
    /// Ready for the next event. What one event took is kept for the next, within reason.
    fn clear_block(&mut self) {
        self.block.clear();
        self.block.release(KEEP.max(self.limits.max_event_len / 4));
    }

    /// The input is used up, and nothing may come for hours.
    fn rest(&mut self) {
        if self.block.is_unused() {
            self.block.release(KEEP);
            self.release_texts();
        }
    }

    fn release_texts(&mut self) {
        for text in [&mut self.text, &mut self.type_text] {
            if text.capacity() > KEEP {
                *text = String::new();
            }
        }
    }
}
