//! Frames to bytes: the wire form, and what must not get into it.

use core::error::Error;
use core::fmt;
use core::fmt::Write as _;

use bytes::BufMut;

use crate::event_type::MESSAGE;
use crate::{Event, EventRef, Frame, FrameRef};

/// Why a frame has no wire form: its text would end the field that it stands in, and begin another one.
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
    /// The event type holds a CR or an LF.
    EventType,
    /// The last event ID holds a CR, an LF or a NUL.
    LastEventId,
    /// The comment holds a CR or an LF: a comment is one line.
    Comment,
    /// [`Frame::Discarded`] stands for an event and is none.
    Discarded,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventType => "the event type holds a line end",
            Self::LastEventId => "the last event id holds a line end or a nul",
            Self::Comment => "the comment holds a line end",
            Self::Discarded => "a discarded event has no wire form",
        })
    }
}

impl Error for EncodeError {}

impl Frame {
    /// Appends the wire form to `out`: see [`FrameRef::encode`].
    ///
    /// # Errors
    ///
    /// [`EncodeError`] for text that would inject a field. Nothing is written then.
    pub fn encode(&self, out: &mut impl BufMut) -> Result<(), EncodeError> {
        FrameRef::from(self).encode(out)
    }
}

impl FrameRef<'_> {
    /// Appends the wire form to `out` (WHATWG HTML 9.2.5): what a server sends for this frame.
    ///
    /// Each CR, LF or CRLF in the data begins a new data line, so that it comes back as LF. "message" is not written,
    /// since a reader assumes it. The last event ID is written unless it is empty; an empty one is written as well where
    /// the event [set it itself](EventRef::id), so that it resets the reader's. A reconnection time is cut to whole
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] for text that would inject a field. Nothing is written then.
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

/// The wire form. What [`FrameRef::encode`] refuses is made harmless: U+FFFD stands in place of the offending
/// characters, and a comment in place of a discarded event.
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

/// The wire form: see [`FrameRef`].
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        FrameRef::from(self).fmt(f)
    }
}

/// The wire form, the blank line included; see [`FrameRef::encode`].
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

/// The wire form, the blank line included; see [`FrameRef::encode`].
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

/// The lines of a text, by each of the standard's three line ends: "a\n" is two, the second one empty.
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
    fn wire_forms() {
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
    fn injection_is_refused_and_shown_harmless() {
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
    fn each_refusal_says_why() {
        for (error, text) in [
            (EncodeError::EventType, "the event type holds a line end"),
            (EncodeError::LastEventId, "the last event id holds a line end or a nul"),
            (EncodeError::Comment, "the comment holds a line end"),
            (EncodeError::Discarded, "a discarded event has no wire form"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
