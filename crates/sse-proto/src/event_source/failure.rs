//! A failure, and what follows it: the precedence of limits, answers and rules.

use core::time::Duration;

use crate::{Cause, CloseReason, Instant, Retry, Verdict};

/// A connection or an attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) at: Instant,
    /// Why the policy does not retry it, where it does not. An answer may say otherwise.
    pub(crate) refused: Option<CloseReason>,
    /// The policy's delay; how many attempts there were, where no answer can get another one.
    pub(crate) delay: Result<Duration, u32>,
}

/// What follows a failure.
pub(crate) enum Next {
    Attempt { cause: Cause, retry_at: Instant },
    Close(CloseReason),
}

impl Failure {
    pub(crate) fn verdict(&self) -> Verdict {
        match (&self.refused, self.delay) {
            (None, Ok(delay)) => Verdict::Retry(delay),
            _ => Verdict::Close,
        }
    }

    pub(crate) fn resolve(self, answer: Retry, answered_at: Instant, min_delay: Duration) -> Next {
        let Self { cause, at, refused, delay } = self;
        let attempt = |retry_at| Next::Attempt { cause, retry_at };
        match (answer, delay, refused) {
            (Retry::Backoff, Ok(delay), _) | (Retry::Default, Ok(delay), None) => attempt(at + delay),
            (Retry::After(time), Ok(_), _) => attempt(answered_at + time.max(min_delay)),
            (_, _, Some(reason)) => Next::Close(reason),
            (Retry::Stop, _, None) | (_, Err(0), None) if cause == Cause::Eof => {
                Next::Close(CloseReason::EndOfStream)
            }
            (Retry::Stop, _, None) => Next::Close(CloseReason::Failed(cause)),
            (_, delay, None) => {
                Next::Close(CloseReason::GaveUp { attempts: delay.err().unwrap_or_default(), last: cause })
            }
        }
    }
}

/// Whether a status asks the client to come back later. An unknown one is like the x00 of its class (RFC 9110, 15). Not
/// so 501, 505 and 511: the server, or the network on the way to it, will answer the same.
pub(crate) fn is_temporary(status: u16) -> bool {
    match status {
        408 | 425 | 429 => true,
        501 | 505 | 511 => false,
        _ => (500..600).contains(&status),
    }
}
