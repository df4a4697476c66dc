//! An open session: the events, and what there is to know and to do besides.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use sse_proto::{CloseReason, Event, FrameRef, ReadyState};
use url::Url;

use crate::drive::{Drive, Step};
use crate::frames::reading_methods;
use crate::read::sealed::PollFrame;
use crate::redact::Redacted;
use crate::{Error, ResponseHead, SessionHandle, Timer, Transport, Updates};

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
/// println!("{:?}", session.response());
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
    pub(crate) drive: Box<Drive<T, M>>,
}

impl<T: Transport, M: Timer> Session<T, M> {
    pub(crate) fn new(drive: Box<Drive<T, M>>) -> Self {
        Self { drive }
    }

    reading_methods!();

    /// The last of the stream, as far as [`diagnostics`](crate::RequestBuilder::diagnostics) were asked for: lines or
    /// events in their wire form. Empty without.
    #[must_use]
    pub fn diagnostics_text(&self) -> String {
        self.drive.tail.snapshot().map(|tail| tail.to_string()).unwrap_or_default()
    }

    /// Waits until the session is open, and returns the response that opened it. It returns at once if the session was
    /// open already.
    ///
    /// # Errors
    ///
    /// What ended the session before it was open; [`next`](Self::next) does not return that again. [`Error::Eof`] if the
    /// application closed it.
    pub async fn opened(&mut self) -> Result<&ResponseHead, Error> {
        if self.drive.first_response.is_none() {
            poll_fn(|cx| self.drive.poll_open(cx)).await?;
        }
        self.drive.first_response.as_ref().ok_or(Error::Eof)
    }

    /// The response that opened the session; `None` before that.
    #[must_use]
    pub fn response(&self) -> Option<&ResponseHead> {
        self.drive.first_response.as_ref()
    }

    /// The newest response: after a reconnection, another one than [`response`](Self::response). It may be one that was
    /// refused. `None` before the first one.
    #[must_use]
    pub fn last_response(&self) -> Option<&ResponseHead> {
        self.drive.last_response.as_ref()
    }

    /// A handle that closes or reconnects this session from any task, and watches its ready state.
    pub fn handle(&mut self) -> SessionHandle {
        self.drive.session_handle()
    }

    /// The life of the session and its frames in one stream: what `on_state` sees, and what
    /// [`next_frame`](Self::next_frame) returns, in the order in which it happens.
    pub fn updates(&mut self) -> Updates<'_, T, M> {
        Updates::new(self)
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
}

impl<T: Transport, M: Timer> PollFrame for Session<T, M> {
    fn poll_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        take: &mut impl FnMut(FrameRef<'_>) -> Option<R>,
    ) -> Poll<Option<Result<R, Error>>> {
        loop {
            return Poll::Ready(match ready!(self.drive.poll_with(cx, take)) {
                Step::Opened | Step::Told => continue,
                Step::Frame(taken) => Some(Ok(taken)),
                Step::Ended(error) => error.map(Err),
            });
        }
    }

    fn end(&mut self) {
        self.finish();
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
