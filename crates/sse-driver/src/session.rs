//! The session: reading its events, its state, and control over it.

use std::fmt;
use std::future::poll_fn;
use std::ops::ControlFlow;
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

/// A stream of events that reconnects when its connection is lost, and resumes after the last
/// event.
///
/// That the server ends the stream counts as a loss too, so a session has no end by default. It
/// ends when the server answers with 204, after
/// [`finish_before`](crate::RequestBuilder::finish_before) or
/// [`finish_after`](crate::RequestBuilder::finish_after), at [`close`](Self::close), or with an
/// error that is not retried. By default a POST is not sent again, so its session ends with its
/// stream.
///
/// A session works only while it is polled. It spawns no task and queues nothing, so a slow reader
/// slows the server down. Dropping the future of [`next`](Self::next) loses nothing. Dropping the
/// session closes the connection at once. An `Err` is the last item.
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
    /// Boxed, since it takes more than a kilobyte, which a future that opens and reads a session
    /// would hold twice.
    pub(crate) drive: Box<Drive<T, M>>,
}

impl<T: Transport, M: Timer> Session<T, M> {
    pub(crate) fn new(drive: Box<Drive<T, M>>) -> Self {
        Self { drive }
    }

    reading_methods!();

    /// Returns the end of the stream as text, if
    /// [`diagnostics`](crate::RequestBuilder::diagnostics) are enabled: lines, or events as a
    /// server sends them. Otherwise it is empty.
    #[must_use]
    pub fn diagnostics_text(&self) -> String {
        self.drive.tail.snapshot().map(|tail| tail.to_string()).unwrap_or_default()
    }

    /// Waits until the session is open, and returns the response that opened it. It returns at once
    /// if the session has been open before. After a 204 it returns that response, and the session
    /// has ended.
    ///
    /// # Errors
    ///
    /// Returns the error that ended the session before it was open. [`next`](Self::next) does not
    /// return it again. Returns [`Error::Eof`] if the application closed the session.
    pub async fn opened(&mut self) -> Result<&ResponseHead, Error> {
        if self.drive.first_response.is_none() {
            poll_fn(|cx| self.drive.poll_open(cx)).await?;
        }
        self.drive.first_response.as_ref().ok_or(Error::Eof)
    }

    /// Returns the response that first opened the session, or `None` before that. If the first
    /// response accepted was a 204, it is that one.
    #[must_use]
    pub fn response(&self) -> Option<&ResponseHead> {
        self.drive.first_response.as_ref()
    }

    /// Returns the latest response, or `None` before the first one. After a reconnection it differs
    /// from [`response`](Self::response). It may be a refused response.
    #[must_use]
    pub fn last_response(&self) -> Option<&ResponseHead> {
        self.drive.last_response.as_ref()
    }

    /// Returns a handle that can close or reconnect this session from any task, and watch its ready
    /// state.
    pub fn handle(&mut self) -> SessionHandle {
        self.drive.session_handle()
    }

    /// Returns a stream of the state changes and the frames of the session, in the order in which
    /// they happen. The state changes are those passed to
    /// [`on_state`](crate::RequestBuilder::on_state), and the frames those that
    /// [`next_frame`](Self::next_frame) returns. State changes before this call are not included,
    /// so call it on a session from [`start`](crate::RequestBuilder::start) to see all of them.
    pub fn updates(&mut self) -> Updates<'_, T, M> {
        Updates::new(self)
    }

    /// Returns the ready state (WHATWG HTML 9.2.2). It is `Connecting` also while the session waits
    /// to reconnect.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.drive.source.ready_state()
    }

    /// Returns the URL of the latest response, after redirects. Before the first one it is the URL
    /// of the request.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.drive.url()
    }

    /// Returns the last event ID, from which a later session can resume. It is empty if there is
    /// none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.drive.source.last_event_id()
    }

    /// Returns the current reconnection time: that of the policy, or the one that the server set
    /// with `retry`.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.drive.source.reconnection_time()
    }

    /// Returns why the session ended, or `None` if it has not ended. [`CloseReason`] calls the
    /// session an event source, as the standard does.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        self.drive.source.close_reason()
    }

    /// Drops the connection and reconnects without a delay, at the next poll.
    ///
    /// The request is sent again whatever its method, even without
    /// [`replay`](crate::RequestBuilder::replay), and does not count towards the limits of the
    /// policy.
    pub fn reconnect(&mut self) {
        self.drive.reconnect();
    }

    /// Ends the session with [`CloseReason::Requested`] and closes the connection. Nothing more is
    /// delivered: [`next`](Self::next) returns `None`.
    pub fn close(&mut self) {
        self.drive.close();
    }

    /// Ends the session with [`CloseReason::Finished`] and closes the connection. Use it after the
    /// event that completes the stream. Except for the reason, it is the same as
    /// [`close`](Self::close).
    pub fn finish(&mut self) {
        self.drive.finish();
    }
}

impl<T: Transport, M: Timer> PollFrame for Session<T, M> {
    #[inline]
    fn poll_frames(
        &mut self,
        cx: &mut Context<'_>,
        visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>,
    ) -> Poll<Option<Result<(), Error>>> {
        loop {
            return Poll::Ready(match ready!(self.drive.poll_frames(cx, visit)) {
                Step::Opened | Step::StateChanged => continue,
                Step::Visited => Some(Ok(())),
                Step::Ended => self.drive.end_error.take().map(Err),
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
