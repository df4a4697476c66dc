//! What the application is asked when an attempt failed or a connection was lost.

use std::sync::Arc;
use std::time::Duration;

use sse_proto::Cause;

use crate::{Error, FailedResponse};

/// A failed attempt or a lost connection, as `retry_when` sees it.
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
    /// Why, in the protocol's terms.
    pub cause: Cause,
    /// The same with all detail. That of a refused response has its head and the beginning of its body.
    pub error: Arc<Error>,
    /// The number of the attempt, from 1.
    pub attempt: u64,
    /// How many failures there were in a row, this one included.
    pub failures: u32,
    /// Whether the session was ever open.
    pub was_open: bool,
    /// Whether the session ever delivered an event.
    pub delivered: bool,
    /// The last event ID; empty when there is none.
    pub last_event_id: String,
    /// The reconnection time in force: that of the policy, or the one that the server has set by `retry`.
    pub reconnection_time: Duration,
    /// The delay that the policy takes before the next attempt; `None` where it closes the session.
    pub delay: Option<Duration>,
}

/// Why `bearer_auth_with` asks for a token.
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
    /// There is none yet.
    First,
    /// The server answered 401 to the one at hand.
    Refused(FailedResponse),
}
