//! The model of one session: what its client promises, given what the network and the application did to it.

use std::collections::VecDeque;
use std::time::Duration;

use sse_driver::proto::{Cause, CloseReason, Oversize};
use sse_driver::{Event, Frame, Instant, State};

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
    Lost(Cause, Instant),
    Closed(CloseReason),
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
            too_long: TooLong::No,
            moved: false,
            reason: None,
            pace: Pace::new(&settings.policy),
            settings: settings.clone(),
        }
    }

    pub(super) fn handle_failure(&mut self, now: Instant) {
        self.due = Due::Lost(Cause::Transport, now);
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
            200 => Due::Closed(CloseReason::ContentType(content_type.map(Into::into))),
            204 => Due::Closed(CloseReason::NoContent),
            408 | 425 | 429 | 500 | 502 | 503 | 504 if self.settings.policy.retry_status => {
                if let Some(seconds) = retry_after {
                    self.pace.retry_after =
                        Duration::from_secs(seconds).min(self.settings.policy.max_server_delay);
                }
                // When that was the last attempt, its end is settled before its body is read for the error.
                let cause = Cause::Status(status);
                self.reason_to_give_up(now, cause).map_or(Due::Lost(cause, now), Due::Closed)
            }
            _ => Due::Closed(CloseReason::Status(status)),
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
            self.due = Due::Lost(if failed { Cause::Transport } else { Cause::Eof }, now);
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
            (_, Due::Closed(_) | Due::Lost(Cause::Reconnect, _)) | (Phase::Fresh | Phase::Closed, _) => {}
            (Phase::Waiting(at), _) => self.phase = Phase::Waiting(at.min(now)),
            _ => self.due = Due::Lost(Cause::Reconnect, now),
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

/// What the client says of itself.
impl Life {
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
        (self.connecting_since, self.open_since, self.delivered) = (now, None, false);
        self.too_long = TooLong::No;
    }

    fn disconnected(&mut self, now: Instant, cause: Cause, retry_in: Duration) {
        let at = self.lost_at(now, cause);
        self.nothing_is_lost();
        if let Some(reason) = self.reason_to_give_up(at, cause) {
            panic!("it goes on in place of {reason:?}");
        }
        let retry_at = now + retry_in;
        if cause == Cause::Reconnect {
            assert_eq!(retry_in, Duration::ZERO);
        } else {
            let (least, most) = self.pace.next_delay();
            let is_right = retry_at >= at + least && (retry_at <= at + most || retry_at == now);
            assert!(is_right, "lost at {at:?}, again at {retry_at:?}: not within {least:?} and {most:?}");
        }
        (self.phase, self.due) = (Phase::Waiting(retry_at), Due::Nothing);
    }

    /// When the connection was lost, which must have happened.
    fn lost_at(&self, now: Instant, cause: Cause) -> Instant {
        let on_time = |since: Instant, timeout: Option<Duration>| {
            assert_eq!(self.due, Due::Nothing);
            let deadline = since + timeout.expect("a timeout that was set");
            assert_eq!(now, deadline.max(self.back_at), "it was time for {cause:?} at {deadline:?}");
            now
        };
        match (cause, self.phase, &self.due) {
            (Cause::ResponseTimeout, Phase::Connecting, _) => {
                on_time(self.connecting_since, self.settings.response_timeout)
            }
            (Cause::IdleTimeout, Phase::Open, _) => on_time(self.last_byte, self.settings.idle_timeout),
            (_, Phase::Connecting | Phase::Open, Due::Lost(expected, at)) if *expected == cause => *at,
            (_, phase, due) => panic!("{cause:?} when {phase:?} and {due:?}"),
        }
    }

    fn closed(&mut self, now: Instant, reason: &CloseReason) {
        self.nothing_is_pending();
        let expected = match (reason, &self.due) {
            (_, Due::Closed(reason)) => Some(reason.clone()),
            (CloseReason::TooLong { limit }, _) if self.too_long != TooLong::No => {
                assert!(self.fails_when_too_long());
                Some(CloseReason::TooLong { limit: *limit })
            }
            (CloseReason::Failed(cause) | CloseReason::GaveUp { last: cause, .. }, _) => {
                let at = self.lost_at(now, *cause);
                self.reason_to_give_up(at, *cause)
            }
            (CloseReason::EndOfStream, Due::Lost(Cause::Eof, at)) => self.reason_to_give_up(*at, Cause::Eof),
            (reason, due) => panic!("{reason:?} when {:?} and {due:?}", self.phase),
        };
        assert_ne!(self.phase, Phase::Closed, "closed twice");
        assert_eq!(expected.as_ref(), Some(reason));
        (self.phase, self.reason) = (Phase::Closed, expected);
    }

    /// Whether the connection that is lost was the last one, and the growth of the delay starts over.
    fn reason_to_give_up(&mut self, at: Instant, cause: Cause) -> Option<CloseReason> {
        let stayed = self.open_since.map(|since| at.saturating_duration_since(since));
        if self.delivered || stayed.is_some_and(|time| time >= self.settings.policy.reset_after) {
            self.pace.failures = 0;
        }
        let attempts = self.pace.failures;
        match self.settings.policy.max_attempts {
            _ if cause == Cause::Reconnect => None,
            _ if !self.was_open && !self.settings.policy.retry_initial => Some(CloseReason::Failed(cause)),
            Some(0) if cause == Cause::Eof => Some(CloseReason::EndOfStream),
            Some(most) if attempts >= most => Some(CloseReason::GaveUp { attempts, last: cause }),
            _ => None,
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
