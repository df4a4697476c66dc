//! What a stream is made of: events, comments and reconnection times.

use alloc::string::String;
use core::time::Duration;

use bytestring::ByteString;

/// One thing that a stream said, in the order in which it said it.
///
/// `S` is how the text is held: [`ByteString`] (a slice of the chunk that it came in) or `&str` (lent by the decoder).
///
/// ```
/// use sse_proto::{Decoder, Frame};
///
/// let mut decoder = Decoder::default();
/// let mut input: &[u8] = b": hello\nretry: 500\n";
/// assert_eq!(decoder.decode(&mut input)?, Some(Frame::Comment("hello")));
/// assert_eq!(decoder.decode(&mut input)?, Some(Frame::Retry(core::time::Duration::from_millis(500))));
/// assert_eq!(decoder.decode(&mut input)?, None);
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Frame<S = ByteString> {
    /// An event, dispatched at its blank line.
    Event(Event<S>),
    /// One comment line (`: text`), without the colon and one leading space.
    Comment(S),
    /// A new reconnection time (`retry: 3000`), in whole milliseconds.
    Retry(Duration),
    /// An event over [`Limits::max_event_len`](crate::Limits::max_event_len) that was dropped, because
    /// [`Oversize::Skip`](crate::Oversize::Skip) asks for that.
    Discarded {
        /// How many bytes of it were dropped, line ends not counted.
        len: u64,
    },
}

/// An event: WHATWG HTML 9.2.6, "dispatch the event".
///
/// ```
/// use sse_proto::Event;
///
/// let event = Event { event_type: "message", data: "two\nlines", last_event_id: "7" };
/// assert_eq!(event.to_string(), "id: 7\ndata: two\ndata: lines\n\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event<S = ByteString> {
    /// The event type; "message" when the stream named none.
    pub event_type: S,
    /// The data lines, joined with LF; it may be empty.
    pub data: S,
    /// The last event ID as it stood when the event was dispatched: an event without an `id` line carries the one
    /// before it. Empty when the stream has set none, or has cleared it.
    pub last_event_id: S,
}

impl<S: AsRef<str>> Event<S> {
    /// An owned copy that pins no chunk of the stream: for an event that is kept for long.
    #[must_use]
    pub fn detach(&self) -> Event {
        Event {
            event_type: detached(&self.event_type),
            data: detached(&self.data),
            last_event_id: detached(&self.last_event_id),
        }
    }
}

impl<S: AsRef<str>> Frame<S> {
    /// An owned copy that pins no chunk of the stream.
    #[must_use]
    pub fn detach(&self) -> Frame {
        match self {
            Self::Event(event) => Frame::Event(event.detach()),
            Self::Comment(text) => Frame::Comment(detached(text)),
            Self::Retry(time) => Frame::Retry(*time),
            Self::Discarded { len } => Frame::Discarded { len: *len },
        }
    }
}

fn detached<S: AsRef<str>>(text: &S) -> ByteString {
    match text.as_ref() {
        "" => ByteString::new(),
        "message" => ByteString::from_static("message"),
        text => ByteString::from(String::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use bytes::Bytes;

    /// A text that is a part of a chunk, as the decoder makes them.
    fn part(chunk: &Bytes, text: &str) -> ByteString {
        let at = core::str::from_utf8(chunk).expect("text").find(text).expect("it is there");
        ByteString::try_from(chunk.slice(at..at + text.len())).expect("text")
    }

    #[test]
    fn what_is_detached_is_equal_and_pins_nothing() {
        let chunk = Bytes::from("event: message id: 7 data: what it says event: of a type".to_string());
        let event = |event_type, data, last_event_id| {
            Frame::Event(Event {
                event_type: part(&chunk, event_type),
                data: part(&chunk, data),
                last_event_id: part(&chunk, last_event_id),
            })
        };
        let detached = [
            event("message", "what it says", "7"),
            event("of a type", "what it says", ""),
            event("message", "", "7"),
            Frame::Comment(part(&chunk, "what it says")),
            Frame::Retry(Duration::from_millis(7)),
            Frame::Discarded { len: 7 },
        ]
        .map(|frame| {
            let detached = frame.detach();
            assert_eq!(detached, frame);
            detached
        });
        assert!(chunk.is_unique(), "{detached:?}");
    }
}
