//! A simple, slow decoder, written from WHATWG HTML 9.2.5 and 9.2.6, to compare the fast one with.
//!
//! It takes the whole stream at once, processes it byte by byte and copies everything. The standard
//! has no limit on the length of events; [`decode`] states the rules for it.

use core::time::Duration;

use sse_proto::{Event, Frame};

/// The outcome of decoding a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// All frames, in order.
    pub frames: Vec<Frame>,
    /// The last event ID at the end of the stream, which a reconnection would send.
    pub last_event_id: String,
    /// Whether decoding stopped because an event was over the limit.
    pub too_long: bool,
    /// The event without its blank line, if the end of the stream completes it.
    pub unfinished: Option<Event>,
}

/// Decodes a whole stream that began with `last_event_id`.
///
/// `limit` is in bytes. The lines of an event count as received, with one byte for each line end,
/// and the current last event ID counts too. As soon as they exceed `limit`, the event is too long.
/// A comment must not exceed the limit itself. A blank line and a leading BOM do not count.
///
/// An event that is too long stops the decoding. With `skip` it is dropped instead, up to its blank
/// line, together with later frames within it, and reported as [`Frame::Discarded`]. The `len` of
/// that counts its lines.
///
/// ```
/// use sse_proto::{Event, Frame};
/// use sse_harness::reference;
///
/// let outcome = reference::decode(b"id: 7\ndata: a\n\ndata: b", 1024, false, String::new());
/// let mut event = Event::new("message", "a");
/// event.set_id("7");
/// assert_eq!(outcome.frames, [Frame::Event(event)]);
/// assert_eq!(outcome.last_event_id, "7");
/// assert_eq!(outcome.unfinished.map(|event| event.data).as_deref(), Some("b"));
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
    stream.outcome.unfinished = stream.clone().unfinished();
    stream.outcome
}

/// "One leading U+FEFF BYTE ORDER MARK character must be ignored if any are present." A stream that
/// ends within a possible BOM is empty.
fn without_bom(input: &[u8]) -> &[u8] {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    if BOM.starts_with(input) {
        return b"";
    }
    input.strip_prefix(BOM).unwrap_or(input)
}

#[derive(Clone)]
struct Stream {
    limit: usize,
    skip: bool,
    line: Vec<u8>,
    /// The length of the lines of this event, without comments.
    used: usize,
    data: Vec<u8>,
    event_type: String,
    /// The "last event ID buffer", while it differs from the last event ID.
    pending_id: Option<String>,
    /// The number of bytes that are dropped so far of an event that is too long.
    discarding: Option<u64>,
    outcome: Outcome,
}

impl Stream {
    fn new(limit: usize, skip: bool, last_event_id: String) -> Self {
        let outcome = Outcome { frames: Vec::new(), last_event_id, too_long: false, unfinished: None };
        Self {
            limit,
            skip,
            line: Vec::new(),
            used: 0,
            data: Vec::new(),
            event_type: String::new(),
            pending_id: None,
            discarding: None,
            outcome,
        }
    }

    fn add_to_line(&mut self, byte: u8) {
        self.line.push(byte);
        if let Some(len) = &mut self.discarding {
            *len += 1;
        } else if !self.fits(self.line.len()) {
            self.overflow(self.line.len());
        }
    }

    fn end_line(&mut self) {
        let line = core::mem::take(&mut self.line);
        match &mut self.discarding {
            Some(len) if line.is_empty() => {
                self.outcome.frames.push(Frame::Discarded { len: *len });
                self.discarding = None;
            }
            Some(len) => *len += 1,
            None if line.is_empty() => self.dispatch(),
            None => {
                self.line = line;
                self.end_line_of_event();
            }
        }
    }

    fn end_line_of_event(&mut self) {
        let len = self.line.len() + 1;
        if !self.fits(len) {
            self.line.clear();
            return self.overflow(len);
        }
        if !self.is_in_comment() {
            self.used += len;
        }
        self.process_line();
    }

    /// Whether a line of this length is within the limit.
    fn fits(&self, len: usize) -> bool {
        if self.is_in_comment() {
            len <= self.limit
        } else {
            self.used + self.outcome.last_event_id.len() + len <= self.limit
        }
    }

    fn is_in_comment(&self) -> bool {
        self.line.first() == Some(&b':')
    }

    /// 9.2.6, "If the line starts with a U+003A COLON character (:)" and the steps after it.
    fn process_line(&mut self) {
        let line = core::mem::take(&mut self.line);
        let frame = match line.iter().position(|&byte| byte == b':') {
            Some(0) => Some(Frame::Comment(text(without_space(&line[1..])))),
            Some(colon) => self.process_field(&line[..colon], without_space(&line[colon + 1..])),
            None => self.process_field(&line, b""),
        };
        self.outcome.frames.extend(frame);
    }

