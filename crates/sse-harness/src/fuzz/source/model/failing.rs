//! What follows a failure.

use std::time::Duration;

use sse_proto::{Cause, CloseReason, Instant, Output, Replay, Retry, Verdict};

use super::{Model, Next, Phase, Refused};
use crate::fuzz::source::delay::Delays;
use crate::fuzz::source::received::Received;

/// A failure that the driver has heard of.
#[derive(Clone, Debug)]
pub(super) struct Question {
    cause: Cause,
    at: Instant,
    rule: Option<CloseReason>,
    /// The shortest and the longest delay; how many attempts there were, where there is no other one.
    delay: Result<(Duration, Duration), u32>,
    pub(super) answer: Retry,
    pub(super) answered_at: Instant,
    /// With this failure counted.
    delays: Delays,
}

impl Model {
    /// The connection is over, and so is all that it sent but the last event ID.
    pub(super) fn settle(
        &mut self,
        cause: Cause,
        at: Instant,
        opened: Option<Instant>,
        refused: Refused,
    ) -> Next {
        self.received = Received::nothing(&self.last_event_id);
        let open_for = opened.map(|since| at.saturating_duration_since(since));
        if core::mem::take(&mut self.delivered)
            || (opened.is_some() && self.began_with != self.last_event_id)
            || open_for.is_some_and(|time| time >= self.config.policy.reset_after)
        {
            self.delays.failures = 0;
        }
        match cause {
            Cause::Reconnect => {
                self.phase = Phase::Due(at);
                return Next::Exactly(Output::Disconnected { cause, retry_at: at });
            }
            Cause::Futile => return self.close(CloseReason::Failed(cause)),
            _ => {}
        }
        let (rule, retry_after) = refused;
        let too_early = !self.was_open && !self.config.policy.retry_initial;
        let rule = rule.or((too_early || cause == Cause::HookFailed).then_some(CloseReason::Failed(cause)));
        let mut counted = self.delays.clone();
        let delay = counted.next(retry_after);
        let may_replay = match self.config.replay {
            Replay::Always => true,
            Replay::Resuming => self.can_be_resumed(),
            Replay::Never => false,
        };
        let delay = if self.was_open && !may_replay { Err(0) } else { delay };
        let delays = if rule.is_some() { None } else { delay.ok() };
        let question =
            Question { cause, at, rule, delay, answer: Retry::Default, answered_at: at, delays: counted };
        if !self.config.ask {
            return self.resolve(question);
        }
        self.phase = Phase::Asked(question);
        Next::Failed { cause, delays }
    }

    /// From here on the delay is the one that was told.
    pub(super) fn check_verdict(&mut self, verdict: Verdict, delays: Option<(Duration, Duration)>) {
        let Phase::Asked(question) = &mut self.phase else { panic!("nothing was asked") };
        match (verdict, delays) {
            (Verdict::Retry(delay), Some((least, most))) => {
                assert!((least..=most).contains(&delay), "{delay:?} not in {least:?}..={most:?}");
                question.delay = Ok((delay, delay));
            }
            (verdict, delays) => assert_eq!((verdict, delays), (Verdict::Close, None)),
        }
    }

    pub(super) fn resolve(&mut self, question: Question) -> Next {
        let Question { cause, at, rule, delay, answer, answered_at, delays } = question;
        self.delays = delays;
        let disconnected =
            |at, least, most| Next::Disconnected { cause, earliest: at + least, latest: at + most };
        let is_over = answer == Retry::Stop || (answer == Retry::Default && rule.is_some());
        match (delay, answer) {
            (Ok(_), Retry::After(time)) => {
                let time = time.max(self.config.policy.min_delay);
                return disconnected(answered_at, time, time);
            }
            (Ok((least, most)), _) if !is_over => return disconnected(at, least, most),
            _ => {}
        }
        let attempts = delay.err();
        let reason = match rule {
            Some(reason) => reason,
            None if cause == Cause::Eof && (answer == Retry::Stop || attempts == Some(0)) => {
                CloseReason::EndOfStream
            }
            None if answer == Retry::Stop => CloseReason::Failed(cause),
            None => CloseReason::GaveUp { attempts: attempts.expect("else it goes on"), last: cause },
        };
        self.close(reason)
    }

    fn close(&mut self, reason: CloseReason) -> Next {
        self.end(reason.clone());
        Next::Exactly(Output::Closed(reason))
    }
}
