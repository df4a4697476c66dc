//! The life cycle of an event source: its states, and how inputs change them. It handles no bytes.

mod loss;

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use self::loss::{IdAtLoss, Loss, Question};
use super::failure;
use crate::mime::is_event_stream;
use crate::output::is_sendable;
use crate::{
    Attempt, Backoff, Cause, CloseReason, Config, Instant, Output, ReadyState, Replay, ResponseHead, Resume,
    Retry,
};

#[derive(Clone, Debug)]
pub(crate) struct Life {
    phase: Phase,
    backoff: Backoff,
    attempts: u64,
    was_open: bool,
    /// The response was accepted, but `Opened` is not polled yet.
    announce: bool,
    /// The connection ended, so the decoder must be reset before the next one.
    reset: bool,
    /// The current connection has delivered an event.
    delivered: bool,
    /// A hash of the last event ID at the start of the current attempt. The ID itself may be long.
    id_hash: u64,
    replay: Replay,
    ask: bool,
    response_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
}

#[derive(Clone, Debug)]
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
    /// The connection ended. The driver may still have to poll earlier frames.
    Lost(Loss),
    /// The driver has polled a failure and may answer.
    Asked(Box<Question>),
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
            id_hash: 0,
            replay: config.replay,
            ask: config.ask,
            response_timeout: config.response_timeout,
            idle_timeout: config.idle_timeout,
        }
    }

    pub(crate) fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>) {
        if !matches!(self.phase, Phase::Connecting { .. }) {
            return;
        }
        let is_stream = head.status == 200 && head.content_type.is_some_and(is_event_stream);
        if head.status == 204 {
            return self.end(CloseReason::NoContent);
        }
        if head.accept.unwrap_or(is_stream) {
            self.was_open = true;
            self.delivered = false;
            self.announce = true;
            self.phase = Phase::Open { since: now, last_byte: now };
            return;
        }
        let (cause, refused) = match head.status {
            200 if head.accept.is_some() => (Cause::NotAccepted, Some(CloseReason::NotAccepted)),
            200 => (Cause::ContentType, Some(CloseReason::ContentType(head.content_type.map(lossy)))),
            status if self.backoff.policy().retry_status && failure::is_temporary(status) => {
                (Cause::Status(status), None)
            }
            status => (Cause::Status(status), Some(CloseReason::Status(status))),
        };
        self.lose(now, cause);
        if let Phase::Lost(loss) = &mut self.phase {
            (loss.refused, loss.retry_after) = (refused, head.retry_after);
        }
    }

    /// Records the arrival of data and returns whether to decode it.
    pub(crate) fn handle_data(&mut self, now: Option<Instant>) -> bool {
        let Phase::Open { last_byte, .. } = &mut self.phase else { return false };
        *last_byte = now.unwrap_or(*last_byte);
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

    #[inline]
    pub(crate) fn handle_event(&mut self) {
        self.delivered = true;
    }

    pub(crate) fn decide(&mut self, now: Instant, retry: Retry) {
        if let Phase::Asked(question) = &mut self.phase {
            (question.answer, question.answered_at) = (retry, now);
        }
    }

    pub(crate) fn reconnect(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Waiting { .. } | Phase::Due { .. } => self.phase = Phase::Due { since: now },
            Phase::Lost(Loss { cause: Cause::Reconnect, .. }) => {}
            Phase::Lost(Loss { cause, at, .. }) => (*cause, *at) = (Cause::Reconnect, now),
            _ => self.lose(now, Cause::Reconnect),
        }
    }

    pub(crate) fn lose(&mut self, at: Instant, cause: Cause) {
        let opened = match self.phase {
            Phase::Connecting { .. } => None,
            Phase::Asked(_) if cause == Cause::Reconnect => None,
            Phase::Open { since, .. } => Some(since),
            _ => return,
        };
        self.phase = Phase::Lost(Loss { cause, at, opened, refused: None, retry_after: None, id: None });
    }

    /// Whether the connection is lost and the last event ID at the loss is still missing.
    pub(crate) fn wants_id(&self) -> bool {
        matches!(self.phase, Phase::Lost(Loss { id: None, .. }))
    }

    pub(crate) fn handle_id_at_loss(&mut self, last_event_id: &str) {
        let moved = hash(last_event_id) != self.id_hash;
        let is_sendable = !last_event_id.is_empty() && is_sendable(last_event_id);
        if let Phase::Lost(loss) = &mut self.phase {
            loss.id = Some(IdAtLoss { moved: moved && loss.opened.is_some(), is_sendable });
        }
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
    /// Returns `true` once after the stream opened.
    #[inline]
    pub(crate) fn take_announcement(&mut self) -> bool {
        core::mem::take(&mut self.announce)
    }

    /// Returns `true` once after a connection ended, when the decoder must be reset.
    #[inline]
    pub(crate) fn take_reset(&mut self) -> bool {
        core::mem::take(&mut self.reset)
    }

    /// Returns the next output after all data is decoded, or `None` if an attempt is due.
    pub(crate) fn poll_output(&mut self) -> Option<Output<'static>> {
        Some(match &self.phase {
            Phase::Due { since } => {
                self.phase = Phase::Connecting { since: *since };
                return None;
            }
            Phase::Lost(loss) => self.settle(loss.clone()),
            Phase::Asked(question) => self.resolve(Question::clone(question)),
            Phase::Connecting { .. } | Phase::Open { .. } | Phase::Waiting { .. } => {
                Output::Wait(self.deadline())
            }
            Phase::Closed(reason) => Output::Closed(reason.clone()),
        })
    }

    pub(crate) fn attempt(&mut self, last_event_id: &str) -> Attempt {
        self.attempts += 1;
        self.id_hash = hash(last_event_id);
        let resume = Resume::new(last_event_id.into());
        Attempt { number: self.attempts, failures: self.backoff.failures(), resume }
    }

    pub(crate) fn phase(&self) -> &Phase {
        &self.phase
    }

    pub(crate) fn ready_state(&self) -> ReadyState {
        match self.phase {
            Phase::Open { .. } => ReadyState::Open,
            Phase::Closed(_) => ReadyState::Closed,
            _ => ReadyState::Connecting,
        }
    }

    pub(crate) fn close_reason(&self) -> Option<&CloseReason> {
        match &self.phase {
            Phase::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    pub(crate) fn failures(&self) -> u32 {
        match &self.phase {
            Phase::Asked(question) => question.backoff.failures(),
            _ => self.backoff.failures(),
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
            Phase::Due { .. } | Phase::Lost(_) | Phase::Asked(_) | Phase::Closed(_) => None,
        }
    }
}

/// The FNV-1a hash of a text.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::hash;

    /// The published test vectors of FNV-1a with 64 bits.
    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(hash(""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(hash("a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(hash("foobar"), 0x8594_4171_F739_67E8);
    }
}
