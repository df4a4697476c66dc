//! What an event source does, slowly.

mod failing;

use std::time::Duration;

use sse_proto::{
    Cause, CloseReason, Config, EventSource, Frame, Instant, Output, ReadyState, ResponseHead, Resume, Retry,
};

use self::failing::Question;
use super::delay::Delays;
use super::received::Received;

/// An event source that keeps all that its connection sent.
pub(super) struct Model {
    config: Config,
    phase: Phase,
    delays: Delays,
    attempts: u64,
    was_open: bool,
    announce: bool,
    delivered: bool,
    last_event_id: String,
    /// The last event ID that the present attempt began with.
    began_with: String,
    received: Received,
}

#[derive(Clone, Debug)]
enum Phase {
    Due(Instant),
    Connecting { since: Instant },
    Open { since: Instant, last_byte: Instant },
    Lost { cause: Cause, at: Instant, opened: Option<Instant>, refused: Refused },
    Asked(Question),
    Waiting { retry_at: Instant },
    Closed(CloseReason),
}

/// Why a response closes the event source, and when it asks to be asked again.
type Refused = (Option<CloseReason>, Option<Duration>);

/// An output that owns its text.
#[derive(Debug, PartialEq)]
pub(super) enum Owned {
    Frame(Frame),
    Other(Output<'static>),
}

impl From<Output<'_>> for Owned {
    fn from(output: Output<'_>) -> Self {
        Self::Other(match output {
            Output::Frame(frame) => return Self::Frame(frame.to_owned()),
            Output::Connect(attempt) => Output::Connect(attempt),
            Output::Opened => Output::Opened,
            Output::Failed { cause, verdict } => Output::Failed { cause, verdict },
            Output::Disconnected { cause, retry_at } => Output::Disconnected { cause, retry_at },
            Output::Wait(deadline) => Output::Wait(deadline),
            Output::Closed(reason) => Output::Closed(reason),
        })
    }
}

/// What comes next.
enum Next {
    Attempt {
        number: u64,
        failures: u32,
        resume: Resume,
    },
    Exactly(Output<'static>),
    Frame(Frame),
    /// The dice are the event source's own: the delay is one of these.
    Failed {
        cause: Cause,
        delays: Option<(Duration, Duration)>,
    },
    /// The same.
    Disconnected {
        cause: Cause,
        earliest: Instant,
        latest: Instant,
    },
}

impl Model {
    pub(super) fn new(config: Config, now: Instant) -> Self {
        let last_event_id = config.last_event_id.clone();
        Self {
            phase: Phase::Due(now),
            delays: Delays::new(config.policy.clone()),
            attempts: 0,
            was_open: false,
            announce: false,
            delivered: false,
            received: Received::nothing(&last_event_id),
            began_with: last_event_id.clone(),
            last_event_id,
            config,
        }
    }

    pub(super) fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>, is_event_stream: bool) {
        if !matches!(self.phase, Phase::Connecting { .. }) {
            return;
        }
        let class = if (500..600).contains(&head.status) { 500 } else { head.status };
        let later = matches!(class, 408 | 425 | 429 | 500) && !matches!(head.status, 501 | 505 | 511);
        let accepted = head.accept.unwrap_or(head.status == 200 && is_event_stream);
        let got = head.content_type.map(|text| String::from_utf8_lossy(text).into_owned());
        let (cause, rule) = match (head.status, head.accept) {
            (204, _) => return self.end(CloseReason::NoContent),
            _ if accepted => {
                self.phase = Phase::Open { since: now, last_byte: now };
                (self.was_open, self.announce, self.delivered) = (true, true, false);
                return;
            }
            (200, Some(_)) => (Cause::NotAccepted, Some(CloseReason::NotAccepted)),
            (200, None) => (Cause::ContentType, Some(CloseReason::ContentType(got))),
            (status, _) if later && self.config.policy.retry_status => (Cause::Status(status), None),
            (status, _) => (Cause::Status(status), Some(CloseReason::Status(status))),
        };
        self.phase = Phase::Lost { cause, at: now, opened: None, refused: (rule, head.retry_after) };
    }

    pub(super) fn wants_time(&self) -> bool {
        self.config.idle_timeout.is_some()
    }

    pub(super) fn decide(&mut self, now: Instant, retry: Retry) {
        let Phase::Asked(question) = &mut self.phase else { panic!("nothing was asked") };
        (question.answer, question.answered_at) = (retry, now);
    }

    pub(super) fn handle_data(&mut self, now: Instant, chunk: &[u8]) {
        let Phase::Open { last_byte, .. } = &mut self.phase else { return };
        if !chunk.is_empty() {
            *last_byte = now;
            self.received.push(chunk, self.config.limits);
        }
    }

    pub(super) fn lose(&mut self, at: Instant, cause: Cause) {
        let opened = match self.phase {
            Phase::Connecting { .. } => None,
            Phase::Asked(_) if cause == Cause::Reconnect => None,
            Phase::Open { since, .. } => Some(since),
            _ => return,
        };
        self.phase = Phase::Lost { cause, at, opened, refused: (None, None) };
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.phase {
            Phase::Connecting { .. } => self.lose(now, Cause::ResponseTimeout),
            Phase::Open { .. } => self.lose(now, Cause::IdleTimeout),
            _ => self.phase = Phase::Due(now),
        }
    }

