//! Events whose data is a value rather than text.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sse_proto::{Event, EventType};

use crate::{BoxError, Error};

/// An event whose data has been read.
///
/// ```
/// use sse_driver::TypedEvent;
///
/// let event = TypedEvent { event_type: "message".into(), data: 7, last_event_id: "".into() };
/// assert_eq!(event.data, 7);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedEvent<D> {
    /// The event type; "message" when the stream named none.
    pub event_type: EventType,
    /// What the data came to.
    pub data: D,
    /// The last event ID.
    pub last_event_id: String,
}

/// A stream of typed events over any stream of events: see [`Session::deserialize_with`](crate::Session::deserialize_with).
///
/// Its items are those of the stream beneath. An event that cannot be read is an [`Error::Deserialize`] with the event in
/// it, and the stream goes on; every other `Err` is the last item.
///
/// ```
/// use bytes::Bytes;
/// use futures_util::stream;
/// use sse_driver::{Error, TypedEvents};
///
/// # futures_executor::block_on(async {
/// let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from("data: 7\n\ndata: x\n\ndata: 8\n\n"))]);
/// let mut numbers = TypedEvents::new(sse_driver::events(body), |event| event.data.parse::<u32>());
/// assert_eq!(numbers.next().await.expect("an event")?.data, 7);
/// match numbers.next().await {
///     Some(Err(Error::Deserialize { event, .. })) => assert_eq!(event.data, "x"),
///     other => panic!("{other:?}"),
/// }
/// assert_eq!(numbers.next().await.expect("an event")?.data, 8);
/// # Ok::<(), Error>(())
/// # }).unwrap();
/// ```
pub struct TypedEvents<S, F> {
    events: S,
    deserialize: F,
}

impl<S, F, D, E> TypedEvents<S, F>
where
    S: Stream<Item = Result<Event, Error>> + Unpin,
    F: FnMut(&Event) -> Result<D, E>,
    E: Into<BoxError>,
{
    /// The events of a stream, each read by `deserialize`.
    pub fn new(events: S, deserialize: F) -> Self {
        Self { events, deserialize }
    }

    /// The next event; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Result<TypedEvent<D>, Error>> {
        poll_fn(|cx| self.poll_typed(cx)).await
    }

    fn poll_typed(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<TypedEvent<D>, Error>>> {
        let event = match ready!(Pin::new(&mut self.events).poll_next(cx)) {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        };
        Poll::Ready(Some(match (self.deserialize)(&event) {
            Ok(data) => {
                Ok(TypedEvent { event_type: event.event_type, data, last_event_id: event.last_event_id })
            }
            Err(error) => Err(Error::Deserialize { event: Box::new(event), source: error.into().into() }),
        }))
    }
}

impl<S, F, D, E> Stream for TypedEvents<S, F>
where
    S: Stream<Item = Result<Event, Error>> + Unpin,
    F: FnMut(&Event) -> Result<D, E> + Unpin,
    E: Into<BoxError>,
{
    type Item = Result<TypedEvent<D>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_typed(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for TypedEvents<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedEvents").field("events", &self.events).finish_non_exhaustive()
    }
}

/// How [`Session::json`](crate::Session::json) reads an event.
#[cfg(feature = "json")]
pub type FromJson<D> = fn(&Event) -> Result<D, serde_json::Error>;

#[cfg(feature = "json")]
pub(crate) fn from_json<D: serde::de::DeserializeOwned>(event: &Event) -> Result<D, serde_json::Error> {
    serde_json::from_str(&event.data)
}
