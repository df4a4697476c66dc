//! Failures that the application can decide about.

use std::sync::Arc;
use std::time::Duration;

use sse_proto::Cause;

use crate::{Error, FailedResponse};

/// A failed attempt or a lost connection, as passed to
/// [`retry_when`](crate::RequestBuilder::retry_when).
///
/// ```
/// use std::time::Duration;
/// use sse_driver::{Failure, Retry};
///
/// /// The service answers 404 for a while after a deployment.
/// fn rule(failure: &Failure) -> Retry {
///     match failure.error.status().map(|status| status.as_u16()) {
///         Some(404) if failure.failures < 5 => Retry::After(Duration::from_secs(2)),
///         Some(503) if !failure.was_open => Retry::Stop,
///         _ => Retry::Default,
///     }
/// }
/// # let _ = rule;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The cause in terms of the protocol.
    pub cause: Cause,
    /// The cause as an error with all details. For a refused response it has the head and the start
    /// of the body.
    pub error: Arc<Error>,
    /// The number of the attempt, counted from 1.
    pub attempt: u64,
    /// The number of consecutive failures, including this one.
    pub failures: u32,
    /// Whether the session has been open, now or on an earlier connection.
    pub was_open: bool,
    /// Whether the session has delivered an event, on any of its connections.
    pub delivered: bool,
    /// The last event ID. It is empty if there is none.
    pub last_event_id: String,
    /// The current reconnection time: that of the policy, or the one that the server set with
    /// `retry`.
    pub reconnection_time: Duration,
    /// The policy's delay before the next attempt, or `None` if the policy closes the session.
    pub delay: Option<Duration>,
}

/// The reason why a session needs a token, as passed to the function of
/// [`bearer_auth_with`](crate::RequestBuilder::bearer_auth_with).
///
/// ```
/// use sse_driver::TokenRequest;
///
/// fn log(why: &TokenRequest) {
///     if let TokenRequest::Refused(response) = why {
///         println!("refused: {}", String::from_utf8_lossy(response.body()));
///     }
/// }
/// # let _ = log;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TokenRequest {
    /// The session has no token yet.
    First,
    /// The server answered the current token with 401.
    Refused(FailedResponse),
}
