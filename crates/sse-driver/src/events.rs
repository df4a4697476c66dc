//! A body of bytes as a stream of events: no HTTP, no reconnection.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use sse_proto::{DecodeError, Decoder, Event, FrameRef, Limits};

use crate::budget::Budget;
use crate::{BoxError, Error};

/// Reads the events of any stream of byte chunks: a response body from another client, a file, a queue.
///
/// ```
/// use bytes::Bytes;
/// use futures_util::stream;
///
/// # futures_executor::block_on(async {
/// let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from("data: a\n\nda")), Ok(Bytes::from("ta: b\n\n"))]);
/// let mut events = sse_driver::events(body);
/// assert_eq!(events.next().await.unwrap()?.data, "a");
/// assert_eq!(events.next().await.unwrap()?.data, "b");
/// assert!(events.next().await.is_none());
/// # Ok::<(), sse_driver::Error>(())
/// # }).unwrap();
/// ```
pub fn events<S, E>(body: S) -> Events<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    Events {
        body: Some(Box::pin(body)),
        chunk: Bytes::new(),
        read: 0,
        decoder: decoder(Limits::default()),
        budget: Budget::new(),
    }
}

/// The events of a body: see [`events`]. Its items are those of a session, and an `Err` is the last one:
/// [`Error::Stream`] when the body fails, [`Error::TooLong`] when an event is over the limit.
///
/// ```
/// use bytes::Bytes;
/// use sse_driver::proto::Limits;
///
/// let body = futures_util::stream::empty::<Result<Bytes, std::io::Error>>();
/// let events = sse_driver::events(body).limits(Limits::default().max_event_len(64 * 1024));
/// assert_eq!(events.last_event_id(), "");
/// ```
#[derive(Debug)]
pub struct Events<S> {
    /// `None` once it is over.
    body: Option<Pin<Box<S>>>,
    chunk: Bytes,
    read: usize,
    decoder: Decoder,
    budget: Budget,
}

fn decoder(limits: Limits) -> Decoder {
    Decoder::new(limits).show_comments(false).show_retries(false)
}

impl<S> Events<S> {
    /// How much one event may hold. To be set before the first event is read.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.decoder = decoder(limits);
        self
    }

    /// The last event ID; empty when there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    fn decode(&mut self) -> Result<Option<Event>, Error> {
        let mut rest = &self.chunk[self.read..];
        let event = loop {
            match self.decoder.decode(&mut rest) {
                Ok(Some(FrameRef::Event(event))) => break Some(event.to_owned()),
                Ok(Some(_)) => {}
                Ok(None) => break None,
                Err(DecodeError::TooLong { limit }) => return Err(Error::TooLong { limit }),
                Err(error) => return Err(Error::Stream(std::sync::Arc::new(error))),
            }
        };
        self.read = self.chunk.len() - rest.len();
        if rest.is_empty() {
            (self.chunk, self.read) = (Bytes::new(), 0);
        }
        Ok(event)
    }
}

impl<S, E> Events<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    /// The next event; `None` when the body is over.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<S, E> Stream for Events<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Item = Result<Event, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            ready!(this.budget.poll(cx));
            match this.decode() {
                Ok(Some(event)) => {
                    this.budget.spend_frame();
                    return Poll::Ready(Some(Ok(event)));
                }
                Ok(None) => {}
                Err(error) => {
                    this.body = None;
                    (this.chunk, this.read) = (Bytes::new(), 0);
                    this.decoder.reset();
                    return Poll::Ready(Some(Err(error)));
                }
            }
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            match body.as_mut().poll_next(cx) {
                Poll::Pending => {
                    this.budget.renew();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(chunk))) => {
                    this.budget.spend_chunk(chunk.len());
                    this.chunk = chunk;
                }
                Poll::Ready(Some(Err(error))) => {
                    this.body = None;
                    return Poll::Ready(Some(Err(Error::Stream(error.into().into()))));
                }
                Poll::Ready(None) => this.body = None,
            }
        }
    }
}
