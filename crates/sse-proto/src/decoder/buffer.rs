//! The buffer of the event in progress.

use alloc::string::String;
use alloc::vec::Vec;

use super::fast::Span;
use super::field::data_prefix;
use super::utf8::BLOCK;
use super::{utf8, work};

/// The fields of the event so far, and a partial line at the end of a chunk.
#[derive(Clone, Default)]
pub(crate) struct Buffer {
    /// The data lines so far, each followed by an LF, then the start of the next one's value.
    pub(crate) data: Vec<u8>,
    /// The length of the data without the LF after its last line, once the event is complete.
    data_len: usize,
    /// The partial line, unless it is known to be a data line.
    pub(crate) line: Vec<u8>,
    /// The type of this event if `has_type`, otherwise that of an earlier one, which often repeats.
    pub(crate) event_type: String,
    pub(crate) has_type: bool,
    pub(crate) id: String,
    pub(crate) has_id: bool,
    /// The maximum length of the data or the line.
    limit: usize,
}

/// The capacity in bytes that is kept for the next event. Larger buffers are freed.
pub(crate) const KEEP: usize = 128 * 1024;

impl Buffer {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Returns the data of a complete event. The LF and the padding follow it.
    pub(crate) fn data(&self) -> Span<'_> {
        Span { bytes: &self.data, len: self.data_len }
    }

    /// Completes the event. If there is capacity, fills up the last block after the data, so that
    /// it can be validated in whole blocks.
    pub(crate) fn complete(&mut self) {
        const PADDING: [u8; BLOCK] = [b'\n'; BLOCK];
        self.data_len = self.data.len() - 1;
        let len = self.data.len().next_multiple_of(BLOCK) - self.data.len();
        if self.data.capacity() - self.data.len() >= len {
            self.data.extend_from_slice(&PADDING[..len]);
        }
    }

    /// Appends a part of a data line's value.
    #[inline(always)]
    pub(crate) fn push_value(&mut self, part: &[u8]) {
        extend(&mut self.data, part, self.limit);
    }

    /// Completes a data line. `rest` is the rest of its value with one byte of the line end, which
    /// becomes LF.
    #[inline(always)]
    pub(crate) fn end_value(&mut self, rest: &[u8]) {
        self.push_value(rest);
        if let Some(end) = self.data.last_mut() {
            *end = b'\n';
        }
    }

    /// Appends a part of a line. Returns whether it is now known to be a data line. Then only its
    /// value is kept.
    pub(crate) fn push_line(&mut self, part: &[u8]) -> bool {
        extend(&mut self.line, part, self.limit);
        let Some(prefix) = data_prefix(&self.line) else { return false };
        extend(&mut self.data, &self.line[prefix..], self.limit);
        self.drop_line();
        true
    }

    /// Drops the partial line.
    pub(crate) fn drop_line(&mut self) {
        self.line.clear();
        release(&mut self.line);
    }

    /// Prepares for the next event.
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
        // An empty type is the default.
        self.has_type = !value.is_empty();
    }

    /// Returns the text of an event type that does not belong to the event in progress. A repeated
    /// one is neither validated nor copied again.
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

/// Grows a buffer for `len` more bytes and an LF. It doubles the capacity, but not beyond what can
/// be used.
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
