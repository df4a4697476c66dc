//! What is held of the event in progress.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::fast::Span;
use super::field::{Field, data_prefix};
use super::utf8::BLOCK;
use super::{utf8, work};

/// The fields of the event so far, and the line in progress where a chunk cut it off.
///
/// The line in progress stands behind the data in one buffer, so that a long data line is written once.
#[derive(Clone, Default)]
pub(crate) struct Buffer {
    /// The data lines so far, each with an LF behind it; then the line in progress.
    pub(crate) bytes: Vec<u8>,
    pub(crate) data_len: usize,
    /// The type of this event, if it has one; otherwise that of an earlier one, which often is the next one again.
    pub(crate) event_type: String,
    pub(crate) has_type: bool,
    pub(crate) id: String,
    pub(crate) has_id: bool,
}

/// Room of so many bytes is kept for the next event; more is given back.
pub(crate) const KEEP: usize = 128 * 1024;

impl Buffer {
    /// The data, without the LF behind its last line; that LF and the padding stand behind it.
    pub(crate) fn data(&self) -> Span<'_> {
        Span { bytes: &self.bytes, len: self.data_len.saturating_sub(1) }
    }

    /// Fills up the last block behind the data, where there is room, so that the data can be checked in whole blocks.
    pub(crate) fn pad_data(&mut self) {
        const PADDING: [u8; BLOCK] = [b'\n'; BLOCK];
        let len = self.bytes.len().next_multiple_of(BLOCK) - self.bytes.len();
        if self.bytes.capacity() - self.bytes.len() >= len {
            self.bytes.extend_from_slice(&PADDING[..len]);
        }
    }

    /// The line in progress, or the value so far where it is a data line that was recognized.
    pub(crate) fn line(&self) -> &[u8] {
        &self.bytes[self.data_len..]
    }

    /// Holds more of the line in progress. `most` is how long that line can become.
    #[inline]
    pub(crate) fn push(&mut self, part: &[u8], most: usize) {
        work::count(part.len());
        if self.bytes.capacity() - self.bytes.len() <= part.len() {
            self.grow(part.len(), most);
        }
        self.bytes.extend_from_slice(part);
    }

    /// Makes room for so many bytes and an LF: twice as much as there was, as ever, but no more than can be used.
    #[cold]
    fn grow(&mut self, len: usize, most: usize) {
        let needed = self.bytes.len() + len + 1;
        let most = self.data_len.saturating_add(most).saturating_add(1).max(needed);
        let room = needed.max(2 * self.bytes.capacity()).min(most);
        self.bytes.reserve_exact(room - self.bytes.len());
    }

    /// Recognizes a data line by its beginning, and from then on holds its value alone. Returns whether it did.
    pub(crate) fn strip_data_prefix(&mut self) -> bool {
        let Some(prefix) = data_prefix(self.line()) else { return false };
        self.bytes.drain(self.data_len..self.data_len + prefix);
        true
    }

    /// Completes a data line, of which only the value was held: `rest` is the rest of the value, with one byte of the
    /// line's end. In place of that byte an LF is held.
    #[inline]
    pub(crate) fn push_data(&mut self, rest: &[u8], most: usize) {
        self.push(rest, most);
        if let Some(end) = self.bytes.last_mut() {
            *end = b'\n';
        }
        self.data_len = self.bytes.len();
    }

    /// Takes over what the line in progress says, now that it is complete. Returns the reconnection time if it sets one.
    pub(crate) fn end_line(&mut self) -> Option<Duration> {
        if self.strip_data_prefix() {
            self.push_data(b"\n", 1);
            return None;
        }
        let bytes = core::mem::take(&mut self.bytes);
        let (mut is_data, mut retry) = (false, None);
        match Field::parse(&bytes[self.data_len..]) {
            // Its value is empty: there is no byte behind the name and the colon.
            Field::Data(_) => is_data = true,
            Field::EventType(value) => self.set_event_type(value),
            Field::Id(value) => self.set_id(value),
            Field::Retry(time) => retry = Some(time),
            Field::Comment(_) | Field::Blank | Field::Ignored => {}
        }
        self.bytes = bytes;
        self.drop_line();
        if is_data {
            self.push_data(b"\n", 1);
        }
        retry
    }

    /// Drops the line in progress.
    pub(crate) fn drop_line(&mut self) {
        self.bytes.truncate(self.data_len);
        if self.data_len == 0 {
            release(&mut self.bytes);
        }
    }

    /// The next event begins.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.data_len = 0;
        self.has_type = false;
        self.has_id = false;
        release(&mut self.bytes);
        release_text(&mut self.event_type);
        release_text(&mut self.id);
    }

    pub(crate) fn set_event_type(&mut self, value: &[u8]) {
        self.remember_event_type(value);
        // An empty one is none.
        self.has_type = !value.is_empty();
    }

    /// The text of an event type that is not that of the event in progress. The same one as before is neither checked nor
    /// copied again.
    pub(crate) fn remember_event_type(&mut self, value: &[u8]) -> &str {
        if self.event_type.as_bytes() != value {
            utf8::set(&mut self.event_type, value);
        }
        &self.event_type
    }

    pub(crate) fn set_id(&mut self, value: &[u8]) {
        utf8::set(&mut self.id, value);
        self.has_id = true;
    }
}

pub(crate) fn release(bytes: &mut Vec<u8>) {
    if bytes.capacity() > KEEP {
        *bytes = Vec::new();
    }
}

pub(crate) fn release_text(text: &mut String) {
    if text.capacity() > KEEP {
        *text = String::new();
    }
}
