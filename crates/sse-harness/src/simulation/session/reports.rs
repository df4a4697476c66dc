//! Checks the calls of the client's hooks against the model.

use std::time::Duration;

use sse_driver::proto::{Cause, CloseReason};
use sse_driver::{Failure, Instant, Retry, State};

use super::{SessionModel, TooLong};
use crate::simulation::ends::is_cause;

impl SessionModel {
    pub(in crate::simulation) fn handle_retry_decision(
        &mut self,
        now: Instant,
        failure: &Failure,
        answer: Retry,
    ) {
        self.handle_time(now, failure.cause);
        self.check_nothing_is_too_long();
        self.model.check_failed(failure.cause, failure.delay);
        assert!(is_cause(failure.cause, &failure.error, self.settings.rules.expect_an_end()), "{failure:?}");
        assert_eq!((failure.attempt, failure.was_open), (self.model.attempts(), self.model.was_open()));
        assert_eq!((failure.failures, failure.delivered), (self.model.failures(), self.ever_delivered));
        assert_eq!(&*failure.last_event_id, self.model.last_event_id());
        self.model.decide(now, answer);
    }

    pub(in crate::simulation) fn handle_state(&mut self, now: Instant, state: &State) {
        match state {
            State::Connecting { attempt, resume, .. } => {
                self.handle_due_fetch(now);
                let (number, _, expected) = self.model.next_attempt();
                assert_eq!((*attempt, resume), (number, &expected));
                self.check_nothing_is_too_long();
                self.too_long = TooLong::No;
            }
            State::Open { response, .. } => {
                self.model.check_opened();
                let moved = response.url().as_str() == crate::simulation::server::MOVED;
                assert_eq!(moved, self.moved, "{} answered", response.url());
            }
            State::Disconnected { cause, error, retry_in, .. } => {
                let expects_an_end = self.settings.rules.expect_an_end();
                let fits = error.as_ref().map(|error| is_cause(*cause, error, expects_an_end));
                assert!(fits.unwrap_or(*cause == Cause::Reconnect), "{cause:?} and {error:?}");
                self.handle_time(now, *cause);
                self.check_nothing_is_too_long();
                self.handle_disconnected(now, *cause, *retry_in);
            }
            State::Closed { reason, .. } => self.handle_closed(now, reason),
            _ => panic!("the model does not know this state"),
        }
    }

    /// The client sends the first request at the first poll. It sends each later request when it is
    /// due, or at the next poll after that. The response timeout starts when the request is sent.
    fn handle_due_fetch(&mut self, now: Instant) {
        let due = self.model.fetch_due().expect("a request that is due");
        let is_on_time = self.model.attempts() == 0 || now == due.max(self.back_at);
        assert!(is_on_time, "the request was due at {due:?}");
        self.model.reconnect(now);
    }

    /// Checks that a timeout happens on time.
    fn handle_time(&mut self, now: Instant, cause: Cause) {
        if !matches!(cause, Cause::ResponseTimeout | Cause::IdleTimeout) {
            return;
        }
        // Without a deadline, the model handled this timeout when the client called `retry_when`.
        if let Some(deadline) = self.model.deadline() {
            assert_eq!(now, deadline.max(self.back_at), "{cause:?} was due at {deadline:?}");
            self.model.handle_timeout(now);
        }
    }

    fn handle_disconnected(&mut self, now: Instant, cause: Cause, retry_in: Duration) {
        let expected = self.model.check_disconnected(cause);
        let retry_at = now + retry_in;
        // A time that has already passed is reported as zero.
        let is_due = retry_in.is_zero() && *expected.start() <= now;
        assert!(
            expected.contains(&retry_at) || is_due,
            "{cause:?}: retry at {retry_at:?}, expected {expected:?}"
        );
        self.model.set_retry_at(retry_at);
    }

    fn handle_closed(&mut self, now: Instant, reason: &CloseReason) {
        assert_eq!(self.reason, None, "closed twice");
        match reason {
            CloseReason::Failed(cause) | CloseReason::GaveUp { last: cause, .. } => {
                self.handle_time(now, *cause);
            }
            CloseReason::TooLong { .. } if self.too_long != TooLong::No && self.fails_when_too_long() => {
                self.model.check_nothing_is_shown();
                self.model.close(reason.clone());
            }
            _ => {}
        }
        self.model.check_closed(reason);
        self.reason = Some(reason.clone());
    }

    fn check_nothing_is_too_long(&self) {
        assert_ne!(self.too_long, TooLong::Surely, "the client missed an event over the limit");
    }
}
