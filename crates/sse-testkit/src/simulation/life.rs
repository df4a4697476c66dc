//! The model of one session: what its client promises, given what the network and the application did to it.

use std::collections::VecDeque;
use std::time::Duration;

use sse_driver::proto::{Cause, CloseReason, Oversize};
use sse_driver::{Event, Failure, Frame, Instant, Retry, State};

use super::log::{DONE, Mark};
use super::pace::Pace;
use super::settings::Settings;

#[derive(Debug)]
pub(super) struct Life {
    settings: Settings,
    phase: Phase,
    due: Due,
    /// Of what the client has, what it has not told the application yet.
    pub(super) pending: VecDeque<Frame>,
    /// What the next request must carry; 0 for none.
    pub(super) last_event_id: usize,
    /// When the application polled again after it did not, or the clock jumped: nothing can happen sooner.
    pub(super) back_at: Instant,
    attempts: u64,
    was_open: bool,
    connecting_since: Instant,
    open_since: Option<Instant>,
    last_byte: Instant,
    /// The connection delivered an event.
    delivered: bool,
    /// The connection moved the last event ID.
    id_moved: bool,
    /// The session delivered an event.
    ever_delivered: bool,
    /// What the application has decided, and when.
    answer: Option<(Retry, Instant)>,
    too_long: TooLong,
    moved: bool,
    pace: Pace,
    /// Why it is over.
    pub(super) reason: Option<CloseReason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Fresh,
    Connecting,
    Open,
    /// The next attempt is due then.
    Waiting(Instant),
    Closed,
}

/// What has happened and must be told next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Due {
    Nothing,
    Open,
    Lost(Loss),
    Closed(CloseReason),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Loss {
    cause: Cause,
    at: Instant,
    /// Why the policy closes, where the response says so.
    refused: Option<CloseReason>,
    retry_after: Option<Duration>,
}

impl Loss {
    fn new(cause: Cause, at: Instant) -> Self {
        Self { cause, at, refused: None, retry_after: None }
    }
}

/// What has to follow a loss.
enum Follows {
    /// An attempt, at the earliest and at the latest then.
    Attempt(Instant, Instant),
    Close(CloseReason),
}

/// Whether the event over the limit has been found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TooLong {
    No,
    Maybe,
    Surely,
}

/// Inputs: what the network did.
impl Life {
    pub(super) fn new(settings: &Settings, last_event_id: usize) -> Self {
        Self {
            phase: Phase::Fresh,
            due: Due::Nothing,
            pending: VecDeque::new(),
            last_event_id,
            back_at: Instant::ZERO,
            attempts: 0,
            was_open: false,
            connecting_since: Instant::ZERO,
            open_since: None,
            last_byte: Instant::ZERO,
            delivered: false,
            id_moved: false,
            ever_delivered: false,
            answer: None,
            too_long: TooLong::No,
            moved: false,
            reason: None,
            pace: Pace::new(&settings.policy),
            settings: settings.clone(),
        }
    }

    pub(super) fn handle_failure(&mut self, now: Instant) {
        self.due = Due::Lost(Loss::new(Cause::Transport, now));
    }

