//! What happens to a session between its events.

use std::sync::Arc;
use std::time::Duration;

use sse_proto::{Cause, CloseReason, Resume};

use crate::{Error, ResponseHead, StreamTail};

/// A step in the life of a session, as `on_state` sees it.
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
    /// An attempt begins.
    #[non_exhaustive]
    Connecting {
        /// Counts the attempts of this session, from 1.
        attempt: u64,
        /// Where in the stream it goes on; [`Resume::Unsendable`] where the last event ID cannot be sent.
        resume: Resume,
    },
    /// The stream is open.
    #[non_exhaustive]
    Open {
        /// The response that opened it.
        response: ResponseHead,
    },
    /// The connection, or the attempt at one, is gone; there will be another.
    #[non_exhaustive]
    Disconnected {
        /// Why, in the protocol's terms.
        cause: Cause,
        /// The same with all detail; `None` when the application asked for a new connection.
        error: Option<Arc<Error>>,
        /// How long until the next attempt.
        retry_in: Duration,
        /// The last of the stream, where [`Diagnostics`](crate::Diagnostics) were asked for.
        diagnostics: Option<StreamTail>,
    },
    /// It is over.
    #[non_exhaustive]
    Closed {
        /// Why.
        reason: CloseReason,
        /// The error that the session ends with; `None` at a normal end.
        error: Option<Arc<Error>>,
        /// The last of the stream, where [`Diagnostics`](crate::Diagnostics) were asked for.
        diagnostics: Option<StreamTail>,
    },
}

/// What `before_each` is told of the attempt that it prepares.
///
/// ```
/// use sse_driver::Attempt;
///
/// fn is_retry_after_refusal(attempt: &Attempt) -> bool {
///     attempt.last_failure.as_ref().is_some_and(|error| error.status().is_some())
/// }
/// # let _ = is_retry_after_refusal;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Counts the attempts of this session, from 1.
    pub number: u64,
    /// How many failed in a row before this one.
    pub failures: u32,
    /// Where in the stream it goes on; the header for it is already set.
    pub resume: Resume,
    /// Why the connection before this one ended, if there was one.
    pub last_failure: Option<Arc<Error>>,
    /// The newest response head, if there was a response.
    pub last_response: Option<ResponseHead>,
}

impl Attempt {
    /// The last event ID; empty when there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        match &self.resume {
            Resume::From(id) | Resume::Unsendable(id) => id,
            Resume::Fresh => "",
        }
    }
}
