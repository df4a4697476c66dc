//! An open session: the events, and what there is to know and to do besides.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use sse_proto::{CloseReason, Event, Frame, FrameRef, ReadyState};
use url::Url;

use crate::drive::{Drive, Step};
use crate::redact::Redacted;
use crate::{BoxError, Error, ResponseHead, Timer, Transport, TypedEvents};

/// A stream of events that outlives its connections.
///
/// It does nothing unless it is polled: no task is spawned and nothing is queued, so a slow reader slows the server
/// down. Dropping the future of [`next`](Self::next) loses nothing; dropping the session closes the connection at once.
/// An `Err` is the last item.
///
/// ```no_run
/// # use sse_driver::{Client, Error, Timer, Transport};
/// # async fn follow<T: Transport, M: Timer>(client: Client<T, M>) -> Result<(), Error> {
/// let mut session = client.get("http://localhost:8080/events").open().await?;
/// println!("{}", session.response().status());
/// while let Some(event) = session.next().await {
///     let event = event?;
///     println!("{}: {}", event.event_type, event.data);
/// }
/// println!("{:?}", session.close_reason());
/// # Ok(())
/// # }
/// ```
pub struct Session<T: Transport, M: Timer> {
    /// Over a kilobyte, which would be twice in the future of whoever opens a session and then reads it.
    drive: Box<Drive<T, M>>,
}

impl<T: Transport, M: Timer> Session<T, M> {
    pub(crate) fn new(drive: Box<Drive<T, M>>) -> Self {
        Self { drive }
    }

