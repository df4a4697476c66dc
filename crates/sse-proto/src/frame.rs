//! The frames of a stream: events, comments and reconnection times.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::time::Duration;

use crate::EventType;
use crate::event_type::MESSAGE;

/// An event that owns its text (WHATWG HTML 9.2.6, "dispatch the event").
///
/// ```
/// use sse_proto::Event;
///
/// let mut event = Event::new("add", "two\nlines");
/// event.set_id("7");
/// assert_eq!(event.event_type, "add");
/// assert_eq!(event.to_string(), "event: add\nid: 7\ndata: two\ndata: lines\n\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Event {
    /// The event type. It is "message" if the stream set none.
    pub event_type: EventType,
    /// The data lines, joined with LF. It may be empty.
    pub data: String,
    /// The last event ID when the event was dispatched. An event without an `id` line inherits that
    /// of the event before it. It is empty if the stream has set none or has reset it.
    pub last_event_id: String,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "core::ops::Not::not"))]
    sets_id: bool,
}

impl Event {
    /// Creates an event without an ID.
    #[must_use]
    pub fn new(event_type: impl Into<EventType>, data: impl Into<String>) -> Self {
        Self { event_type: event_type.into(), data: data.into(), ..Self::default() }
    }

    /// Sets the ID of the event. An empty ID resets the last event ID of the receiver.
    pub fn set_id(&mut self, id: impl Into<String>) {
        self.last_event_id = id.into();
        self.sets_id = true;
    }

    /// Returns the ID that this event itself set. It is `None` if the event had no `id` line and
    /// inherits its [`last_event_id`](Self::last_event_id), and `Some("")` if it reset the ID.
    ///
    /// ```
    /// use sse_proto::{Decoder, FrameRef};
    ///
    /// let mut decoder = Decoder::default();
    /// let mut input: &[u8] = b"id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n";
    /// for expected in [Some("7"), None, Some("")] {
    ///     let Some(FrameRef::Event(event)) = decoder.decode(&mut input)? else { panic!("three events") };
    ///     assert_eq!(event.id(), expected);
    /// }
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.sets_id.then_some(&self.last_event_id)
    }
}

/// An event that borrows its text, from a [`Decoder`](crate::Decoder) until its next call or from
/// an [`Event`].
///
/// ```
/// use sse_proto::{Event, EventRef};
///
/// let event = EventRef::new("add", "7");
/// assert_eq!(event.data, "7");
/// assert_eq!(event.to_owned(), Event::new("add", "7"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EventRef<'a> {
    /// The event type. It is "message" if the stream set none.
    pub event_type: &'a str,
    /// The data lines, joined with LF. It may be empty.
    pub data: &'a str,
    /// The last event ID when the event was dispatched: see [`Event::last_event_id`].
    pub last_event_id: &'a str,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "core::ops::Not::not"))]
    pub(crate) sets_id: bool,
}

impl<'a> EventRef<'a> {
    /// Creates an event without an ID.
    #[must_use]
    pub fn new(event_type: &'a str, data: &'a str) -> Self {
        Self { event_type, data, last_event_id: "", sets_id: false }
    }

    /// Sets the ID of the event: see [`Event::set_id`].
    #[must_use]
    pub fn with_id(self, id: &'a str) -> Self {
        Self { last_event_id: id, sets_id: true, ..self }
    }

    /// Returns the ID that this event itself set: see [`Event::id`].
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.sets_id.then_some(self.last_event_id)
    }

    /// Creates a copy that owns its text.
    // It takes a reference so that it takes precedence over `ToOwned::to_owned` on `&self` too.
    #[allow(clippy::wrong_self_convention)]
    #[must_use]
    // Inlined, its fields are stored where the event ends up. As a result in memory they would be
    // read again at once, and such reads wait for the stores.
    #[inline(always)]
    pub fn to_owned(&self) -> Event {
        Event {
            event_type: self.event_type.into(),
            data: ToOwned::to_owned(self.data),
            last_event_id: ToOwned::to_owned(self.last_event_id),
            sets_id: self.sets_id,
        }
    }
}

impl Default for EventRef<'_> {
    fn default() -> Self {
        Self::new(MESSAGE, "")
    }
}

impl<'a> From<&'a Event> for EventRef<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            event_type: &event.event_type,
            data: &event.data,
            last_event_id: &event.last_event_id,
            sets_id: event.sets_id,
        }
    }
}

