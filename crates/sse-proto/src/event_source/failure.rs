//! Decides what follows a failure, with the precedence of limits, answers and rules.

use core::time::Duration;

use crate::{Cause, CloseReason, Instant, Retry, Verdict};

/// A connection or an attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) at: Instant,
    /// Why the policy does not retry the failure, if so. An answer may override it.
    pub(crate) refused: Option<CloseReason>,
    /// The policy's delay, or the number of attempts if a limit allows no more.
    pub(crate) delay: Result<Duration, u32>,
}

/// The step after a failure.
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

/// Whether a status is a temporary error. Unknown statuses count as the x00 of their class (RFC
/// 9110, section 15). 501, 505 and 511 do not count: the server or the network would answer the
/// same again.
pub(crate) fn is_temporary(status: u16) -> bool {
    match status {
        408 | 425 | 429 => true,
        501 | 505 | 511 => false,
        _ => (500..600).contains(&status),
    }
}