    /// The next event; `None` when the session is over.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// All that the stream says: comments and reconnection times too, when they are shown, and the notice of an event
    /// that was discarded for its length.
    pub fn incoming(&mut self) -> Incoming<'_, T, M> {
        Incoming { session: self }
    }

    /// The events, with their data read by `deserialize`, which sees all of the event: streams of mixed types are told
    /// apart by [`event_type`](Event::event_type). An event that cannot be read is an [`Error::Deserialize`] that holds
    /// it, and the stream goes on.
    ///
    /// ```no_run
    /// # use sse_driver::{Error, Session, Timer, Transport};
    /// # async fn follow<T: Transport, M: Timer>(mut session: Session<T, M>) -> Result<(), Error> {
    /// enum Update {
    ///     Price(f64),
    ///     Note(String),
    /// }
    ///
    /// let mut updates = session.deserialize_with(|event| match &*event.event_type {
    ///     "price" => event.data.parse().map(Update::Price),
    ///     _ => Ok(Update::Note(event.data.to_string())),
    /// });
    /// while let Some(update) = updates.next().await {
    ///     match update?.data {
    ///         Update::Price(price) => println!("now {price}"),
    ///         Update::Note(note) => println!("{note}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn deserialize_with<D, E, F>(&mut self, deserialize: F) -> TypedEvents<&mut Self, F>
    where
        F: FnMut(&Event) -> Result<D, E>,
        E: Into<BoxError>,
    {
        TypedEvents::new(self, deserialize)
    }

    /// The events, with their data read as JSON.
    ///
    /// ```no_run
    /// # use sse_driver::{Error, Session, Timer, Transport};
    /// # async fn follow<T: Transport, M: Timer>(mut session: Session<T, M>) -> Result<(), Error> {
    /// let mut numbers = session.json::<Vec<u32>>();
    /// while let Some(event) = numbers.next().await {
    ///     match event {
    ///         Ok(event) => println!("{} has {:?}", event.event_type, event.data),
    ///         Err(Error::Deserialize { event, source }) => eprintln!("{source} in {}", event.data),
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "json")]
    pub fn json<D: serde::de::DeserializeOwned>(&mut self) -> TypedEvents<&mut Self, crate::FromJson<D>> {
        TypedEvents::new(self, crate::typed::from_json::<D>)
    }

    /// The last of the stream, as far as [`diagnostics`](crate::RequestBuilder::diagnostics) were asked for: lines or
    /// events in their wire form. Empty without.
    #[must_use]
    pub fn diagnostics(&self) -> String {
        self.drive.recent.text().unwrap_or_default()
    }

    /// The response that opened the session.
    #[must_use]
    pub fn response(&self) -> &ResponseHead {
        self.drive.first_response.as_ref().expect("a session is made once there is a response")
    }

    /// The newest response: after a reconnection, another one than [`response`](Self::response).
    #[must_use]
    pub fn last_response(&self) -> &ResponseHead {
        self.drive.last_response.as_ref().expect("a session is made once there is a response")
    }

    /// The ready state (WHATWG HTML 9.2.2).
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.drive.source.ready_state()
    }

    /// The URL of the newest response, after redirects.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.drive.url()
    }

    /// The last event ID: what a later session needs to go on from here. Empty when there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.drive.source.last_event_id()
    }

    /// The time to the next attempt after a loss: that of the policy, until the server sets another one by `retry`.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.drive.source.reconnection_time()
    }

    /// Why the session is over; `None` while it is not.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        self.drive.source.close_reason()
    }

    /// Drops the connection and connects again, without a delay, at the next poll.
    ///
    /// This is the application's own decision, so the request is sent again whatever its method, also without
    /// [`replay`](crate::RequestBuilder::replay), and no limit of the policy counts it.
    pub fn reconnect(&mut self) {
        self.drive.reconnect();
    }

    /// Ends the session and closes the connection. Nothing more is delivered.
    pub fn close(&mut self) {
        self.drive.close();
    }

    /// The same, for a stream that said all it had to: the reason is [`CloseReason::Finished`].
    pub fn finish(&mut self) {
        self.drive.finish();
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Event, Error>>> {
        self.poll_with(cx, &mut |frame| match frame {
            FrameRef::Event(event) => Some(event.to_owned()),
            _ => None,
        })
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, Error>>> {
        self.poll_with(cx, &mut |frame| Some(frame.to_owned()))
    }

    fn poll_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        take: &mut impl FnMut(FrameRef<'_>) -> Option<R>,
    ) -> Poll<Option<Result<R, Error>>> {
        loop {
            return Poll::Ready(match ready!(self.drive.poll_with(cx, take)) {
                Step::Opened => continue,
                Step::Frame(frame) => Some(Ok(frame)),
                Step::Ended(error) => error.map(Err),
            });
        }
    }
}

impl<T: Transport, M: Timer> Stream for Session<T, M> {
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

impl<T: Transport, M: Timer> fmt::Debug for Session<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("url", &Redacted(self.url()))
            .field("ready_state", &self.ready_state())
            .finish_non_exhaustive()
    }
}

/// The frames of a [`Session`]: see [`Session::incoming`].
///
/// ```no_run
/// # use sse_driver::{Error, Session, Timer, Transport, proto::Frame};
/// # async fn follow<T: Transport, M: Timer>(mut session: Session<T, M>) -> Result<(), Error> {
/// let mut incoming = session.incoming();
/// while let Some(frame) = incoming.next().await {
///     match frame? {
///         Frame::Event(event) => println!("{}", event.data),
///         Frame::Comment(text) => println!("({text})"),
///         Frame::Retry(time) => println!("(retry: {time:?})"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Incoming<'a, T: Transport, M: Timer> {
    session: &'a mut Session<T, M>,
}

impl<T: Transport, M: Timer> Incoming<'_, T, M> {
    /// The next frame; `None` when the session is over.
    pub async fn next(&mut self) -> Option<Result<Frame, Error>> {
        poll_fn(|cx| self.session.poll_frame(cx)).await
    }
}

impl<T: Transport, M: Timer> Stream for Incoming<'_, T, M> {
    type Item = Result<Frame, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().session.poll_frame(cx)
    }
}
