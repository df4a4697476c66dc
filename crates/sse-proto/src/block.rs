//! What has to be held of the event in progress: whatever came in an earlier chunk, or stands in several lines.

use alloc::string::String;
use alloc::vec::Vec;

use core::time::Duration;

use bytestring::ByteString;

use crate::chunk::Value;
use crate::line::Field;
use crate::{text, work};

/// Room that is kept for the next event rather than given back, in bytes.
pub(crate) const KEEP: usize = 128 * 1024;

/// Everything held between two calls, apart from the last event ID in force.
///
/// One buffer holds the data lines with the line in progress behind them, so that a long line is written once and the
/// room it may take is bounded in one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// The data so far, an LF after each line; then the line in progress, or padding once the event is complete.
    buf: Vec<u8>,
    data_len: usize,
    /// How much of the line in progress was dropped from its front.
    stripped: usize,
    /// The event type, or that of an earlier event: most have the same one, which is not checked and copied again.
    event_type: String,
    /// 0: the stream named none.
    event_type_len: usize,
    id: String,
    has_id: bool,
}

/// What a held line was.
pub(crate) enum Ended {
    Blank,
    Comment,
    Retry(Duration),
    /// A field of the event, or one that is ignored.
    Field,
}

impl Block {
    #[inline]
    pub(crate) fn is_unused(&self) -> bool {
        self.buf.is_empty() && self.stripped == 0 && self.event_type_len == 0 && !self.has_id
    }

    /// What counts towards the limit, without the line in progress.
    pub(crate) fn held(&self) -> usize {
        self.data_len + self.event_type_len + self.id.len()
    }

    /// What counts beside the buffer, when the line in progress is a data line.
    #[inline]
    pub(crate) fn others_len(&self) -> usize {
        self.stripped + self.event_type_len + self.id.len()
    }

    pub(crate) fn data_len(&self) -> usize {
        self.data_len
    }

    #[inline]
    pub(crate) fn has_data(&self) -> bool {
        self.data_len > 0
    }

    /// The data lines joined with LF; only when there are any.
    pub(crate) fn data(&self) -> &[u8] {
        &self.buf[..self.data_len - 1]
    }

    /// Puts some bytes behind the data of an event that is complete, if there is room for them: text is checked in large
    /// steps.
    #[inline]
    pub(crate) fn pad_data(&mut self) {
        const STEP: usize = 64;
        if self.buf.capacity() - self.buf.len() >= STEP {
            self.buf.extend_from_slice(&[0; STEP]);
        }
    }

