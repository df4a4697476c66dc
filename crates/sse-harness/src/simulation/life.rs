//! The model of one session: what its client promises, given what the network and the application did to it.

mod told;

use std::collections::VecDeque;
use std::time::Duration;

use sse_driver::proto::{Cause, CloseReason, Oversize};
use sse_driver::{Event, Frame, Instant, Retry};

use super::log::Mark;
use super::pace::Pace;
use super::rules::Verdict;
use super::settings::Settings;

#[derive(Debug)]
pub(super) struct Life {
    settings: Settings,
    phase: Phase,
    due: Due,
    /// Of what the client has, what it has not told the application yet.
    pub(super) pending: VecDeque<Frame>,
    /// How the session ends once the application has all of that.
    ending: Option<Ending>,
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
    /// The application has ended it, and wants to hear no more of it.
    pub(super) dismissed: bool,
    /// It is over because an event was an error.
    pub(super) rejected: bool,
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

/// What a predicate makes of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Finished,
    Rejected,
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
            ending: None,
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
            dismissed: false,
            rejected: false,
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
        if self.ending.is_some() {
            return;
        }
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
        if let (Some(frame), false) = (frame, self.too_long != TooLong::No && self.fails_when_too_long()) {
            self.expect(frame);
        }
    }

    /// The client has this frame, and the predicates say what becomes of it.
    fn expect(&mut self, frame: Frame) {
        let verdict = match &frame {
            Frame::Event(event) => self.settings.rules.verdict(event),
            _ if self.settings.shows_all() => Verdict::Deliver,
            _ => return,
        };
        match verdict {
            Verdict::Deliver | Verdict::Skip => {}
            Verdict::Last | Verdict::Finish => self.ending = Some(Ending::Finished),
            Verdict::Fail => self.ending = Some(Ending::Rejected),
        }
        if matches!(verdict, Verdict::Deliver | Verdict::Last) {
            self.pending.push_back(frame);
        }
    }

    /// The end of the stream completes this event.
    pub(super) fn handle_unfinished(&mut self, event: Event) {
        if matches!(self.due, Due::Nothing) && self.phase == Phase::Open && self.ending.is_none() {
            if let Some(id) = event.id() {
                self.last_event_id = id.parse().expect("a number");
            }
            self.delivered = true;
            self.expect(Frame::Event(event));
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
        (self.ending, self.dismissed) = (None, true);
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
        if matches!(frame, Frame::Event(event) if self.settings.rules.verdict(event) == Verdict::Last) {
            self.handle_close(CloseReason::Finished);
        }
    }
}
