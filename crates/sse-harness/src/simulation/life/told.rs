//! What the client asks, and says of itself, beside what it has to.

use std::time::Duration;

use sse_driver::proto::{Cause, CloseReason};
use sse_driver::{Failure, Instant, Retry, State};

use super::{Due, Ending, Life, Loss, Phase, TooLong};
use crate::simulation::ends::is_cause;

/// What has to follow a loss.
enum Follows {
    /// An attempt, at the earliest and at the latest then.
    Attempt(Instant, Instant),
    Close(CloseReason),
}

impl Life {
    pub(in crate::simulation) fn handle_question(&mut self, now: Instant, failure: &Failure, answer: Retry) {
        let loss = self.loss(now, failure.cause);
        self.nothing_is_lost();
        assert!(is_cause(failure.cause, &failure.error, self.settings.rules.expect_an_end()), "{failure:?}");
        self.settle(&loss);
        assert_eq!((failure.attempt, failure.was_open), (self.attempts, self.was_open));
        assert_eq!((failure.failures, failure.delivered), (self.pace.failures + 1, self.ever_delivered));
        assert_eq!(failure.last_event_id.parse().unwrap_or(0), self.last_event_id);
        match (self.follows(&loss, None), failure.delay) {
            (Follows::Attempt(earliest, latest), Some(delay)) => {
                assert!((earliest..=latest).contains(&(loss.at + delay)), "{delay:?} as the policy's delay");
            }
            (Follows::Close(_), None) => {}
            (_, delay) => panic!("the policy's delay is told as {delay:?}"),
        }
        self.answer = Some((answer, now));
    }

    pub(in crate::simulation) fn handle_state(&mut self, now: Instant, state: &State) {
        match state {
            State::Connecting { attempt, .. } => self.connecting(now, *attempt),
            State::Open { response, .. } => {
                assert_eq!((self.phase, &self.due), (Phase::Connecting, &Due::Open));
                let moved = response.url().as_str() == crate::simulation::server::MOVED;
                assert_eq!(moved, self.moved, "{} answered", response.url());
                (self.phase, self.due) = (Phase::Open, Due::Nothing);
            }
            State::Disconnected { cause, error, retry_in, .. } => {
                let expects_an_end = self.settings.rules.expect_an_end();
                let fits = error.as_ref().map(|error| is_cause(*cause, error, expects_an_end));
                assert_eq!(fits.unwrap_or(*cause == Cause::Reconnect), true, "{cause:?} and {error:?}");
                self.disconnected(now, *cause, *retry_in);
            }
            State::Closed { reason, .. } => self.closed(now, reason),
            _ => panic!("a state that the model does not know"),
        }
    }

    fn connecting(&mut self, now: Instant, attempt: u64) {
        match self.phase {
            Phase::Fresh => {}
            Phase::Waiting(at) => assert_eq!(now, at.max(self.back_at), "the attempt was due at {at:?}"),
            phase => panic!("connecting when {phase:?}"),
        }
        self.attempts += 1;
        assert_eq!(attempt, self.attempts);
        self.nothing_is_lost();
        (self.phase, self.due) = (Phase::Connecting, Due::Nothing);
        (self.connecting_since, self.open_since) = (now, None);
        (self.delivered, self.id_moved) = (false, false);
        self.too_long = TooLong::No;
    }

    fn disconnected(&mut self, now: Instant, cause: Cause, retry_in: Duration) {
        let loss = self.loss(now, cause);
        self.nothing_is_lost();
        self.settle(&loss);
        let retry_at = now + retry_in;
        if cause == Cause::Reconnect {
            assert_eq!(retry_in, Duration::ZERO);
        } else {
            let answer = self.answer.take();
            let (earliest, latest) = match self.follows(&loss, answer) {
                Follows::Attempt(earliest, latest) => (earliest, latest),
                Follows::Close(reason) => panic!("it goes on in place of {reason:?}"),
            };
            self.pace.count();
            let is_right = retry_at >= earliest && (retry_at <= latest || retry_at == now);
            assert!(is_right, "{loss:?}, again at {retry_at:?}: not within {earliest:?} and {latest:?}");
        }
        (self.phase, self.due) = (Phase::Waiting(retry_at), Due::Nothing);
    }