/// A frame of a stream that owns its text: an event, a comment or a reconnection time.
///
/// ```
/// use sse_proto::{Event, Frame};
///
/// fn describe(frame: &Frame) -> String {
///     match frame {
///         Frame::Event(event) => format!("{}: {}", event.event_type, event.data),
///         Frame::Comment(text) => format!("({text})"),
///         Frame::Retry(time) => format!("reconnect after {time:?}"),
///         other => format!("{other:?}"),
///     }
/// }
/// assert_eq!(describe(&Frame::Event(Event::new("add", "7"))), "add: 7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Frame {
    /// An event, dispatched at its blank line.
    Event(Event),
    /// A comment line (`: text`), without the colon and one leading space.
    Comment(String),
    /// A new reconnection time (`retry: 3000`), in whole milliseconds.
    Retry(Duration),
    /// The report of an event over [`Limits::max_event_len`](crate::Limits::max_event_len) that was
    /// dropped because of [`Oversize::Skip`](crate::Oversize::Skip).
    Discarded {
        /// The number of dropped bytes, counted as the limit counts them.
        len: u64,
    },
}

/// A frame of a stream that borrows its text, as [`Decoder::decode`](crate::Decoder::decode)
/// returns it.
///
/// ```
/// use sse_proto::{Decoder, FrameRef};
///
/// let mut decoder = Decoder::default();
/// let mut input: &[u8] = b": hello\nretry: 500\n";
/// assert_eq!(decoder.decode(&mut input)?, Some(FrameRef::Comment("hello")));
/// assert_eq!(decoder.decode(&mut input)?, Some(FrameRef::Retry(core::time::Duration::from_millis(500))));
/// assert_eq!(decoder.decode(&mut input)?, None);
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FrameRef<'a> {
    /// An event: see [`Frame::Event`].
    Event(EventRef<'a>),
    /// A comment: see [`Frame::Comment`].
    Comment(&'a str),
    /// A reconnection time: see [`Frame::Retry`].
    Retry(Duration),
    /// The report of an event that was dropped: see [`Frame::Discarded`].
    Discarded {
        /// The number of dropped bytes.
        len: u64,
    },
}

impl FrameRef<'_> {
    /// Creates a copy that owns its text.
    // It takes a reference so that it takes precedence over `ToOwned::to_owned` on `&self` too.
    #[allow(clippy::wrong_self_convention)]
    #[must_use]
    #[inline]
    pub fn to_owned(&self) -> Frame {
        match self {
            Self::Event(event) => Frame::Event(event.to_owned()),
            Self::Comment(text) => Frame::Comment(ToOwned::to_owned(*text)),
            Self::Retry(time) => Frame::Retry(*time),
            Self::Discarded { len } => Frame::Discarded { len: *len },
        }
    }
}

impl<'a> From<&'a Frame> for FrameRef<'a> {
    fn from(frame: &'a Frame) -> Self {
        match frame {
            Frame::Event(event) => Self::Event(event.into()),
            Frame::Comment(text) => Self::Comment(text),
            Frame::Retry(time) => Self::Retry(*time),
            Frame::Discarded { len } => Self::Discarded { len: *len },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owned_and_borrowed_frames_are_equal() {
        let event = EventRef { last_event_id: "6", ..EventRef::new("of a type", "data") };
        for frame in [
            FrameRef::Event(event),
            FrameRef::Event(event.with_id("7")),
            FrameRef::Event(event.with_id("")),
            FrameRef::Comment("text"),
            FrameRef::Retry(Duration::from_millis(7)),
            FrameRef::Discarded { len: 7 },
        ] {
            assert_eq!(FrameRef::from(&frame.to_owned()), frame);
            // On a reference this calls the same method, not that of the trait.
            let reference = &frame;
            let owned: Frame = reference.to_owned();
            assert_eq!(owned, frame.to_owned());
        }
    }

    #[test]
    fn id_is_none_if_it_is_inherited() {
        let mut event = Event::new("message", "data");
        event.last_event_id = "inherited".into();
        assert_eq!(event.id(), None);
        event.set_id("own");
        assert_eq!((event.id(), &*event.last_event_id), (Some("own"), "own"));
        event.set_id("");
        assert_eq!(event.id(), Some(""));
    }
}
