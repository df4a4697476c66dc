//! Encodes frames, and rejects text that would inject fields.

use core::error::Error;
use core::fmt;
use core::fmt::Write as _;

use bytes::BufMut;

use crate::event_type::MESSAGE;
use crate::{Event, EventRef, Frame, FrameRef};

/// The reason why a frame cannot be encoded: its text would end its field and start another one.
///
/// ```
/// use sse_proto::{EncodeError, EventRef, FrameRef};
///
/// let event = EventRef::new("a\ndata: injected", "");
/// assert_eq!(FrameRef::Event(event).encode(&mut Vec::new()), Err(EncodeError::EventType));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The event type contains a CR or an LF.
    EventType,
    /// The last event ID contains a CR, an LF or a NUL.
    LastEventId,
    /// The comment contains a CR or an LF. A comment is one line.
    Comment,
    /// The frame is a [`Frame::Discarded`], which only reports an event.
    Discarded,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventType => "the event type contains a line end",
            Self::LastEventId => "the last event ID contains a line end or a NUL",
            Self::Comment => "the comment contains a line end",
            Self::Discarded => "a discarded event cannot be encoded",
        })
    }
}

impl Error for EncodeError {}

impl Frame {
    /// Encodes the frame and appends it to `out`: see [`FrameRef::encode`].
    ///
    /// # Errors
    ///
    /// Returns an [`EncodeError`], and writes nothing, if the text would inject a field.
    pub fn encode(&self, out: &mut impl BufMut) -> Result<(), EncodeError> {
        FrameRef::from(self).encode(out)
    }
}

impl FrameRef<'_> {
    /// Encodes the frame as a server sends it and appends it to `out` (WHATWG HTML 9.2.5).
    ///
    /// Each CR, LF or CRLF in the data starts a new data line, so a decoder returns it as LF. The
    /// event type "message" is omitted, since it is the default. The last event ID is omitted if it
    /// is empty, unless the event [set it itself](EventRef::id) to reset the last event ID. A
    /// reconnection time is truncated to whole milliseconds.
    ///
    /// # Errors
    ///
    /// Returns an [`EncodeError`], and writes nothing, if the text would inject a field.
    ///
    /// ```
    /// use sse_proto::{EventRef, FrameRef};
    ///
    /// let mut out = Vec::new();
    /// FrameRef::Comment("keep-alive").encode(&mut out)?;
    /// FrameRef::Event(EventRef::new("add", "1\n2").with_id("9")).encode(&mut out)?;
    /// assert_eq!(out, b": keep-alive\nevent: add\nid: 9\ndata: 1\ndata: 2\n\n");
    /// # Ok::<(), sse_proto::EncodeError>(())
    /// ```
    pub fn encode(&self, out: &mut impl BufMut) -> Result<(), EncodeError> {
        self.check()?;
        write!(Sink(out), "{self}").expect("a BufMut takes everything, and the text was checked");
        Ok(())
    }

    fn check(&self) -> Result<(), EncodeError> {
        match self {
            Self::Event(event) if event.event_type.contains(LINE_ENDS) => Err(EncodeError::EventType),
            Self::Event(event) if event.last_event_id.contains(NOT_IN_AN_ID) => Err(EncodeError::LastEventId),
            Self::Comment(text) if text.contains(LINE_ENDS) => Err(EncodeError::Comment),
            Self::Discarded { .. } => Err(EncodeError::Discarded),
            Self::Event(_) | Self::Comment(_) | Self::Retry(_) => Ok(()),
        }
    }
}

const LINE_ENDS: &[char] = &['\r', '\n'];
const NOT_IN_AN_ID: &[char] = &['\r', '\n', '\0'];

/// Formats the frame as [`FrameRef::encode`] does. Where that returns an error, U+FFFD replaces the
/// offending characters, and a comment replaces a discarded event.
impl fmt::Display for FrameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => event.fmt(f),
            Self::Comment(text) => field(f, "", text, LINE_ENDS),
            Self::Retry(time) => {
                writeln!(f, "retry: {}", u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
            }
            Self::Discarded { len } => writeln!(f, ": discarded an event of {len} bytes"),
        }
    }
}

/// Formats the frame as [`Frame::encode`] does: see [`FrameRef`].
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        FrameRef::from(self).fmt(f)
    }
}