    /// The data lines joined with LF, and what is behind them.
    #[inline]
    pub(crate) fn padded_data(&self) -> Value<'_> {
        Value { bytes: &self.buf, len: self.data_len - 1 }
    }

    /// The data lines handed over: the buffer itself where that is large, a copy of the right size where it is not, so
    /// that a small event never carries the room of a large one.
    pub(crate) fn take_data(&mut self) -> ByteString {
        if self.data_len <= KEEP {
            return text::copy(self.data());
        }
        let mut data = core::mem::take(&mut self.buf);
        data.truncate(self.data_len - 1);
        self.data_len = 0;
        data.shrink_to_fit();
        text::own(data)
    }

    pub(crate) fn event_type(&self) -> &str {
        if self.event_type_len == 0 { "message" } else { &self.event_type }
    }

    /// The length of the event type; 0 when the stream named none.
    #[inline]
    pub(crate) fn event_type_len(&self) -> usize {
        self.event_type_len
    }

    pub(crate) fn set_event_type(&mut self, value: &[u8]) {
        if !text::same(value, &self.event_type) {
            text::set(&mut self.event_type, value);
        }
        self.event_type_len = self.event_type.len();
    }

    pub(crate) fn set_id(&mut self, value: &[u8]) {
        text::set(&mut self.id, value);
        self.has_id = true;
    }

    /// The last event ID to come, once the event is complete.
    pub(crate) fn id(&self) -> Option<&String> {
        self.has_id.then_some(&self.id)
    }

    pub(crate) fn swap_id(&mut self, id: &mut String) {
        core::mem::swap(&mut self.id, id);
    }

    /// Adds a whole data line that lies in the chunk, with its LF in one go where that is what ends it.
    #[inline]
    pub(crate) fn push_data(&mut self, value: Value<'_>) {
        match value.bytes.get(..value.len + 1) {
            Some(line @ [.., b'\n']) => {
                self.buf.extend_from_slice(line);
                work::count(line.len());
                self.data_len = self.buf.len();
            }
            _ => self.end_data_with(value.get()),
        }
    }

    /// The line in progress is a data line, of which so many bytes are not put in the buffer and these are.
    #[inline]
    pub(crate) fn begin_data(&mut self, prefix: usize, value: &[u8]) {
        self.stripped = prefix;
        self.extend_line(value);
    }

    /// The last of a data line.
    #[inline]
    pub(crate) fn end_data_with(&mut self, bytes: &[u8]) {
        self.extend_line(bytes);
        self.end_data();
    }

    /// The line in progress, without what was stripped.
    pub(crate) fn line(&self) -> &[u8] {
        &self.buf[self.data_len..]
    }

    /// The length of the line in progress as it came.
    pub(crate) fn line_len(&self) -> usize {
        self.buf.len() - self.data_len + self.stripped
    }

    /// Adds to the line in progress, in a buffer that grows geometrically but never past `most` bytes of room and an LF.
    #[inline]
    pub(crate) fn push_line(&mut self, bytes: &[u8], most: usize) {
        // One more for the LF of a data line.
        let needed = self.buf.len() + bytes.len() + 1;
        if needed > self.buf.capacity() {
            self.grow(needed, most);
        }
        self.extend_line(bytes);
    }

    #[cold]
    fn grow(&mut self, needed: usize, most: usize) {
        let room = needed.max((2 * self.buf.capacity()).min(most));
        work::count(self.buf.len());
        self.buf.reserve_exact(room - self.buf.len());
    }

    /// Adds to the line in progress, far from the limit.
    #[inline]
    pub(crate) fn extend_line(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
        work::count(bytes.len());
    }

    /// Adds a byte, if there is room for it and an LF.
    #[inline]
    pub(crate) fn push_byte(&mut self, byte: u8) -> bool {
        let has_room = self.buf.len() + 1 < self.buf.capacity();
        if has_room {
            self.buf.push(byte);
            work::count(1);
        }
        has_room
    }

    /// Data and line in progress, without what was stripped.
    #[inline]
    pub(crate) fn buf_len(&self) -> usize {
        self.buf.len()
    }

    /// Drops the first `len` bytes of the line in progress from the buffer, though not from its length.
    pub(crate) fn strip_line(&mut self, len: usize) {
        work::count(self.buf.len() - self.data_len);
        self.buf.copy_within(self.data_len + len.., self.data_len);
        self.buf.truncate(self.buf.len() - len);
        self.stripped += len;
    }

    /// Counts bytes as part of the line in progress that are not put in the buffer.
    pub(crate) fn count(&mut self, len: usize) {
        self.stripped += len;
    }

    /// The line in progress, stripped of its name, was a data line.
    pub(crate) fn end_data(&mut self) {
        self.buf.push(b'\n');
        self.data_len = self.buf.len();
        self.stripped = 0;
    }

    /// The line in progress is complete; none of it was stripped. `None`: its text is longer than its bytes were, and
    /// with it more than `most` would be held.
    pub(crate) fn end_line(&mut self, comment: &mut String, most: usize) -> Option<Ended> {
        let spare = most.saturating_sub(self.held());
        let ended = match Field::parse(&self.buf[self.data_len..]) {
            Field::Data(_) => {
                self.buf.truncate(self.data_len);
                self.end_data();
                return Some(Ended::Field);
            }
            Field::Blank => Ended::Blank,
            Field::Comment(value) => {
                text::set_within(comment, value, spare)?;
                Ended::Comment
            }
            Field::EventType(value) => {
                let most = spare + self.event_type_len;
                text::set_within(&mut self.event_type, value, most)?;
                self.event_type_len = self.event_type.len();
                Ended::Field
            }
            Field::Id(value) => {
                let most = spare + self.id.len();
                text::set_within(&mut self.id, value, most)?;
                self.has_id = true;
                Ended::Field
            }
            Field::Retry(time) => Ended::Retry(time),
            Field::Ignored => Ended::Field,
        };
        self.buf.truncate(self.data_len);
        Some(ended)
    }

    /// Puts text in place of data that is not UTF-8.
    pub(crate) fn repair_data(&mut self) {
        let mut text = String::new();
        text::set(&mut text, self.data());
        self.buf = text.into_bytes();
        self.buf.reserve_exact(1);
        self.end_data();
    }

    /// Gives back the room that would put the whole over `most`.
    pub(crate) fn fit(&mut self, most: usize) {
        if self.capacity() > most.saturating_add(KEEP) {
            work::count(self.buf.len());
            self.buf.shrink_to_fit();
        }
    }

    /// Ready for the next event.
    pub(crate) fn clear(&mut self) {
        self.buf.clear();
        // Only the buffer keeps large room, or a large type would stay beside a full buffer.
        for text in [&mut self.event_type, &mut self.id] {
            if text.capacity() > KEEP {
                *text = String::new();
            }
        }
        self.event_type_len = 0;
        self.id.clear();
        self.data_len = 0;
        self.stripped = 0;
        self.has_id = false;
    }

    /// Gives back room beyond `keep`; only when unused.
    pub(crate) fn release(&mut self, keep: usize) {
        if self.capacity() > keep {
            *self = Self::default();
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.buf.capacity() + self.event_type.capacity() + self.id.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_room(room: usize) -> Block {
        Block { buf: Vec::with_capacity(room), ..Block::default() }
    }

    /// A copy where the data and its LF are small: the room stays. Larger data has the buffer itself.
    #[test]
    fn large_data_is_handed_over() {
        for (len, room_left) in [(1, 2 * KEEP), (KEEP, 2 * KEEP), (KEEP + 1, 0)] {
            let mut block = with_room(2 * KEEP);
            block.end_data_with(&alloc::vec![b'x'; len - 1]);
            assert_eq!(block.take_data().len(), len - 1);
            assert_eq!(block.buf.capacity(), room_left, "{len}");
        }
    }

    /// Room goes when it is more than may be kept, and no sooner.
    #[test]
    fn room_is_given_back() {
        for (room, kept) in [(99, 99), (100, 100), (101, 0)] {
            let mut block = with_room(room);
            block.release(100);
            assert_eq!(block.capacity(), kept, "release {room}");
        }
        for (room, kept) in [(KEEP + 99, KEEP + 99), (KEEP + 100, KEEP + 100), (KEEP + 101, 0)] {
            let mut block = with_room(room);
            block.fit(100);
            assert_eq!(block.capacity(), kept, "fit {room}");
        }
    }

    /// Room is used for what is put behind the data, and none is made.
    #[test]
    fn data_is_padded_where_there_is_room() {
        for (room, is_padded) in [(3, false), (66, false), (67, true), (99, true)] {
            let mut block = with_room(room);
            block.end_data_with(b"ab");
            block.pad_data();
            let padded = block.padded_data();
            assert_eq!((padded.get(), padded.bytes.len()), (&b"ab"[..], if is_padded { 67 } else { 3 }));
            assert_eq!(block.buf.capacity(), room);
        }
    }

    /// The last of the room is for an LF.
    #[test]
    fn a_byte_is_pushed_where_there_is_room() {
        for room in 0..4 {
            let mut block = with_room(room);
            let pushed = (0..9).filter(|byte| block.push_byte(*byte)).count();
            assert_eq!(
                (pushed, block.buf.len(), block.buf.capacity()),
                (room.saturating_sub(1), pushed, room)
            );
        }
    }

    /// Room of an ordinary size is kept for the next type and ID; and the type itself, though it is none of that event's.
    #[test]
    fn what_is_left_of_a_type_and_an_id() {
        for (len, is_kept) in [(1, true), (KEEP, true), (KEEP + 1, false), (2 * KEEP, false)] {
            let mut block = Block::default();
            let value = alloc::vec![b'x'; len];
            block.set_event_type(&value);
            block.set_id(&value);
            block.clear();
            let kept = if is_kept { len } else { 0 };
            assert_eq!((block.event_type.capacity(), block.id.capacity()), (kept, kept), "{len}");
            assert_eq!((block.event_type(), block.event_type_len(), block.id()), ("message", 0, None));
            assert!(block.is_unused() && block.held() == 0);
            block.set_event_type(&value);
            assert_eq!((block.event_type().len(), block.event_type_len()), (len, len));
        }
    }
}
