//! A slow decoder, written line by line from WHATWG HTML 9.2.5 and 9.2.6: what the fast one is measured against.
//!
//! It takes the whole stream at once, goes through it byte by byte and copies everything. The standard has no limit;
//! the rules for it are those that [`decode`] states.

use core::time::Duration;

use sse_proto::{Event, Frame};

/// What a stream comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Everything that the stream said, in order.
    pub frames: Vec<Frame<String>>,
    /// The last event ID when the stream ended: what a reconnection would send.
    pub last_event_id: String,
    /// Whether the stream was given up because an event was over the limit.
    pub too_long: bool,
}

/// Decodes a whole stream that began with `last_event_id`.
///
/// `limit` is in bytes. What is held for an event is its data (with the LF that each data line adds), its event type,
/// the last event ID and the id that will replace it. As soon as that and the line in progress (its line end and a
/// leading BOM not counted) are more than `limit`, the event is too long. U+FFFD is longer than the bytes that it stands
/// for, so an event may also become too long where its bytes are made text: an event type, an id or a comment at the
/// line's end, the data at the blank line.
///
/// An event that is too long ends the decoding, or with `skip` is dropped up to its blank line, with everything in it
/// that was not said before it became too long, and is told as [`Frame::Discarded`]. The `len` of that is what was held
/// when it became too long (the last event ID left out) and the bytes of lines from there on.
///
/// ```
/// use sse_proto::{Event, Frame};
/// use sse_testkit::reference;
///
/// let outcome = reference::decode(b"id: 7\ndata: a\n\ndata: b", 1024, false, String::new());
/// let event = Event { event_type: "message".into(), data: "a".into(), last_event_id: "7".into() };
/// assert_eq!(outcome.frames, [Frame::Event(event)]);
/// assert_eq!(outcome.last_event_id, "7");
/// assert!(!outcome.too_long);
/// ```
#[must_use]
pub fn decode(input: &[u8], limit: usize, skip: bool, last_event_id: String) -> Outcome {
    let mut stream = Stream::new(limit, skip, last_event_id);
    let mut previous = None;
    for &byte in without_bom(input) {
        match byte {
            b'\n' if previous == Some(b'\r') => {}
            b'\n' | b'\r' => stream.end_line(),
            _ => stream.add_to_line(byte),
        }
        previous = Some(byte);
        if stream.outcome.too_long {
            break;
        }
    }
    stream.outcome
}

/// "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present." A stream that ended inside what
/// may have been one has said nothing.
fn without_bom(input: &[u8]) -> &[u8] {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    if BOM.starts_with(input) {
        return b"";
    }
    input.strip_prefix(BOM).unwrap_or(input)
}

struct Stream {
    limit: usize,
    skip: bool,
    line: Vec<u8>,
    data: Vec<u8>,
    event_type: String,
    /// The "last event ID buffer", while it differs from the last event ID.
    pending_id: Option<String>,
    /// How much of an event that is too long was dropped by now.
    discarding: Option<u64>,
    outcome: Outcome,
}

impl Stream {
    fn new(limit: usize, skip: bool, last_event_id: String) -> Self {
        Self {
            limit,
            skip,
            line: Vec::new(),
            data: Vec::new(),
            event_type: String::new(),
            pending_id: None,
            discarding: None,
            outcome: Outcome { frames: Vec::new(), last_event_id, too_long: false },
        }
    }

    fn add_to_line(&mut self, byte: u8) {
        self.line.push(byte);
        if let Some(len) = &mut self.discarding {
            *len += 1;
        } else if self.held_for_block() + self.outcome.last_event_id.len() + self.line.len() > self.limit {
            self.overflow(self.held_for_block() + self.line.len());
        }
    }

    fn end_line(&mut self) {
        let line = core::mem::take(&mut self.line);
        if let Some(len) = self.discarding {
            if line.is_empty() {
                self.discarding = None;
                self.outcome.frames.push(Frame::Discarded { len });
            }
        } else if line.is_empty() {
            self.dispatch();
        } else {
            self.process_line(&line);
        }
    }

    /// 9.2.6, "If the line starts with a U+003A COLON character (:)" and the steps after it.
    fn process_line(&mut self, line: &[u8]) {
        let len = self.held_for_block() + line.len();
        let frame = match line.iter().position(|&byte| byte == b':') {
            Some(0) => Some(Frame::Comment(text(without_space(&line[1..])))),
            Some(colon) => self.process_field(&line[..colon], without_space(&line[colon + 1..])),
            None => self.process_field(line, b""),
        };
        let comment_len = if let Some(Frame::Comment(text)) = &frame { text.len() } else { 0 };
        if self.held_for_block() + self.outcome.last_event_id.len() + comment_len > self.limit {
            return self.overflow(len);
        }
        self.outcome.frames.extend(frame);
    }

