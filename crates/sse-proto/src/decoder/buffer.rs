//! What is held of the event in progress.

use alloc::string::String;
use alloc::vec::Vec;

use super::fast::Span;
use super::field::data_prefix;
use super::utf8::BLOCK;
use super::{utf8, work};

/// The fields of the event so far, and the line in progress where a chunk cut it off.
#[derive(Clone, Default)]
pub(crate) struct Buffer {
    /// The data lines so far, each with an LF behind it; then what there is of the next one's value.
    pub(crate) data: Vec<u8>,
    /// How long the data is, without the LF behind its last line, once the event is complete.
    data_len: usize,
    /// The line in progress, unless it is known to be a data line.
    pub(crate) line: Vec<u8>,
    /// The type of this event, if it has one; otherwise that of an earlier one, which often is the next one again.
    pub(crate) event_type: String,
    pub(crate) has_type: bool,
    pub(crate) id: String,
    pub(crate) has_id: bool,
    /// How long the data or the line can become.
    limit: usize,
}

/// Room of so many bytes is kept for the next event; more is given back.
pub(crate) const KEEP: usize = 128 * 1024;

impl Buffer {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The data of a complete event. What stands behind it is the LF and the padding.
    pub(crate) fn data(&self) -> Span<'_> {
        Span { bytes: &self.data, len: self.data_len }
    }

    /// The event is complete. Fills up the last block behind its data, where there is room, so that the data can be
    /// checked in whole blocks.
    pub(crate) fn complete(&mut self) {
        const PADDING: [u8; BLOCK] = [b'\n'; BLOCK];
        self.data_len = self.data.len() - 1;
        let len = self.data.len().next_multiple_of(BLOCK) - self.data.len();
        if self.data.capacity() - self.data.len() >= len {
            self.data.extend_from_slice(&PADDING[..len]);
        }
    }

    /// Holds more of a data line's value.
    #[inline(always)]
    pub(crate) fn push_value(&mut self, part: &[u8]) {
        extend(&mut self.data, part, self.limit);
    }

    /// Completes a data line: `rest` is the rest of its value, with one byte of the line's end. In place of that byte an LF
    /// is held.
    #[inline(always)]
    pub(crate) fn end_value(&mut self, rest: &[u8]) {
        self.push_value(rest);
        if let Some(end) = self.data.last_mut() {
            *end = b'\n';
        }
    }

    /// Holds more of the line in progress. Returns whether it is known to be a data line now, of which then only the value
    /// is held.
    pub(crate) fn push_line(&mut self, part: &[u8]) -> bool {
        extend(&mut self.line, part, self.limit);
        let Some(prefix) = data_prefix(&self.line) else { return false };
        extend(&mut self.data, &self.line[prefix..], self.limit);
        self.drop_line();
        true
    }

    /// Drops the line in progress.
    pub(crate) fn drop_line(&mut self) {
        self.line.clear();
        release(&mut self.line);
    }

    /// The next event begins.
    pub(crate) fn clear(&mut self) {
        self.data.clear();
        self.has_type = false;
        self.has_id = false;
        release(&mut self.data);
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

#[inline(always)]
fn extend(bytes: &mut Vec<u8>, part: &[u8], limit: usize) {
    work::count(part.len());
    if bytes.capacity() - bytes.len() <= part.len() {
        grow(bytes, part.len(), limit);
    }
    bytes.extend_from_slice(part);
}

/// Makes room for so many bytes and an LF: twice as much as there was, as ever, but no more than can be used.
#[cold]
fn grow(bytes: &mut Vec<u8>, len: usize, limit: usize) {
    let needed = bytes.len() + len + 1;
    let room = needed.max(2 * bytes.capacity()).min(needed.max(limit.saturating_add(1)));
    bytes.reserve_exact(room - bytes.len());
}

fn release(bytes: &mut Vec<u8>) {
    if bytes.capacity() > KEEP {
        *bytes = Vec::new();
    }
}

pub(crate) fn release_text(text: &mut String) {
    if text.capacity() > KEEP {
        *text = String::new();
    }
}
