//! Events whose data is JSON.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use sse_proto::{EventRef, EventType};

use crate::{Error, Read};

/// An event whose data was parsed as JSON.
///
/// ```
/// use sse_driver::TypedEvent;
///
/// fn total(events: &[TypedEvent<u32>]) -> u32 {
///     events.iter().map(|event| event.data).sum()
/// }
/// assert_eq!(total(&[]), 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypedEvent<D> {
    /// The event type. It is "message" if the stream set none.
    pub event_type: EventType,
    /// The value parsed from the data.
    pub data: D,
    /// The last event ID when the event was dispatched. It is empty if there is none.
    pub last_event_id: String,
}

/// The function with which [`Session::json`](crate::Session::json) and
/// [`Events::json`](crate::Events::json) read an event.
pub type FromJson<D> = fn(EventRef<'_>) -> Read<TypedEvent<D>, Error>;

/// The function with which [`Session::json_by_type`](crate::Session::json_by_type) and
/// [`Events::json_by_type`](crate::Events::json_by_type) read an event.
pub type FromJsonByType<D> = fn(EventRef<'_>) -> Read<D, Error>;

pub(crate) fn from_json<D: DeserializeOwned>(event: EventRef<'_>) -> Read<TypedEvent<D>, Error> {
    match serde_json::from_str(event.data) {
        Ok(data) => Read::Item(TypedEvent {
            event_type: event.event_type.into(),
            data,
            last_event_id: event.last_event_id.to_owned(),
        }),
        Err(error) => Read::Error(cannot_read(event, error)),
    }
}

/// Tries with the data, then without it, since a unit variant accepts any data.
pub(crate) fn from_json_by_type<D: DeserializeOwned>(event: EventRef<'_>) -> Read<D, Error> {
    let with_data = Tagged { event_type: event.event_type, data: Some(event.data) };
    let first_error = match D::deserialize(with_data) {
        Ok(value) => return Read::Item(value),
        Err(error) => error,
    };
    match D::deserialize(Tagged { event_type: event.event_type, data: None }) {
        Ok(value) => Read::Item(value),
        Err(_) => Read::Error(cannot_read(event, first_error)),
    }
}

fn cannot_read(event: EventRef<'_>, source: serde_json::Error) -> Error {
    Error::Deserialize { event: Box::new(event.to_owned()), source: std::sync::Arc::new(source) }
}

/// Deserializes as the map `{ "event": type, "data": value }`, where the value is the JSON of the
/// data.
struct Tagged<'e> {
    event_type: &'e str,
    data: Option<&'e str>,
}

impl<'de> Deserializer<'de> for Tagged<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(Entries { event_type: Some(self.event_type), data: self.data, key: "" })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Entries<'e> {
    event_type: Option<&'e str>,
    data: Option<&'e str>,
    key: &'static str,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        self.key = match (self.event_type, self.data) {
            (Some(_), _) => "event",
            (None, Some(_)) => "data",
            (None, None) => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(self.key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        if let Some(event_type) = self.event_type.take() {
            return seed.deserialize(BorrowedStrDeserializer::new(event_type));
        }
        let mut data = serde_json::Deserializer::from_str(self.data.take().unwrap_or_default());
        let value = seed.deserialize(&mut data)?;
        data.end().map(|()| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(tag = "event", content = "data", rename_all = "snake_case")]
    enum Message {
        Delta {
            text: String,
        },
        Count(u32),
        Ping,
        Maybe(Option<u32>),
        #[serde(other)]
        Unknown,
    }

    fn read(event_type: &str, data: &str) -> Result<Message, String> {
        match from_json_by_type(EventRef::new(event_type, data)) {
            Read::Item(message) => Ok(message),
            Read::Error(Error::Deserialize { source, .. }) => Err(source.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_enum_is_read_by_event_type() {
        let delta = |text: &str| Ok(Message::Delta { text: text.into() });
        for (event_type, data, message) in [
            ("delta", r#"{"text":"a","more":1}"#, delta("a")),
            ("delta", " {\"text\":\n\"a\"} ", delta("a")),
            ("count", "7", Ok(Message::Count(7))),
            ("ping", "", Ok(Message::Ping)),
            ("ping", "{}", Ok(Message::Ping)),
            ("ping", "not json", Ok(Message::Ping)),
            ("message", r#"{"any":"thing"}"#, Ok(Message::Unknown)),
            ("message", "", Ok(Message::Unknown)),
            ("maybe", "7", Ok(Message::Maybe(Some(7)))),
            // A known limitation: an optional value reads invalid JSON as `None`.
            ("maybe", "not json", Ok(Message::Maybe(None))),
        ] {
            assert_eq!(read(event_type, data), message, "{event_type} {data}");
        }
    }

    #[test]
    fn errors_are_those_of_the_data() {
        for (event_type, data, error) in [
            ("delta", "{}", "missing field `text`"),
            ("delta", "not json", "expected ident at line 1 column 2"),
            ("count", "7 8", "trailing characters at line 1 column 3"),
            ("count", r#"7,"event":"ping""#, "trailing characters at line 1 column 2"),
            ("count", "\"seven\"", "invalid type: string \"seven\", expected u32 at line 1 column 7"),
        ] {
            let got = read(event_type, data).expect_err(data);
            assert!(got.starts_with(error), "{event_type} {data}: {got}");
        }
    }
}