/// Formats the event as [`FrameRef::encode`] does, with its blank line.
impl fmt::Display for EventRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.event_type.is_empty() && self.event_type != MESSAGE {
            field(f, "event", self.event_type, LINE_ENDS)?;
        }
        if !self.last_event_id.is_empty() || self.id().is_some() {
            field(f, "id", self.last_event_id, NOT_IN_AN_ID)?;
        }
        for line in lines(self.data) {
            field(f, "data", line, LINE_ENDS)?;
        }
        f.write_char('\n')
    }
}

/// Formats the event as [`FrameRef::encode`] does, with its blank line.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EventRef::from(self).fmt(f)
    }
}

fn field(f: &mut fmt::Formatter<'_>, name: &str, value: &str, unwanted: &[char]) -> fmt::Result {
    f.write_str(name)?;
    f.write_char(':')?;
    if !value.is_empty() {
        f.write_char(' ')?;
    }
    for (n, piece) in value.split(unwanted).enumerate() {
        if n > 0 {
            f.write_char(char::REPLACEMENT_CHARACTER)?;
        }
        f.write_str(piece)?;
    }
    f.write_char('\n')
}

/// Splits a text at each of the standard's three line ends. "a\n" has two lines, the second one
/// empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let text = rest?;
        let Some(at) = text.find(LINE_ENDS) else { return rest.take() };
        let end_len = if text[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = Some(&text[at + end_len..]);
        Some(&text[..at])
    })
}

struct Sink<'a, B>(&'a mut B);

impl<B: BufMut> fmt::Write for Sink<'_, B> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.put_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn event<'a>(event_type: &'a str, data: &'a str, last_event_id: &'a str) -> FrameRef<'a> {
        FrameRef::Event(EventRef { last_event_id, ..EventRef::new(event_type, data) })
    }

    #[test]
    fn frames_are_encoded_as_servers_send_them() {
        for (frame, wire) in [
            (event("message", "a", ""), "data: a\n\n"),
            (event("message", "", ""), "data:\n\n"),
            (event("add", " a", "7"), "event: add\nid: 7\ndata:  a\n\n"),
            (event("message", "a\nb\rc\r\nd\n", ""), "data: a\ndata: b\ndata: c\ndata: d\ndata:\n\n"),
            (FrameRef::Event(EventRef::new("message", "a").with_id("")), "id:\ndata: a\n\n"),
            (event("message", "\r\r\n", ""), "data:\ndata:\ndata:\n\n"),
            (FrameRef::Comment(""), ":\n"),
            (FrameRef::Comment("hi"), ": hi\n"),
            (FrameRef::Retry(core::time::Duration::from_micros(2500)), "retry: 2\n"),
            (FrameRef::Retry(core::time::Duration::MAX), "retry: 18446744073709551615\n"),
        ] {
            let mut out = Vec::new();
            frame.encode(&mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), wire);
            assert_eq!(frame.to_string(), wire);
        }
    }

    #[test]
    fn injection_is_rejected_and_displayed_with_replacement_characters() {
        for (frame, error, shown) in [
            (event("a\rb", "", ""), EncodeError::EventType, "event: a\u{FFFD}b\ndata:\n\n"),
            (event("a\ndata: b", "", ""), EncodeError::EventType, "event: a\u{FFFD}data: b\ndata:\n\n"),
            (
                event("a", "", "1\r\n2"),
                EncodeError::LastEventId,
                "event: a\nid: 1\u{FFFD}\u{FFFD}2\ndata:\n\n",
            ),
            (event("a", "", "1\u{0}2"), EncodeError::LastEventId, "event: a\nid: 1\u{FFFD}2\ndata:\n\n"),
            (FrameRef::Comment("a\nid: 1"), EncodeError::Comment, ": a\u{FFFD}id: 1\n"),
            (FrameRef::Discarded { len: 9 }, EncodeError::Discarded, ": discarded an event of 9 bytes\n"),
        ] {
            let mut out = b"kept".to_vec();
            assert_eq!(frame.encode(&mut out), Err(error));
            assert_eq!(out, b"kept");
            assert_eq!(frame.to_string(), shown);
        }
    }

    #[test]
    fn each_error_names_its_cause() {
        for (error, text) in [
            (EncodeError::EventType, "the event type contains a line end"),
            (EncodeError::LastEventId, "the last event ID contains a line end or a NUL"),
            (EncodeError::Comment, "the comment contains a line end"),
            (EncodeError::Discarded, "a discarded event cannot be encoded"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
