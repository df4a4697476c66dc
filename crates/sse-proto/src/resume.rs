//! Across the ends of chunks, and near the limit: whatever the usual path leaves to be held.

use alloc::string::String;

use crate::block::{Block, Ended, KEEP};
use crate::line;
use crate::step::{At, EASY_PART, FEW, Found, Here, Skipped};
use crate::{DecodeError, Decoder, Oversize, text};

const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Decoder {
    /// Goes on from anywhere but the beginning of a line with a clean block.
    pub(crate) fn resume<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Found<'i>>, DecodeError> {
        match self.at {
            At::Event | At::Line => {}
            At::Start(seen) => self.bom(seen, input)?,
            At::AfterCr if input.is_empty() => {}
            At::AfterCr => {
                self.begin_line();
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
        self.at = At::Event;
        if matched == BOM.len() {
            *input = &input[here..];
            return Ok(());
        }
        self.hold_line(&mut &BOM[..seen])
    }

    /// The usual way on from a data line that was cut off: its end, and the blank line right behind.
    #[inline]
    pub(crate) fn rest_of_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<Found<'i>> {
        if !self.has_easy_room(0) {
            return None;
        }
        let end = line::end(input, 0).filter(|end| self.has_easy_room(*end))?;
        self.block.extend_line(&input[..end]);
        self.block.end_data();
        self.pass(input, &input[end + line::end_len(input, end)..]);
        match line::after_end(input) {
            Some(rest) if self.at == At::Line => {
                let found = self.dispatch(Here::default());
                self.pass(input, rest);
                found
            }
            _ => None,
        }
    }

    /// Holds a chunk that is but a part of a line. `false`: it is more than that, or that is not quickly told.
    #[inline]
    pub(crate) fn hold_all(&mut self, input: &mut &[u8]) -> bool {
        let in_line = match self.at {
            At::InData => true,
            At::Event | At::Line | At::InLine => input.len() < FEW,
            _ => false,
        };
        let quick = in_line && !input.is_empty() && self.has_easy_room(input.len());
        if !quick || line::end(input, 0).is_some() {
            return false;
        }
        self.block.extend_line(input);
        if self.at != At::InData {
            self.at = At::InLine;
            self.tell_data_line();
        }
        *input = &[];
        true
    }

    /// Whether so many bytes can be held as they are: the limit is far, and there is room.
    #[inline]
    fn has_easy_room(&self, len: usize) -> bool {
        self.held() + self.block.line_len() + len < self.limits.max_event_len / EASY_PART
            && self.block.has_room(len)
    }

    /// Holds the beginning of a line, or more of it, whose end is not there yet. Past the limit that fails, or the rest
    /// of the event is skipped; either way it leaves no input.
    pub(crate) fn hold_line(&mut self, input: &mut &[u8]) -> Result<(), DecodeError> {
        if input.is_empty() {
            return Ok(());
        }
        if self.fits(input.len())? {
            self.push_line(input);
        } else {
            let _ = self.resume(input)?;
        }
        *input = &[];
        Ok(())
    }

    /// Reads a line that ends at `end`, by way of the block: it was cut off before, or has to be measured.
    pub(crate) fn line_in_full<'i>(
        &mut self,
        input: &mut &'i [u8],
        end: usize,
    ) -> Result<Option<Found<'i>>, DecodeError> {
        if !self.fits(end)? {
            return Ok(None);
        }
        self.push_line(&input[..end]);
        let in_data = self.at == At::InData;
        self.pass(input, &input[end + line::end_len(input, end)..]);
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
    pub(crate) fn push_line(&mut self, bytes: &[u8]) {
        self.release_texts();
        if bytes.is_empty() {
            return;
        }
        let mut value = bytes;
        if self.at != At::InData {
            let prefix = if self.block.line_len() == 0 { line::data_prefix(bytes) } else { None };
            self.at = if prefix.is_some() { At::InData } else { At::InLine };
            value = &bytes[prefix.unwrap_or(0)..];
            self.block.count(prefix.unwrap_or(0));
        }
        let others = self.held() - self.block.data_len();
        self.block.push_line(value, self.limits.max_event_len.saturating_sub(others));
        if self.at == At::InLine {
            self.tell_data_line();
        }
    }

    /// As soon as there is enough of a line to see that it is a data line, only its value is held.
    #[inline]
    fn tell_data_line(&mut self) {
        if let Some(prefix) = line::data_prefix(self.block.line()) {
            self.block.strip_line(prefix);
            self.at = At::InData;
        }
    }

    /// The held line is complete, and it is no data line with a value.
    fn end_line<'i>(&mut self) -> Result<Option<Found<'i>>, DecodeError> {
        let len = self.block.held() + self.block.line_len();
        let most = self.limits.max_event_len.saturating_sub(self.last_event_id.len());
        let Some(ended) = self.block.end_line(&mut self.text, most) else {
            self.overflow(len, self.skipped_nothing())?;
            return Ok(None);
        };
        let (found, text_len) = match ended {
            Ended::Blank => return self.dispatch_in_full(),
            Ended::Comment => (Some(Found::Comment(None)), self.text.len()),
            Ended::Retry(time) => (Some(Found::Retry(time)), 0),
            Ended::Field => (None, 0),
        };
        self.block.fit(most - text_len);
        Ok(found)
    }

    /// Dispatches an event all of which is held, once its text is known to fit.
    fn dispatch_in_full<'i>(&mut self) -> Result<Option<Found<'i>>, DecodeError> {
        if self.block.has_data() {
            let text_len = text::len(self.block.data());
            let id_len = self.block.id().unwrap_or(&self.last_event_id).len();
            if text_len + self.block.event_type_len() + id_len > self.limits.max_event_len {
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
        self.release_texts();
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
                self.at = if after_cr { At::AfterCr } else { At::Event };
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
    pub(crate) fn clear_block(&mut self) {
        self.block.clear();
        self.block.release(KEEP.max(self.limits.max_event_len / 4));
    }

    /// The input is used up, and nothing may come for hours.
    pub(crate) fn rest(&mut self) {
        if self.block.is_unused() {
            self.block.release(KEEP);
            self.release_texts();
        }
    }

    pub(crate) fn release_texts(&mut self) {
        for text in [&mut self.text, &mut self.type_text] {
            if text.capacity() > KEEP {
                *text = String::new();
            }
        }
    }
}
