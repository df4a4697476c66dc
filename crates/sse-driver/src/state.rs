//! The states of a session.

use std::sync::Arc;
use std::time::Duration;

use sse_proto::{Cause, CloseReason, Resume};

use crate::{Error, ResponseHead, StreamTail};

/// A state change of a session, as passed to [`on_state`](crate::RequestBuilder::on_state).
///
/// ```
/// use sse_driver::State;
///
/// fn log(state: &State) {
///     match state {
///         State::Connecting { attempt, .. } => println!("attempt {attempt}"),
///         State::Open { response, .. } => println!("open: {}", response.status()),
///         State::Disconnected { cause, retry_in, .. } => println!("{cause}; again in {retry_in:?}"),
///         State::Closed { reason, .. } => println!("closed: {reason}"),
///         _ => {}
///     }
/// }
/// # let _ = log;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum State {
    /// An attempt to connect starts.
    #[non_exhaustive]
    Connecting {
        /// The number of the attempt, counted from 1.
        attempt: u64,
        /// Where in the stream it resumes. [`Resume::Unsendable`] if the last event ID cannot be
        /// sent.
        resume: Resume,
    },
    /// The stream is open.
    #[non_exhaustive]
    Open {
        /// The response that opened the stream.
        response: ResponseHead,
    },
    /// The connection, or the attempt to connect, failed, and another attempt will follow.
    #[non_exhaustive]
    Disconnected {
        /// The cause in terms of the protocol.
        cause: Cause,
        /// The cause as an error with all details. `None` if the application asked for a new
        /// connection.
        error: Option<Arc<Error>>,
        /// The time until the next attempt, with jitter.
        retry_in: Duration,
        /// The end of the stream, if [`Diagnostics`](crate::Diagnostics) are enabled.
        diagnostics: Option<StreamTail>,
    },
    /// The session ended.
    #[non_exhaustive]
    Closed {
        /// Why the session ended.
        reason: CloseReason,
        /// The error that ended the session. `None` at a normal end.
        error: Option<Arc<Error>>,
        /// The end of the stream, if [`Diagnostics`](crate::Diagnostics) are enabled.
        diagnostics: Option<StreamTail>,
    },
}

/// An attempt to connect, as passed to [`before_each`](crate::RequestBuilder::before_each).
///
/// ```
/// use sse_driver::{BoxError, ClientBuilder, Timer, Transport};
///
/// fn count_retries<T: Transport, M: Timer>(builder: ClientBuilder<T, M>) -> ClientBuilder<T, M> {
///     builder.before_each(|attempt, mut request| async move {
///         if attempt.last_failure.is_some() {
///             request.headers_mut().insert("x-failures", attempt.failures.into());
///         }
///         Ok::<_, BoxError>(request)
///     })
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of the attempt, counted from 1.
    pub number: u64,
    /// The number of consecutive failures before this attempt.
    pub failures: u32,
    /// Where in the stream the attempt resumes. The header for it is already set.
    pub resume: Resume,
    /// Why the previous connection or attempt failed, if there was one.
    pub last_failure: Option<Arc<Error>>,
    /// The head of the latest response, if there was one.
    pub last_response: Option<ResponseHead>,
}

impl Attempt {
    /// Returns the last event ID even if it cannot be sent. It is empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        match &self.resume {
            Resume::From(id) | Resume::Unsendable(id) => id,
            Resume::Fresh => "",
        }
    }
}
