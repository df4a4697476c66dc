//! The event type, a string that stores common types without an allocation.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

/// The type of an event (WHATWG HTML 9.2.6). It is `message` unless the stream sets another one.
///
/// It works like a string: it derefs to `str`, compares with `str`, and maps can look it up by
/// `str`. Creating one of the types that many servers send allocates nothing.
///
/// ```
/// use sse_proto::EventType;
///
/// let event_type = EventType::from("update");
/// assert_eq!(event_type, "update");
/// assert!(event_type.starts_with("up"));
/// match event_type.as_str() {
///     "update" => {}
///     other => panic!("{other} is not expected"),
/// }
/// assert_eq!(EventType::default(), "message");
/// ```
#[derive(Clone)]
pub struct EventType(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Owned(Box<str>),
}

/// The default event type.
pub(crate) const MESSAGE: &str = "message";

/// Other types that many servers send.
const WELL_KNOWN: [&str; 19] = [
    "content_block_delta",
    "response.output_text.delta",
    "delta",
    "update",
    "patch",
    "put",
    "ping",
    "error",
    "done",
    "add",
    "delete",
    "endpoint",
    "heartbeat",
    "close",
    "content_block_start",
    "content_block_stop",
    "message_start",
    "message_delta",
    "message_stop",
];

impl EventType {
    /// Returns the type as a string slice.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) => text,
            Repr::Owned(text) => text,
        }
    }
}

impl Default for EventType {
    #[inline]
    fn default() -> Self {
        Self(Repr::Static(MESSAGE))
    }
}

impl Deref for EventType {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for EventType {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for EventType {
    fn borrow(&self) -> &str {
        self
    }
}

impl From<&str> for EventType {
    #[inline]
    fn from(text: &str) -> Self {
        if text == MESSAGE { Self::default() } else { Self(Repr::of(text)) }
    }
}

impl Repr {
    fn of(text: &str) -> Self {
        match WELL_KNOWN.iter().find(|known| **known == text) {
            Some(known) => Self::Static(known),
            None => Self::Owned(text.into()),
        }
    }
}

impl From<String> for EventType {
    fn from(text: String) -> Self {
        Self(Repr::Owned(text.into()))
    }
}

impl From<EventType> for String {
    fn from(event_type: EventType) -> Self {
        match event_type.0 {
            Repr::Static(text) => text.to_owned(),
            Repr::Owned(text) => text.into(),
        }
    }
}

impl PartialEq for EventType {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for EventType {}

impl PartialEq<str> for EventType {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for EventType {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for EventType {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<EventType> for str {
    fn eq(&self, other: &EventType) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<EventType> for &str {
    fn eq(&self, other: &EventType) -> bool {
        *self == other.as_str()
    }
}

impl PartialOrd for EventType {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EventType {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

/// Hashes like the string, so that maps can look it up by `str`.
impl Hash for EventType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for EventType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for EventType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use alloc::string::ToString;
    use std::collections::HashMap;

    #[test]
    fn well_known_types_are_static() {
        for (text, is_static) in [("message", true), ("put", true), ("", false), ("mine", false)] {
            let event_type = EventType::from(text);
            assert_eq!(matches!(event_type.0, Repr::Static(_)), is_static, "{text}");
            assert_eq!(event_type, text);
            assert_eq!(event_type, EventType::from(text.to_string()));
        }
    }

    #[test]
    fn maps_look_up_by_str() {
        let entries = || [(EventType::from("a"), 1), (EventType::from("update"), 2)];
        let (sorted, hashed) = (BTreeMap::from(entries()), HashMap::from(entries()));
        assert_eq!((sorted.get("update"), sorted.get("b")), (Some(&2), None));
        assert_eq!((hashed.get("update"), hashed.get("b")), (Some(&2), None));
    }

    #[test]
    fn it_formats_like_a_string() {
        let event_type = EventType::from("a\"b");
        assert_eq!(event_type.to_string(), "a\"b");
        assert_eq!(alloc::format!("{event_type:?}"), "\"a\\\"b\"");
        assert_eq!(String::from(event_type), "a\"b");
    }
}
