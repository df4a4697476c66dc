//! The expected behaviour of one session: the model of its event source, and what the simulation
//! adds to it.

mod reports;

use std::time::Duration;

use sse_driver::proto::{Cause, CloseReason, Config, Oversize, ReadyState, ResponseHead};
use sse_driver::{Event, Frame, Instant};

use super::log::Mark;
use super::rules::Verdict;
use super::settings::Settings;
use crate::model::Model;

#[derive(Debug)]
pub(super) struct SessionModel {
    settings: Settings,
    model: Model,
    /// The time at which the application last polled again after a pause, or at which the clock
    /// last jumped. Nothing that was due in between can happen earlier.
    pub(super) back_at: Instant,
    /// Whether the session has delivered an event.
    ever_delivered: bool,
    too_long: TooLong,
    /// Whether the response came from another URL.
    moved: bool,
    /// Whether the application has ended the session.
    pub(super) is_ended: bool,
    /// The reason for which the session closed.
    pub(super) reason: Option<CloseReason>,
}

/// Whether the client has detected an event over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TooLong {
    No,
    Maybe,
    Surely,
}

/// Inputs from the network.
impl SessionModel {
    pub(super) fn new(settings: &Settings, last_event_id: usize, now: Instant) -> Self {
        let mut config = Config::default();
        config.policy = settings.policy.clone();
        config.limits = settings.limits;
        config.idle_timeout = settings.idle_timeout;
        config.response_timeout = settings.response_timeout;
        config.show_comments = settings.shows_all();
        config.show_retries = settings.shows_all();
        config.ask = settings.decides;
        if last_event_id > 0 {
            config.last_event_id = last_event_id.to_string();
        }
        Self {
            model: Model::new(config, now),
            settings: settings.clone(),
            back_at: now,
            ever_delivered: false,
            too_long: TooLong::No,
            moved: false,
            is_ended: false,
            reason: None,
        }
    }

    pub(super) fn handle_failure(&mut self, now: Instant) {
        self.model.handle_disconnect(now, Cause::Transport);
    }

    /// Returns whether the response opens the stream.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        status: u16,
        content_type: Option<&'static str>,
        retry_after: Option<u64>,
        moved: bool,
    ) -> bool {
        let is_event_stream =
            content_type.is_some_and(|value| value.to_lowercase().starts_with("text/event-stream"));
        self.moved = moved;
        let head = ResponseHead {
            status,
            content_type: content_type.map(str::as_bytes),
            retry_after: retry_after.map(Duration::from_secs),
            accept: None,
        };
        self.model.handle_response(now, head, is_event_stream);
        self.is_open()
    }

    pub(super) fn handle_bytes(&mut self, now: Instant) {
        self.model.handle_bytes(now);
    }

    pub(super) fn handle_mark(&mut self, mark: Mark) {
        match mark {
            Mark::TooLong => self.too_long = TooLong::Maybe,
            Mark::Discarded if self.fails_when_too_long() => self.too_long = TooLong::Surely,
            Mark::Discarded => self.too_long = TooLong::No,
            _ => {}
        }
        if self.too_long != TooLong::No && self.fails_when_too_long() {
            return;
        }
        // An application that reads only events does not see a discarded one.
        let is_read = |frame: &Frame| self.settings.shows_all() || !matches!(frame, Frame::Discarded { .. });
        if let Some(frame) = mark.frame().filter(is_read) {
            self.handle_decoded(frame);
        }
        if let Mark::Complete(id, _) = mark {
            self.model.handle_last_event_id(id.to_string());
        }
    }

    /// Handles an event that the end of the stream completes.
    pub(super) fn handle_unfinished(&mut self, event: Event) {
        if self.is_open() {
            self.handle_decoded(Frame::Event(event));
        }
    }

    /// Handles a decoded frame, which the predicates may hold back.
    fn handle_decoded(&mut self, frame: Frame) {
        let verdict = match &frame {
            Frame::Event(event) => self.settings.rules.verdict(event),
            _ => Verdict::Deliver,
        };
        match verdict {
            Verdict::Deliver | Verdict::Last => self.model.handle_frame(frame),
            Verdict::Skip => self.model.handle_hidden_frame(frame),
            Verdict::Finish => {
                self.model.handle_hidden_frame(frame);
                self.model.handle_end(CloseReason::Finished);
            }
            Verdict::Fail => {
                self.model.handle_hidden_frame(frame);
                self.model.handle_end(CloseReason::Requested);
            }
        }
    }

    pub(super) fn handle_end(&mut self, now: Instant, failed: bool) {
        self.model.handle_disconnect(now, if failed { Cause::Transport } else { Cause::Eof });
    }

    /// Returns the last event ID as the number of an entry, or 0 for none.
    pub(super) fn last_event_id(&self) -> usize {
        self.model.last_event_id().parse().unwrap_or(0)
    }

    /// Returns whether the session closed because `fail_when` returned an error.
    pub(super) fn is_rejected(&self) -> bool {
        self.reason == Some(CloseReason::Requested) && !self.is_ended
    }

    fn is_open(&self) -> bool {
        self.model.ready_state() == ReadyState::Open
    }

    fn fails_when_too_long(&self) -> bool {
        self.settings.limits.oversize == Oversize::Fail
    }
}

/// Inputs from the application.
impl SessionModel {
    pub(super) fn handle_reconnect(&mut self, now: Instant) {
        self.model.reconnect(now);
    }

    pub(super) fn handle_close(&mut self, reason: CloseReason) {
        self.is_ended = true;
        self.model.close(reason);
    }

    /// Checks a frame that the application received.
    pub(super) fn handle_frame(&mut self, frame: &Frame) {
        let expected = self.model.next_frame();
        self.ever_delivered |= matches!(frame, Frame::Event(_));
        match (frame, &expected) {
            (Frame::Discarded { len }, Frame::Discarded { .. }) => {
                assert!(*len > self.settings.limits.max_event_len as u64, "{len} bytes are within the limit");
            }
            _ => assert_eq!(*frame, expected),
        }
        if matches!(frame, Frame::Event(event) if self.settings.rules.verdict(event) == Verdict::Last) {
            self.handle_close(CloseReason::Finished);
        }
    }
}