    /// 9.2.6, "The steps to process the field given a field name and a field value".
    fn process_field(&mut self, name: &[u8], value: &[u8]) -> Option<Frame> {
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
        let mut event = Event::new("message", "");
        event.last_event_id.clone_from(&self.outcome.last_event_id);
        if let Some(id) = &self.pending_id {
            event.set_id(id);
        }
        self.outcome.last_event_id.clone_from(&event.last_event_id);
        if !self.event_type.is_empty() {
            event.event_type = self.event_type.as_str().into();
        }
        if let Some(data) = self.data.strip_suffix(b"\n") {
            event.data = text(data);
            self.outcome.frames.push(Frame::Event(event));
        }
        self.clear();
    }

    /// Returns the event that the end of the stream completes, if there is one.
    fn unfinished(mut self) -> Option<Event> {
        if self.discarding.is_some() || self.outcome.too_long {
            return None;
        }
        self.process_line();
        self.outcome.frames.clear();
        self.dispatch();
        match self.outcome.frames.pop() {
            Some(Frame::Event(event)) => Some(event),
            _ => None,
        }
    }

    /// Handles a line, or the start of one, that makes the event too long.
    fn overflow(&mut self, len: usize) {
        let len = self.used + len;
        self.clear();
        if self.skip {
            self.discarding = Some(len as u64);
        } else {
            self.outcome.too_long = true;
        }
    }

    fn clear(&mut self) {
        self.used = 0;
        self.data.clear();
        self.event_type.clear();
        self.pending_id = None;
    }
}

/// "If value starts with a U+0020 SPACE character, remove it from value."
fn without_space(value: &[u8]) -> &[u8] {
    value.strip_prefix(b" ").unwrap_or(value)
}

/// "Streams must be decoded using the UTF-8 decode algorithm." Decoding each value separately gives
/// the same result, since line ends, colons and spaces are never part of a longer sequence.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

/// Parses decimal digits, and saturates at the largest number.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event_type: &str, data: &str, id: Option<&str>) -> Frame {
        let mut event = Event::new(event_type, data);
        id.into_iter().for_each(|id| event.set_id(id));
        Frame::Event(event)
    }

    fn decode_whole(input: &[u8]) -> Outcome {
        decode(input, usize::MAX, false, String::new())
    }

    /// The example with four blocks in 9.2.6: a comment, an event with an ID, one that resets the
    /// ID, and one with a space.
    #[test]
    fn the_example_of_the_standard_is_decoded() {
        let input =
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n";
        let expected = [
            Frame::Comment("test stream".into()),
            event("message", "first event", Some("1")),
            event("message", "second event", Some("")),
        ];
        let outcome = decode_whole(input);
        assert_eq!(outcome.frames, expected);
        assert_eq!(outcome.last_event_id, "");
    }

    #[test]
    fn the_id_is_committed_at_the_blank_line() {
        let outcome = decode(b"id: 2\n\nid: 3\ndata: a\n", 100, false, "1".into());
        assert_eq!((outcome.frames, &*outcome.last_event_id), (vec![], "2"));
        assert_eq!(outcome.unfinished.and_then(|event| event.id().map(str::to_owned)).as_deref(), Some("3"));
    }

    #[test]
    fn all_line_ends_and_a_bom_are_accepted() {
        let outcome = decode_whole(b"\xEF\xBB\xBFevent: t\rdata: a\r\ndata: b\n\r\n");
        assert_eq!(outcome.frames, [event("t", "a\nb", None)]);
    }

    #[test]
    fn decoding_stops_at_the_first_byte_over_the_limit() {
        let input = b"data: a\n\ndata: b\ndata: c\n\n";
        assert!(!decode(input, 16, false, String::new()).too_long);
        let outcome = decode(input, 15, false, String::new());
        assert_eq!(outcome.frames, [event("message", "a", None)]);
        assert!(outcome.too_long);
    }

    #[test]
    fn an_event_over_the_limit_is_skipped_and_counted() {
        let input = b"id: 1\ndata: 12345\n: c\n\ndata: a\n\n";
        let outcome = decode(input, 8, true, String::new());
        assert_eq!(outcome.frames, [Frame::Discarded { len: 6 + 12 + 4 }, event("message", "a", None)]);
        assert_eq!(outcome.last_event_id, "");
    }

    #[test]
    fn lines_count_as_received_rather_than_as_text() {
        let input = b"data:\xFF\xFF\xFF\n\n";
        assert!(!decode(input, 9, false, String::new()).too_long);
        assert!(decode(input, 8, false, String::new()).too_long);
    }
}