    /// Whether it opens the stream.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        status: u16,
        content_type: Option<&'static str>,
        retry_after: Option<u64>,
        moved: bool,
    ) -> bool {
        let is_stream =
            content_type.is_some_and(|value| value.to_lowercase().starts_with("text/event-stream"));
        self.moved = moved;
        self.due = match status {
            200 if is_stream => {
                (self.was_open, self.open_since, self.last_byte) = (true, Some(now), now);
                Due::Open
            }
            204 => Due::Closed(CloseReason::NoContent),
            _ => {
                let is_later =
                    matches!(status, 408 | 425 | 429 | 500..=599) && ![501, 505, 511].contains(&status);
                let (cause, refused) = match status {
                    200 => (Cause::ContentType, Some(CloseReason::ContentType(content_type.map(Into::into)))),
                    _ if is_later && self.settings.policy.retry_status => (Cause::Status(status), None),
                    _ => (Cause::Status(status), Some(CloseReason::Status(status))),
                };
                let retry_after = retry_after.map(Duration::from_secs);
                Due::Lost(Loss { cause, at: now, refused, retry_after })
            }
        };
        self.due == Due::Open
    }

    pub(super) fn handle_bytes(&mut self, now: Instant) {
        self.last_byte = now;
    }

    pub(super) fn handle_mark(&mut self, mark: Mark) {
        let frame = mark.frame();
        match mark {
            Mark::Retry(time) => self.pace.handle_retry(time),
            Mark::Complete(id, event) => {
                self.last_event_id = usize::try_from(id).expect("the log is short");
                self.id_moved = true;
                self.delivered |= event.is_some();
            }
            Mark::TooLong => self.too_long = TooLong::Maybe,
            Mark::Discarded if self.fails_when_too_long() => self.too_long = TooLong::Surely,
            Mark::Discarded => self.too_long = TooLong::No,
            Mark::Comment(_) => {}
        }
        let is_event = matches!(frame, Some(Frame::Event(_)));
        if self.too_long == TooLong::No || !self.fails_when_too_long() {
            self.pending.extend(frame.filter(|_| is_event || self.settings.shows_all));
        }
    }

    /// The end of the stream completes this event.
    pub(super) fn handle_unfinished(&mut self, event: Event) {
        if matches!(self.due, Due::Nothing) && self.phase == Phase::Open {
            if let Some(id) = event.id() {
                self.last_event_id = id.parse().expect("a number");
            }
            self.delivered = true;
            self.pending.push_back(Frame::Event(event));
        }
    }

    pub(super) fn handle_end(&mut self, now: Instant, failed: bool) {
        // The end of a body that is read for its error only is no news.
        if matches!(self.due, Due::Nothing) && self.phase == Phase::Open {
            self.due = Due::Lost(Loss::new(if failed { Cause::Transport } else { Cause::Eof }, now));
        }
    }

    fn fails_when_too_long(&self) -> bool {
        self.settings.limits.oversize == Oversize::Fail
    }
}

/// Inputs: what the application did.
impl Life {
    pub(super) fn handle_reconnect(&mut self, now: Instant) {
        match (self.phase, &self.due) {
            (_, Due::Closed(_) | Due::Lost(Loss { cause: Cause::Reconnect, .. }))
            | (Phase::Fresh | Phase::Closed, _) => {}
            (Phase::Waiting(at), _) => self.phase = Phase::Waiting(at.min(now)),
            _ => self.due = Due::Lost(Loss::new(Cause::Reconnect, now)),
        }
    }

    pub(super) fn handle_close(&mut self, reason: CloseReason) {
        self.pending.clear();
        if self.phase != Phase::Closed && !matches!(self.due, Due::Closed(_)) {
            self.due = Due::Closed(reason);
        }
    }

    /// The application was given a frame.
    pub(super) fn handle_frame(&mut self, frame: &Frame) {
        let expected = self.pending.pop_front().expect("nothing has come that could be delivered");
        self.ever_delivered |= matches!(frame, Frame::Event(_));
        match (frame, &expected) {
            (Frame::Discarded { len }, Frame::Discarded { .. }) => {
                assert!(*len > self.settings.limits.max_event_len as u64, "{len} bytes are not too many");
            }
            _ => assert_eq!(*frame, expected),
        }
        if matches!(frame, Frame::Event(event) if self.settings.finishes && event.data == DONE) {
            self.handle_close(CloseReason::Finished);
        }
    }
}

/// What the client asks, and says of itself.
impl Life {
    pub(super) fn handle_question(&mut self, now: Instant, failure: &Failure, answer: Retry) {
        let loss = self.loss(now, failure.cause);
        self.nothing_is_lost();
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

    pub(super) fn handle_state(&mut self, now: Instant, state: &State) {
        match state {
            State::Connecting { attempt, .. } => self.connecting(now, *attempt),
            State::Open { response, .. } => {
                assert_eq!((self.phase, &self.due), (Phase::Connecting, &Due::Open));
                let moved = response.url().as_str() == super::server::MOVED;
                assert_eq!(moved, self.moved, "{} answered", response.url());
                (self.phase, self.due) = (Phase::Open, Due::Nothing);
            }
            State::Disconnected { cause, error, retry_in, .. } => {
                assert_eq!(error.is_some(), *cause != Cause::Reconnect);
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

    fn nothing_is_lost(&self) {
        self.nothing_is_pending();
        assert_ne!(self.too_long, TooLong::Surely, "an event over the limit went unseen");
    }

    fn nothing_is_pending(&self) {
        assert!(self.pending.is_empty(), "not delivered: {:?}", self.pending);
    }
}