    /// 9.2.6, "The steps to process the field given a field name and a field value".
    fn process_field(&mut self, name: &[u8], value: &[u8]) -> Option<Frame<String>> {
        match name {
            b"event" => self.event_type = text(value),
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"id" if !value.contains(&b'\0') => self.pending_id = Some(text(value)),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                return Some(Frame::Retry(Duration::from_millis(number(value))));
            }
            _ => {}
        }
        None
    }

    /// 9.2.6, "dispatch the event".
    fn dispatch(&mut self) {
        let last_event_id = self.pending_id.as_ref().unwrap_or(&self.outcome.last_event_id).clone();
        let data = self.data.strip_suffix(b"\n").map(text);
        let data_len = data.as_ref().map_or(0, String::len);
        if data.is_some() && data_len + self.event_type.len() + last_event_id.len() > self.limit {
            return self.overflow_at_blank_line();
        }
        let event_type = core::mem::take(&mut self.event_type);
        self.outcome.last_event_id.clone_from(&last_event_id);
        self.clear_block();
        if let Some(data) = data {
            let event_type = if event_type.is_empty() { "message".to_owned() } else { event_type };
            self.outcome.frames.push(Frame::Event(Event { event_type, data, last_event_id }));
        }
    }

    fn overflow(&mut self, len: usize) {
        self.clear_block();
        if self.skip {
            self.discarding = Some(len as u64);
        } else {
            self.outcome.too_long = true;
        }
    }

    /// The block is complete already: nothing more of it is to come.
    fn overflow_at_blank_line(&mut self) {
        let len = self.held_for_block() as u64;
        self.clear_block();
        if self.skip {
            self.outcome.frames.push(Frame::Discarded { len });
        } else {
            self.outcome.too_long = true;
        }
    }

    fn held_for_block(&self) -> usize {
        self.data.len() + self.event_type.len() + self.pending_id.as_ref().map_or(0, String::len)
    }

    fn clear_block(&mut self) {
        self.data.clear();
        self.event_type.clear();
        self.pending_id = None;
    }
}

/// "If value starts with a U+0020 SPACE character, remove it from value."
fn without_space(value: &[u8]) -> &[u8] {
    value.strip_prefix(b" ").unwrap_or(value)
}

/// "Streams must be decoded using the UTF-8 decode algorithm." Value by value comes to the same: no line end, colon or
/// space is ever part of a longer sequence.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

/// Decimal digits as a number; the largest one when it is larger than that.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event_type: &str, data: &str, last_event_id: &str) -> Frame<String> {
        let [event_type, data, last_event_id] = [event_type, data, last_event_id].map(String::from);
        Frame::Event(Event { event_type, data, last_event_id })
    }

    fn decode_whole(input: &[u8]) -> Outcome {
        decode(input, usize::MAX, false, String::new())
    }

    /// 9.2.6, the example with four blocks: a comment, an event with an id, one that clears the id, one with a space.
    #[test]
    fn decodes_the_example_of_the_standard() {
        let input =
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n";
        let expected = [
            Frame::Comment("test stream".into()),
            event("message", "first event", "1"),
            event("message", "second event", ""),
        ];
        let outcome = decode_whole(input);
        assert_eq!(outcome.frames, expected);
        assert_eq!(outcome.last_event_id, "");
    }

    #[test]
    fn commits_the_id_at_the_blank_line_only() {
        let outcome = decode(b"id: 2\n\nid: 3\ndata: a\n", 100, false, "1".into());
        assert_eq!(outcome, Outcome { frames: vec![], last_event_id: "2".into(), too_long: false });
    }

    #[test]
    fn every_line_end_and_a_bom() {
        let outcome = decode_whole(b"\xEF\xBB\xBFevent: t\rdata: a\r\ndata: b\n\r\n");
        assert_eq!(outcome.frames, [event("t", "a\nb", "")]);
    }

    #[test]
    fn stops_at_the_first_byte_over_the_limit() {
        let input = b"data: a\n\ndata: b\ndata: c\n\n";
        assert!(!decode(input, 9, false, String::new()).too_long);
        let outcome = decode(input, 8, false, String::new());
        assert_eq!(outcome.frames, [event("message", "a", "")]);
        assert!(outcome.too_long);
    }

    #[test]
    fn skips_an_event_over_the_limit_and_counts_it() {
        let outcome = decode(b"id: 1\ndata: 12345\n: c\n\ndata: a\n\n", 8, true, String::new());
        assert_eq!(outcome.frames, [Frame::Discarded { len: 1 + 11 + 3 }, event("message", "a", "")]);
        assert_eq!(outcome.last_event_id, "");
    }

    #[test]
    fn counts_the_text_where_it_is_longer_than_the_bytes() {
        let input = b"data:\xFF\xFF\xFF\n\n";
        assert!(!decode(input, 9, false, String::new()).too_long);
        assert!(decode(input, 8, false, String::new()).too_long);
        assert_eq!(decode(input, 8, true, String::new()).frames, [Frame::Discarded { len: 4 }]);
    }
}
