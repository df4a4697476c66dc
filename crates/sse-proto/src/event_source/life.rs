//! The life of an event source: everything about it but the bytes.

use alloc::string::String;
use core::time::Duration;

use crate::mime::is_event_stream;
use crate::{
    Attempt, Backoff, Cause, CloseReason, Config, Instant, Output, ReadyState, ResponseHead, Resume,
};

#[derive(Clone, Debug)]
pub(crate) struct Life {
    phase: Phase,
    backoff: Backoff,
    attempts: u64,
    was_open: bool,
    /// The response was accepted; the driver has not heard of it.
    announce: bool,
    /// The connection is over: what is left of its stream must not run into the next one.
    reset: bool,
    /// The present connection delivered an event.
    delivered: bool,
    response_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// An attempt is due.
    Due {
        since: Instant,
    },
    Connecting {
        since: Instant,
    },
    Open {
        since: Instant,
        last_byte: Instant,
    },
    /// The connection is gone; the driver has not heard of it, and may not have drained all that came before.
    Lost {
        cause: Cause,
        at: Instant,
        opened: Option<Instant>,
    },
    Waiting {
        retry_at: Instant,
    },
    Closed(CloseReason),
}

/// Inputs.
impl Life {
    pub(crate) fn new(config: Config, now: Instant) -> Self {
        Self {
            phase: Phase::Due { since: now },
            backoff: Backoff::new(config.policy, config.seed),
            attempts: 0,
            was_open: false,
            announce: false,
            reset: false,
            delivered: false,
            response_timeout: config.response_timeout,
            idle_timeout: config.idle_timeout,
        }
    }

    pub(crate) fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>) {
        if !matches!(self.phase, Phase::Connecting { .. }) {
            return;
        }
        match head.status {
            200 if head.content_type.is_some_and(is_event_stream) => {
                self.was_open = true;
                self.delivered = false;
                self.announce = true;
                self.phase = Phase::Open { since: now, last_byte: now };
            }
            200 => self.end(CloseReason::ContentType(head.content_type.map(lossy))),
            204 => self.end(CloseReason::NoContent),
            408 | 425 | 429 | 500 | 502 | 503 | 504 if self.backoff.policy().retry_status => {
                if let Some(time) = head.retry_after {
                    self.backoff.handle_retry_after(time);
                }
                self.lose(now, Cause::Status(head.status));
            }
            status => self.end(CloseReason::Status(status)),
        }
    }

    /// Whether data is wanted.
    pub(crate) fn handle_data(&mut self, now: Instant) -> bool {
        let Phase::Open { last_byte, .. } = &mut self.phase else { return false };
        *last_byte = now;
        true
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.phase {
            Phase::Connecting { .. } => self.lose(now, Cause::ResponseTimeout),
            Phase::Open { .. } => self.lose(now, Cause::IdleTimeout),
            Phase::Waiting { .. } => self.phase = Phase::Due { since: now },
            _ => {}
        }
    }

    pub(crate) fn handle_retry(&mut self, time: Duration) {
        self.backoff.handle_retry(time);
    }

    pub(crate) fn handle_event(&mut self) {
        self.delivered = true;
    }

    pub(crate) fn reconnect(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Waiting { .. } | Phase::Due { .. } => self.phase = Phase::Due { since: now },
            Phase::Lost { cause: Cause::Reconnect, .. } => {}
            Phase::Lost { cause, at, .. } => (*cause, *at) = (Cause::Reconnect, now),
            _ => self.lose(now, Cause::Reconnect),
        }
    }

    pub(crate) fn lose(&mut self, at: Instant, cause: Cause) {
        let opened = match self.phase {
            Phase::Connecting { .. } => None,
            Phase::Open { since, .. } => Some(since),
            _ => return,
        };
        self.phase = Phase::Lost { cause, at, opened };
    }

    pub(crate) fn end(&mut self, reason: CloseReason) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.phase = Phase::Closed(reason);
            self.announce = false;
        }
    }
}

/// Outputs.
impl Life {
    /// Whether the driver has to hear that the stream is open. It hears it once.
    pub(crate) fn take_announcement(&mut self) -> bool {
        core::mem::take(&mut self.announce)
    }

    /// Whether the decoder has to begin anew. It does so once.
    pub(crate) fn take_reset(&mut self) -> bool {
        core::mem::take(&mut self.reset)
    }

    /// What to do next, once all that came is decoded. `None`: an attempt is due.
    pub(crate) fn poll_output(&mut self) -> Option<Output<'static>> {
        Some(match &self.phase {
            Phase::Due { since } => {
                self.phase = Phase::Connecting { since: *since };
                return None;
            }
            Phase::Lost { cause, at, opened } => self.settle(*cause, *at, *opened),
            Phase::Connecting { .. } | Phase::Open { .. } | Phase::Waiting { .. } => {
                Output::Wait(self.deadline())
            }
            Phase::Closed(reason) => Output::Closed(reason.clone()),
        })
    }

    pub(crate) fn attempt(&mut self, last_event_id: &str) -> Attempt {
        self.attempts += 1;
        let resume = Resume::new(last_event_id.into());
        Attempt { number: self.attempts, failures: self.backoff.failures(), resume }
    }

    pub(crate) fn phase(&self) -> &Phase {
        &self.phase
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        match self.phase {
            Phase::Due { .. } | Phase::Connecting { .. } | Phase::Waiting { .. } | Phase::Lost { .. } => {
                ReadyState::Connecting
            }
            Phase::Open { .. } => ReadyState::Open,
            Phase::Closed(_) => ReadyState::Closed,
        }
    }

    pub(crate) fn close_reason(&self) -> Option<&CloseReason> {
        match &self.phase {
            Phase::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    pub(crate) fn reconnection_time(&self) -> Duration {
        self.backoff.reconnection_time()
    }

    fn deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Connecting { since } => self.response_timeout.map(|time| since + time),
            Phase::Open { last_byte, .. } => self.idle_timeout.map(|time| last_byte + time),
            Phase::Waiting { retry_at } => Some(retry_at),
            Phase::Due { .. } | Phase::Lost { .. } | Phase::Closed(_) => None,
        }
    }

    /// The connection is gone, and all that came by it is delivered: is there another one, and when?
    fn settle(&mut self, cause: Cause, at: Instant, opened: Option<Instant>) -> Output<'static> {
        self.reset = true;
        let open_for = opened.map(|since| at.saturating_duration_since(since));
        let stayed = open_for.is_some_and(|time| time >= self.backoff.policy().reset_after);
        if core::mem::take(&mut self.delivered) || stayed {
            self.backoff.handle_progress();
        }
        match self.retry_at(cause, at) {
            Ok(retry_at) => {
                self.phase = match cause {
                    Cause::Reconnect => Phase::Due { since: at },
                    _ => Phase::Waiting { retry_at },
                };
                Output::Disconnected { cause, retry_at }
            }
            Err(reason) => {
                self.end(reason.clone());
                Output::Closed(reason)
            }
        }
    }

    fn retry_at(&mut self, cause: Cause, at: Instant) -> Result<Instant, CloseReason> {
        if cause == Cause::Reconnect {
            return Ok(at);
        }
        let policy = self.backoff.policy();
        if !self.was_open && !policy.retry_initial {
            return Err(CloseReason::Failed(cause));
        }
        let never = policy.max_attempts == Some(0);
        match self.backoff.next_delay() {
            Some(delay) => Ok(at + delay),
            None if never && cause == Cause::Eof => Err(CloseReason::EndOfStream),
            None => Err(CloseReason::GaveUp { attempts: self.backoff.failures(), last: cause }),
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