    pub(super) fn reconnect(&mut self, now: Instant) {
        match self.phase {
            Phase::Waiting { .. } | Phase::Due(_) => self.phase = Phase::Due(now),
            // A second one does not move the time of the loss.
            Phase::Lost { cause: Cause::Reconnect, .. } => {}
            Phase::Lost { opened, .. } => {
                self.phase = Phase::Lost { cause: Cause::Reconnect, at: now, opened, refused: (None, None) };
            }
            _ => self.lose(now, Cause::Reconnect),
        }
    }

    pub(super) fn end(&mut self, reason: CloseReason) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.phase = Phase::Closed(reason);
            self.announce = false;
        }
    }

    /// The event source said this, and is in this state.
    pub(super) fn check(&mut self, output: &Owned, source: &EventSource) {
        match (self.next(), output) {
            (Next::Frame(expected), Owned::Frame(frame)) => assert_eq!(*frame, expected),
            (Next::Attempt { number, failures, resume }, Owned::Other(Output::Connect(attempt))) => {
                assert_eq!((attempt.number, attempt.failures, &attempt.resume), (number, failures, &resume));
            }
            (
                Next::Disconnected { cause: expected, earliest, latest },
                Owned::Other(Output::Disconnected { cause, retry_at }),
            ) => {
                assert_eq!(*cause, expected);
                assert!(
                    (earliest..=latest).contains(retry_at),
                    "{retry_at:?} not in {earliest:?}..={latest:?}"
                );
                self.phase = Phase::Waiting { retry_at: *retry_at };
            }
            (Next::Failed { cause: expected, delays }, Owned::Other(Output::Failed { cause, verdict })) => {
                assert_eq!(*cause, expected);
                self.check_verdict(*verdict, delays);
            }
            (Next::Exactly(expected), Owned::Other(output)) => assert_eq!(*output, expected),
            (Next::Exactly(expected), Owned::Frame(frame)) => panic!("{frame:?} in place of {expected:?}"),
            (Next::Attempt { number, .. }, output) => panic!("{output:?} in place of attempt {number}"),
            (Next::Frame(frame), output) => panic!("{output:?} in place of {frame:?}"),
            (Next::Failed { cause, .. }, output) => {
                panic!("{output:?} in place of a question about {cause:?}")
            }
            (Next::Disconnected { cause, .. }, output) => panic!("{output:?} after {cause:?}"),
        }
        assert_eq!(source.ready_state(), self.ready_state());
        assert_eq!(source.reconnection_time(), self.delays.reconnection_time);
        if !matches!(output, Owned::Frame(Frame::Comment(_) | Frame::Retry(_) | Frame::Discarded { .. })) {
            assert_eq!(source.last_event_id(), self.last_event_id, "after {output:?}");
        }
    }

    fn next(&mut self) -> Next {
        if core::mem::take(&mut self.announce) {
            return Next::Exactly(Output::Opened);
        }
        if let Some(frame) = self.next_frame() {
            return Next::Frame(frame);
        }
        Next::Exactly(match self.phase.clone() {
            Phase::Due(since) => {
                self.phase = Phase::Connecting { since };
                return self.attempt();
            }
            Phase::Lost { cause, at, opened, refused } => return self.settle(cause, at, opened, refused),
            Phase::Asked(question) => return self.resolve(question),
            Phase::Connecting { .. } | Phase::Open { .. } | Phase::Waiting { .. } => {
                Output::Wait(self.deadline())
            }
            Phase::Closed(reason) => Output::Closed(reason),
        })
    }

    /// The next frame that is shown. What comes before the end of a connection is told before it.
    fn next_frame(&mut self) -> Option<Frame> {
        while matches!(self.phase, Phase::Open { .. } | Phase::Lost { .. }) {
            let frame = match self.received.next() {
                Ok(frame) => frame,
                Err(all) => {
                    self.last_event_id.clone_from(&all.last_event_id);
                    if all.too_long {
                        self.end(CloseReason::TooLong { limit: self.config.limits.max_event_len });
                    }
                    return None;
                }
            };
            if self.is_shown(&frame) {
                return Some(frame);
            }
        }
        None
    }

    fn is_shown(&mut self, frame: &Frame) -> bool {
        match frame {
            Frame::Event(event) => {
                self.delivered = true;
                self.last_event_id.clone_from(&event.last_event_id);
                true
            }
            Frame::Retry(time) => {
                self.delays.handle_retry(*time);
                self.config.show_retries
            }
            Frame::Comment(_) => self.config.show_comments,
            _ => true,
        }
    }

    fn attempt(&mut self) -> Next {
        self.attempts += 1;
        self.began_with.clone_from(&self.last_event_id);
        let id = self.last_event_id.clone();
        let resume = match id.len() {
            0 => Resume::Fresh,
            _ if self.can_be_resumed() => Resume::From(id),
            _ => Resume::Unsendable(id),
        };
        Next::Attempt { number: self.attempts, failures: self.delays.failures, resume }
    }

    fn can_be_resumed(&self) -> bool {
        let id = &self.last_event_id;
        (1..=4096).contains(&id.len()) && !id.chars().any(|char| char.is_ascii_control() && char != '\t')
    }

    fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Connecting { since } => self.config.response_timeout.map(|time| since + time),
            Phase::Open { last_byte, .. } => self.config.idle_timeout.map(|time| last_byte + time),
            Phase::Waiting { retry_at } => Some(retry_at),
            _ => None,
        }
    }

    fn ready_state(&self) -> ReadyState {
        match self.phase {
            Phase::Open { .. } => ReadyState::Open,
            Phase::Closed(_) => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }
}
