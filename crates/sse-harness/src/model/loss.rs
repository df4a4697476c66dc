//! The loss of a connection: whether the event source reestablishes it, and when.

use std::ops::RangeInclusive;
use std::time::Duration;

use sse_proto::{Cause, CloseReason, Instant, Replay, Retry};

use super::{Model, Task};

/// A connection that was lost, or never opened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loss {
    pub(super) cause: Cause,
    pub(super) at: Instant,
    /// The time at which the connection opened, if it did.
    pub(super) opened: Option<Instant>,
    /// The reason to close, if the response is final.
    pub(super) refused: Option<CloseReason>,
    pub(super) retry_after: Option<Duration>,
    /// The delay that the policy chose. It depends on the seed, so the model takes it from the
    /// event source.
    pub(super) policy_delay: Option<Duration>,
    pub(super) is_asked: bool,
    /// The decision of the application, and the time of it.
    pub(super) answer: Option<(Retry, Instant)>,
}

/// The shortest and the longest delay that the policy allows.
pub(crate) type Delay = RangeInclusive<Duration>;

/// The outcomes of a loss in the standard: "reestablish the connection" and "fail the connection".
#[derive(Debug)]
enum Outcome {
    Reestablish(RangeInclusive<Instant>),
    Fail(CloseReason),
}

impl Loss {
    pub(super) fn new(cause: Cause, at: Instant) -> Self {
        Self {
            cause,
            at,
            opened: None,
            refused: None,
            retry_after: None,
            policy_delay: None,
            is_asked: false,
            answer: None,
        }
    }

    /// Replaces this loss by another one of the same connection. If the application was already
    /// asked, the progress of the connection has been counted.
    pub(super) fn replace(&mut self, loss: Self) {
        let opened = if self.is_asked { None } else { self.opened };
        *self = Self { opened, ..loss };
    }
}

/// Outputs of the event source to compare with.
impl Model {
    /// Checks that the event source asks the application. Its own choice is this delay, or to
    /// close.
    pub(crate) fn check_failed(&mut self, cause: Cause, delay: Option<Duration>) {
        let mut loss = self.lost(cause);
        assert!(
            is_question(cause) && self.config.ask && !loss.is_asked,
            "the event source must not ask about {loss:?}"
        );
        match (self.outcome(&loss), delay) {
            (Outcome::Reestablish(expected), Some(delay)) => {
                assert!(expected.contains(&(loss.at + delay)), "{delay:?} after {loss:?}");
            }
            (Outcome::Fail(_), None) => {}
            (expected, delay) => panic!("expected {expected:?}, got the delay {delay:?}"),
        }
        (loss.is_asked, loss.policy_delay) = (true, delay);
        self.tasks.push_front(Task::Reestablish(loss));
    }

    /// Checks that the event source will reconnect, and returns the allowed times.
    /// [`set_retry_at`](Self::set_retry_at) takes the time that it chose.
    pub(crate) fn check_disconnected(&mut self, cause: Cause) -> RangeInclusive<Instant> {
        let loss = self.lost(cause);
        if cause == Cause::Reconnect {
            self.tasks.push_back(Task::Fetch(loss.at));
            return loss.at..=loss.at;
        }
        assert_eq!(loss.is_asked, self.config.ask, "{loss:?}");
        match self.outcome(&loss) {
            Outcome::Reestablish(range) => {
                self.delays.count();
                self.retry_at = Some(*range.end());
                range
            }
            Outcome::Fail(reason) => panic!("expected the end {reason:?}, got a reconnection"),
        }
    }

    pub(crate) fn set_retry_at(&mut self, time: Instant) {
        if let Some(retry_at) = &mut self.retry_at {
            *retry_at = time;
        }
    }

    /// Checks that the event source closed with this reason.
    pub(crate) fn check_closed(&mut self, reason: &CloseReason) {
        self.skip_hidden();
        if let Some(Task::Reestablish(loss)) = self.tasks.front().cloned() {
            let loss = self.lost(loss.cause);
            assert_eq!(loss.is_asked, self.config.ask && is_question(loss.cause), "{loss:?}");
            match self.outcome(&loss) {
                Outcome::Fail(reason) => self.close(reason),
                Outcome::Reestablish(range) => {
                    panic!("expected a reconnection in {range:?}, got the end {reason:?}")
                }
            }
        }
        assert_eq!(self.closed.as_ref(), Some(reason), "the tasks are {:?}", self.tasks);
    }

    /// Returns the number of consecutive failures, including the lost connection.
    pub(crate) fn failures(&self) -> u32 {
        self.delays.failures + 1
    }

    /// Takes the next loss. Progress on its connection resets the count of failures.
    fn lost(&mut self, cause: Cause) -> Loss {
        let Some(Task::Reestablish(loss)) = self.next_task() else {
            panic!("the loss {cause:?} is not due: {self:?}")
        };
        assert_eq!(loss.cause, cause);
        let moved = self.began_with != self.last_event_id;
        let progress = loss.opened.is_some_and(|since| {
            let stayed = loss.at.saturating_duration_since(since);
            self.delivered || moved || stayed >= self.config.policy.reset_after
        });
        if progress {
            self.delays.failures = 0;
        }
        loss
    }

    fn outcome(&self, loss: &Loss) -> Outcome {
        let final_reason = self.final_reason(loss);
        let attempts = match self.delay(loss) {
            Ok(delay) => match (loss.answer, &final_reason) {
                (Some((Retry::After(time), decided_at)), _) => {
                    let at = decided_at + time.max(self.config.policy.min_delay);
                    return Outcome::Reestablish(at..=at);
                }
                (Some((Retry::Backoff, _)), _) | (None | Some((Retry::Default, _)), None) => {
                    return Outcome::Reestablish(loss.at + *delay.start()..=loss.at + *delay.end());
                }
                _ => None,
            },
            Err(attempts) => Some(attempts),
        };
        let stopped = matches!(loss.answer, Some((Retry::Stop, _)));
        Outcome::Fail(match (final_reason, loss.cause) {
            (Some(reason), _) => reason,
            (None, Cause::Eof) if stopped || attempts == Some(0) => CloseReason::EndOfStream,
            (None, cause) if stopped => CloseReason::Failed(cause),
            (None, last) => {
                CloseReason::GaveUp { attempts: attempts.expect("a limit of attempts was reached"), last }
            }
        })
    }

    /// Returns why there is no other attempt, whatever the policy's delay.
    fn final_reason(&self, loss: &Loss) -> Option<CloseReason> {
        let too_early = !self.was_open && !self.config.policy.retry_initial;
        let is_final = too_early || matches!(loss.cause, Cause::HookFailed | Cause::Futile);
        loss.refused.clone().or(is_final.then_some(CloseReason::Failed(loss.cause)))
    }

    /// Returns the policy's delay, or the number of attempts if it allows no more.
    fn delay(&self, loss: &Loss) -> Result<Delay, u32> {
        let may_replay = match self.config.replay {
            Replay::Always => true,
            Replay::Resuming => self.can_be_resumed(),
            Replay::Never => false,
        };
        if self.was_open && !may_replay {
            return Err(0);
        }
        let delay = self.delays.next(loss.retry_after)?;
        Ok(loss.policy_delay.map_or(delay, |delay| delay..=delay))
    }
}

/// Whether the application may decide.
fn is_question(cause: Cause) -> bool {
    !matches!(cause, Cause::Reconnect | Cause::Futile)
}