    /// The connection was lost, and that must have happened.
    fn loss(&self, now: Instant, cause: Cause) -> Loss {
        let on_time = |since: Instant, timeout: Option<Duration>| {
            assert_eq!(self.due, Due::Nothing);
            let deadline = since + timeout.expect("a timeout that was set");
            assert_eq!(now, deadline.max(self.back_at), "it was time for {cause:?} at {deadline:?}");
            Loss::new(cause, now)
        };
        match (cause, self.phase, &self.due) {
            (Cause::ResponseTimeout, Phase::Connecting, _) => {
                on_time(self.connecting_since, self.settings.response_timeout)
            }
            (Cause::IdleTimeout, Phase::Open, _) => on_time(self.last_byte, self.settings.idle_timeout),
            (_, Phase::Connecting | Phase::Open, Due::Lost(loss)) if loss.cause == cause => loss.clone(),
            (_, phase, due) => panic!("{cause:?} when {phase:?} and {due:?}"),
        }
    }

    fn closed(&mut self, now: Instant, reason: &CloseReason) {
        self.nothing_is_pending();
        let expected = match (reason, &self.due) {
            (_, Due::Closed(reason)) => reason.clone(),
            _ if self.ending.is_some() => self.end_as_predicates_say(),
            (CloseReason::TooLong { limit }, _) if self.too_long != TooLong::No => {
                assert!(self.fails_when_too_long());
                CloseReason::TooLong { limit: *limit }
            }
            (_, Due::Lost(loss)) => self.last_loss(&loss.clone()),
            (CloseReason::Failed(cause) | CloseReason::GaveUp { last: cause, .. }, _) => {
                let loss = self.loss(now, *cause);
                self.last_loss(&loss)
            }
            (reason, due) => panic!("{reason:?} when {:?} and {due:?}", self.phase),
        };
        assert_ne!(self.phase, Phase::Closed, "closed twice");
        assert_eq!(expected, *reason);
        (self.phase, self.reason) = (Phase::Closed, Some(expected));
    }

    fn end_as_predicates_say(&mut self) -> CloseReason {
        match self.ending.take() {
            Some(Ending::Rejected) => {
                self.rejected = true;
                CloseReason::Requested
            }
            _ => CloseReason::Finished,
        }
    }

    /// Why this loss is the end.
    fn last_loss(&mut self, loss: &Loss) -> CloseReason {
        self.settle(loss);
        let answer = self.answer.take();
        match self.follows(loss, answer) {
            Follows::Close(reason) => reason,
            Follows::Attempt(..) => panic!("it ends with {loss:?}"),
        }
    }

    /// The growth of the delay starts over where there was progress.
    fn settle(&mut self, loss: &Loss) {
        let stayed = self.open_since.map(|since| loss.at.saturating_duration_since(since));
        let stayed = stayed.is_some_and(|time| time >= self.settings.policy.reset_after);
        if self.delivered || self.id_moved || stayed {
            self.pace.failures = 0;
        }
    }

    /// What the policy makes of a loss, and the application's answer of that.
    fn follows(&self, loss: &Loss, answer: Option<(Retry, Instant)>) -> Follows {
        let cause = loss.cause;
        let policy = &self.settings.policy;
        let too_early = !self.was_open && !policy.retry_initial;
        let refused = loss.refused.clone().or(too_early.then_some(CloseReason::Failed(cause)));
        let used_up = self.pace.used_up();
        let (least, most) = self.pace.next_delay(loss.retry_after);
        match (answer, used_up, refused) {
            (Some((Retry::After(time), at)), None, _) => {
                let at = at + time.max(policy.min_delay);
                Follows::Attempt(at, at)
            }
            (Some((Retry::Backoff, _)), None, _) | (None | Some((Retry::Default, _)), None, None) => {
                Follows::Attempt(loss.at + least, loss.at + most)
            }
            (_, _, Some(reason)) => Follows::Close(reason),
            (Some((Retry::Stop, _)), _, None) if cause != Cause::Eof => {
                Follows::Close(CloseReason::Failed(cause))
            }
            (Some((Retry::Stop, _)), _, None) => Follows::Close(CloseReason::EndOfStream),
            (_, Some(0), None) if cause == Cause::Eof => Follows::Close(CloseReason::EndOfStream),
            (_, attempts, None) => {
                Follows::Close(CloseReason::GaveUp { attempts: attempts.unwrap_or(0), last: cause })
            }
        }
    }

    pub(super) fn nothing_is_lost(&self) {
        self.nothing_is_pending();
        assert_eq!(self.ending, None, "an event that ends the session went unseen");
        assert_ne!(self.too_long, TooLong::Surely, "an event over the limit went unseen");
    }

    pub(super) fn nothing_is_pending(&self) {
        assert!(self.pending.is_empty(), "not delivered: {:?}", self.pending);
    }
}
