//! Across the ends of chunks, and near the limit: whatever the usual path leaves to be held.

use alloc::string::String;

use crate::block::{Block, Ended, KEEP};
use crate::chunk::Chunk;
use crate::line;
use crate::step::{At, EASY_PART, Found, Here, Skipped};
use crate::{DecodeError, Decoder, Oversize, text};

const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Decoder {
    /// Goes on from anywhere but the beginning of a line with a clean block.
    pub(crate) fn resume(&mut self, chunk: &mut Chunk<'_>) -> Result<Option<Found>, DecodeError> {
        match self.at {
            // After a CR nothing is left here: the LF that belongs to it is taken before anything else is.
            At::Event | At::Line | At::AfterCr => {}
            At::Start(seen) => self.bom(seen, chunk)?,
            At::InLine | At::InData => match line::end(chunk.rest()) {
                Some(end) => return self.line_in_full(chunk, end),
                None => self.hold_line(chunk)?,
            },
            At::Skip { len, line } => return Ok(self.skip(len, line, chunk)),
            At::Failed => return Err(self.too_long()),
        }
        Ok(None)
    }

    /// One leading BOM is no content; anything that only begins like one is.
    fn bom(&mut self, seen: usize, chunk: &mut Chunk<'_>) -> Result<(), DecodeError> {
        let rest = chunk.rest();
        let here = rest.iter().zip(&BOM[seen..]).take_while(|(byte, expected)| byte == expected).count();
        let matched = seen + here;
        if here == rest.len() && matched < BOM.len() {
            self.at = At::Start(matched);
            chunk.read_all();
            return Ok(());
        }
        self.at = At::Event;
        if matched == BOM.len() {
            chunk.read += here;
            return Ok(());
        }
        self.hold_line(&mut Chunk::new(&BOM[..seen]))
    }

    /// Whether so many bytes can be held as they are, since the limit is far.
    #[inline]
    pub(crate) fn has_easy_room(&self, len: usize) -> bool {
        self.held() + self.block.line_len() + len < self.limits.max_event_len / EASY_PART
    }

    /// Holds the beginning of a line, or more of it, whose end is not there yet. Past the limit that fails, or the rest
    /// of the event is skipped; either way it leaves nothing of the chunk.
    pub(crate) fn hold_line(&mut self, chunk: &mut Chunk<'_>) -> Result<(), DecodeError> {
        if chunk.is_read() {
            return Ok(());
        }
        if self.fits(chunk.rest_len())? {
            self.push_line(chunk.rest());
        } else {
            let _ = self.resume(chunk)?;
        }
        chunk.read_all();
        Ok(())
    }

    /// Reads a line that ends `len` bytes further on, by way of the block: it was cut off before, or has to be measured.
    pub(crate) fn line_in_full(
        &mut self,
        chunk: &mut Chunk<'_>,
        len: usize,
    ) -> Result<Option<Found>, DecodeError> {
        if !self.fits(len)? {
            return Ok(None);
        }
        let rest = chunk.rest();
        self.push_line(&rest[..len]);
        let in_data = self.at == At::InData;
        self.pass(chunk, chunk.read + len + line::end_len(rest, len));
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
        self.overflow(self.block.held() + line, Skipped::Nothing)?;
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
            self.at = At::InLine;
            if let Some(prefix) = prefix {
                value = &bytes[prefix..];
                self.block.count(prefix);
                self.enter_data();
            }
        }
        let others = self.held() - self.block.data_len();
        self.block.push_line(value, self.limits.max_event_len.saturating_sub(others));
        if self.at == At::InLine {
            self.tell_data_line();
        }
    }

    /// As soon as there is enough of a line to see that it is a data line, only its value is held.
    #[inline]
    pub(crate) fn tell_data_line(&mut self) {
        if let Some(prefix) = line::data_prefix(self.block.line()) {
            self.block.strip_line(prefix);
            self.enter_data();
        }
    }

    /// The line in progress is a data line, and what is held besides its value stays as it is.
    #[inline]
    pub(crate) fn enter_data(&mut self) {
        self.at = At::InData;
        let others = self.block.others_len() + self.last_event_id.len();
        self.most_data = self.limits.max_event_len.saturating_sub(others);
    }

    /// The held line is complete, and it is no data line with a value.
    fn end_line(&mut self) -> Result<Option<Found>, DecodeError> {
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
    fn dispatch_in_full(&mut self) -> Result<Option<Found>, DecodeError> {
        if self.block.has_data() {
            let id_len = self.block.id().unwrap_or(&self.last_event_id).len();
            let most = self.limits.max_event_len.saturating_sub(self.block.event_type_len() + id_len);
            let text_len = text::len_within(self.block.data(), most);
            if text_len > most {
                let (len, next) = (self.block.held(), self.at);
                self.overflow(len, Skipped::Nothing)?;
                self.at = next;
                return Ok(Some(Found::Discarded { len: len as u64 }));
            }
            if text_len > self.block.data().len() {
                self.block.repair_data();
            }
        }
        Ok(self.dispatch(&[], &Here::default()))
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

    pub(crate) fn too_long(&self) -> DecodeError {
        DecodeError::TooLong { limit: self.limits.max_event_len }
    }

    fn skipped_nothing(&self) -> Skipped {
        if self.at == At::AfterCr { Skipped::NothingAfterCr } else { Skipped::Nothing }
    }

    /// Drops lines up to and with the next blank one.
    fn skip(&mut self, mut len: u64, mut line: Skipped, chunk: &mut Chunk<'_>) -> Option<Found> {
        loop {
            if line == Skipped::NothingAfterCr && !chunk.is_read() {
                chunk.read += usize::from(chunk.rest().starts_with(b"\n"));
                line = Skipped::Nothing;
            }
            let rest = chunk.rest();
            let Some(end) = line::end(rest) else { break };
            let blank = end == 0 && line == Skipped::Nothing;
            len += end as u64;
            let after_cr = rest[end] == b'\r';
            chunk.read += end + 1;
            if blank {
                self.at = if after_cr { At::AfterCr } else { At::Event };
                return Some(Found::Discarded { len });
            }
            line = if after_cr { Skipped::NothingAfterCr } else { Skipped::Nothing };
        }
        if !chunk.is_read() {
            line = Skipped::Something;
        }
        self.at = At::Skip { len: len + chunk.rest_len() as u64, line };
        chunk.read_all();
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
        }
        self.release_texts();
    }

    /// What was lent as a copy is needed no longer, and nothing else may take its room beside it.
    #[inline]
    pub(crate) fn release_texts(&mut self) {
        for text in [&mut self.text, &mut self.type_text] {
            if text.capacity() > KEEP {
                *text = String::new();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    /// Between two events a quarter of the limit is kept, at the end of the input no more than for any decoder.
    #[test]
    fn the_room_of_one_event_is_kept_for_the_next() {
        for (limit, room, kept) in [
            (0, KEEP, KEEP),
            (0, KEEP + 1, 0),
            (8 * KEEP, 2 * KEEP, 2 * KEEP),
            (8 * KEEP, 2 * KEEP + 1, 0),
            (8 * KEEP + 3, 2 * KEEP, 2 * KEEP),
        ] {
            let mut decoder = Decoder::new(Limits { max_event_len: limit, ..Limits::default() });
            // In a buffer that grows as far as it has to and no further.
            decoder.block.push_line(&alloc::vec![b'x'; room - 1], 0);
            decoder.clear_block();
            assert_eq!(decoder.block.capacity(), kept, "{room} of {limit}");
            decoder.rest();
            assert_eq!(decoder.block.capacity(), if kept > KEEP { 0 } else { kept }, "{room} of {limit}");
        }
    }

    #[test]
    fn the_room_of_texts_is_given_back() {
        for (room, kept) in [(KEEP, KEEP), (KEEP + 1, 0)] {
            let mut decoder = Decoder {
                text: String::with_capacity(room),
                type_text: String::with_capacity(room),
                ..Decoder::default()
            };
            decoder.release_texts();
            assert_eq!((decoder.text.capacity(), decoder.type_text.capacity()), (kept, kept), "{room}");
        }
    }
}
