//! Handles the loss of a connection: another attempt, the end, or a question to the driver.

use alloc::boxed::Box;
use core::time::Duration;

use super::{Life, Phase};
use crate::event_source::failure::{Failure, Next};
use crate::{Backoff, Cause, CloseReason, Instant, Output, Replay, Retry};

/// The end of a connection or of an attempt to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(super) cause: Cause,
    pub(super) at: Instant,
    /// When the connection opened.
    pub(super) opened: Option<Instant>,
    /// Why the policy closes the event source, if the response decides that.
    pub(super) refused: Option<CloseReason>,
    pub(super) retry_after: Option<Duration>,
    /// The last event ID after everything from the connection is decoded.
    pub(super) id: Option<IdAtLoss>,
}

#[derive(Clone, Debug)]
pub(crate) struct Question {
    failure: Failure,
    pub(super) answer: Retry,
    /// When the answer was given.
    pub(super) answered_at: Instant,
    /// The backoff with this failure counted. It takes effect with the decision, which a
    /// `reconnect` may forestall.
    pub(super) backoff: Backoff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdAtLoss {
    pub(super) moved: bool,
    pub(super) is_sendable: bool,
}

impl Life {
    /// Decides what follows a lost connection, once everything from it is delivered.
    pub(super) fn settle(&mut self, loss: Loss) -> Output<'static> {
        self.reset = true;
        let Loss { cause, at, opened, refused, retry_after, id } = loss;
        let open_for = opened.map(|since| at.saturating_duration_since(since));
        let stayed = open_for.is_some_and(|time| time >= self.backoff.policy().reset_after);
        let moved = id.is_some_and(|id| id.moved);
        if core::mem::take(&mut self.delivered) || moved || stayed {
            self.backoff.handle_progress();
        }
        match cause {
            Cause::Reconnect => {
                self.phase = Phase::Due { since: at };
                return Output::Disconnected { cause, retry_at: at };
            }
            Cause::Futile => return self.close(CloseReason::Failed(cause)),
            _ => {}
        }
        let refused = refused.or_else(|| self.refusal_of(cause));
        let mut backoff = self.backoff.clone();
        let delay = self.delay(&mut backoff, retry_after, id);
        let failure = Failure { cause, at, refused, delay };
        let verdict = failure.verdict();
        let question = Question { failure, answer: Retry::Default, answered_at: at, backoff };
        if !self.ask {
            return self.resolve(question);
        }
        self.phase = Phase::Asked(Box::new(question));
        Output::Failed { cause, verdict }
    }

    /// Returns why the policy does not retry a failure whose cause it would retry otherwise.
    fn refusal_of(&self, cause: Cause) -> Option<CloseReason> {
        let is_first = !self.was_open && !self.backoff.policy().retry_initial;
        let is_refused = is_first || cause == Cause::HookFailed;
        is_refused.then_some(CloseReason::Failed(cause))
    }

    /// Returns the policy's delay, or the number of attempts if a limit allows no more.
    fn delay(
        &self,
        backoff: &mut Backoff,
        retry_after: Option<Duration>,
        id: Option<IdAtLoss>,
    ) -> Result<Duration, u32> {
        let may_replay = match self.replay {
            Replay::Always => true,
            Replay::Resuming => id.is_some_and(|id| id.is_sendable),
            Replay::Never => false,
        };
        if let Some(time) = retry_after {
            backoff.handle_retry_after(time);
        }
        match backoff.next_delay() {
            _ if self.was_open && !may_replay => Err(0),
            Some(delay) => Ok(delay),
            None => Err(backoff.attempts_used_up().unwrap_or_default()),
        }
    }

    pub(super) fn resolve(&mut self, question: Question) -> Output<'static> {
        let Question { failure, answer, answered_at, backoff } = question;
        self.backoff = backoff;
        match failure.resolve(answer, answered_at, self.backoff.policy().min_delay) {
            Next::Attempt { cause, retry_at } => {
                self.phase = Phase::Waiting { retry_at };
                Output::Disconnected { cause, retry_at }
            }
            Next::Close(reason) => self.close(reason),
        }
    }

    fn close(&mut self, reason: CloseReason) -> Output<'static> {
        self.end(reason.clone());
        Output::Closed(reason)
    }
}
