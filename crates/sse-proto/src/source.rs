//! The life of one event source.

use alloc::collections::VecDeque;
use alloc::string::String;
use core::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;

use crate::mime::is_event_stream;
use crate::{
    Attempt, Backoff, Cause, CloseReason, DecodeError, Decoder, Disconnect, Frame, Instant, Limits, Output,
    ReadyState, ReconnectPolicy, ResponseHead, Resume,
};

/// How an event source is to behave.
///
/// ```
/// use core::time::Duration;
/// use sse_proto::Config;
///
/// let config = Config { idle_timeout: Some(Duration::from_secs(60)), show_comments: true, ..Config::default() };
/// # let _ = config;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Config {
    /// When to connect again.
    pub policy: ReconnectPolicy,
    /// How much one event may hold.
    pub limits: Limits,
    /// How long after [`Output::Connect`] the response head must be there. `None` (the default): no bound.
    pub response_timeout: Option<Duration>,
    /// How long a connection may be open without a single byte, comments included. `None` (the default): no bound.
    pub idle_timeout: Option<Duration>,
    /// Where to go on from: the last event ID of an earlier event source. Empty by default.
    pub last_event_id: ByteString,
    /// Whether comments come out as [`Frame::Comment`]. `false` by default; they keep the connection from being idle
    /// all the same.
    pub show_comments: bool,
    /// Whether reconnection times come out as [`Frame::Retry`]. `false` by default; they take effect all the same.
    pub show_retries: bool,
    /// The seed of the dice for jitter. Event sources with different seeds do not reconnect in step.
    pub seed: u64,
}

/// One event source as a state machine: the crate's documentation shows its states and the loop around it.
///
/// An input that makes no sense in the state it comes in (a response that nobody asked for, data before it, anything
/// after the end) is ignored.
///
/// ```
/// use bytes::Bytes;
/// use sse_proto::{Config, Disconnect, EventSource, Frame, Instant, Output, ResponseHead};
///
/// let now = Instant::ZERO;
/// let mut source = EventSource::new(Config::default(), now);
/// assert!(matches!(source.poll_output(), Output::Connect(_)));
///
/// let head = ResponseHead { status: 200, content_type: Some(b"text/event-stream"), retry_after: None };
/// source.handle_response(now, head);
/// assert_eq!(source.poll_output(), Output::Opened);
///
/// source.handle_data(now, Bytes::from("data: hello\n\n"));
/// assert!(matches!(source.poll_output(), Output::Frame(Frame::Event(event)) if event.data == "hello"));
/// assert_eq!(source.poll_output(), Output::Wait(None));
/// ```
#[derive(Clone, Debug)]
pub struct EventSource {
    phase: Phase,
    decoder: Decoder,
    /// What was handed in and is not decoded yet: one chunk, when the driver drains as it should.
    input: VecDeque<Bytes>,
    backoff: Backoff,
    attempts: u64,
    was_open: bool,
    /// The response was accepted; the driver has not heard of it.
    announce: bool,
    /// The present connection delivered an event.
    delivered: bool,
    response_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    show_comments: bool,
    show_retries: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
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
impl EventSource {
    /// An event source whose first attempt is due at once.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            phase: Phase::Due { since: now },
            decoder: Decoder::new(config.limits).with_last_event_id(&config.last_event_id),
            input: VecDeque::new(),
            backoff: Backoff::new(config.policy, config.seed),
            attempts: 0,
            was_open: false,
            announce: false,
            delivered: false,
            response_timeout: config.response_timeout,
            idle_timeout: config.idle_timeout,
            show_comments: config.show_comments,
            show_retries: config.show_retries,
        }
    }

    /// The response head is there.
    pub fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>) {
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

    /// A piece of the body is there, however it was cut.
    pub fn handle_data(&mut self, now: Instant, data: Bytes) {
        if let Phase::Open { last_byte, .. } = &mut self.phase {
            if !data.is_empty() {
                *last_byte = now;
                self.input.push_back(data);
            }
        }
    }

    /// The body came to its end, or the request or the connection failed.
    pub fn handle_disconnect(&mut self, now: Instant, how: Disconnect) {
        self.lose(now, how.into());
    }

    /// Time has passed. Too early a call does nothing, so that a driver may keep a timer that it set before.
    pub fn handle_timeout(&mut self, now: Instant) {
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

    /// Drops the connection and connects again at once: as if the server had dropped it, but without the delay, and
    /// without counting as a failure. Cuts a wait short, also one that the driver has not heard of yet.
    ///
    /// The response timeout runs from here on. A driver that drains its outputs only later calls it again then.
    pub fn restart(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Waiting { .. } | Phase::Due { .. } => self.phase = Phase::Due { since: now },
            Phase::Lost { cause: Cause::Restart, .. } => {}
            Phase::Lost { cause, at, .. } => (*cause, *at) = (Cause::Restart, now),
            _ => self.lose(now, Cause::Restart),
        }
    }

    /// The application saw its terminal event: this is a normal end. Nothing more is delivered.
    pub fn finish(&mut self) {
        self.end(CloseReason::Finished);
    }

    /// The application wants no more. Nothing more is delivered, not even what was decoded already.
    pub fn close(&mut self) {
        self.end(CloseReason::Requested);
    }

    fn lose(&mut self, at: Instant, cause: Cause) {
        let opened = match self.phase {
            Phase::Connecting { .. } => None,
            Phase::Open { since, .. } => Some(since),
            _ => return,
        };
        self.phase = Phase::Lost { cause, at, opened };
    }

    fn end(&mut self, reason: CloseReason) {
        if !matches!(self.phase, Phase::Closed(_)) {
            self.phase = Phase::Closed(reason);
            self.announce = false;
            self.input = VecDeque::new();
            self.decoder.reset();
        }
    }
}

/// Outputs.
impl EventSource {
    /// What to do next. **After each `handle_*` call, drain this until it says [`Output::Wait`] or
    /// [`Output::Closed`].** Once closed it says the same for ever.
    #[must_use]
    pub fn poll_output(&mut self) -> Output {
        if core::mem::take(&mut self.announce) {
            return Output::Opened;
        }
        if let Some(frame) = self.next_frame() {
            return Output::Frame(frame);
        }
        match &self.phase {
            Phase::Due { since } => {
                self.phase = Phase::Connecting { since: *since };
                Output::Connect(self.attempt())
            }
            Phase::Lost { cause, at, opened } => self.settle(*cause, *at, *opened),
            Phase::Connecting { .. } | Phase::Open { .. } | Phase::Waiting { .. } => {
                Output::Wait(self.deadline())
            }
            Phase::Closed(reason) => Output::Closed(reason.clone()),
        }
    }

    /// The ready state. While it waits for the next attempt it is connecting, as in the standard.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        match self.phase {
            Phase::Due { .. } | Phase::Connecting { .. } | Phase::Waiting { .. } | Phase::Lost { .. } => {
                ReadyState::Connecting
            }
            Phase::Open { .. } => ReadyState::Open,
            Phase::Closed(_) => ReadyState::Closed,
        }
    }

    /// The last event ID: that of the last event that came out, or the one from the configuration.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// Why it is over; `None` while it is not.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        match &self.phase {
            Phase::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    /// The reconnection time in force.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.backoff.reconnection_time()
    }

    /// The next frame that is to be shown, from what is there.
    fn next_frame(&mut self) -> Option<Frame> {
        loop {
            let frame = match self.decoder.decode_bytes(self.input.front_mut()?) {
                Ok(Some(frame)) => frame,
                Ok(None) => {
                    self.input.pop_front();
                    continue;
                }
                Err(DecodeError::TooLong { limit }) => {
                    self.end(CloseReason::TooLong { limit });
                    return None;
                }
            };
            match &frame {
                Frame::Event(_) => self.delivered = true,
                Frame::Retry(time) => self.backoff.handle_retry(*time),
                Frame::Comment(_) | Frame::Discarded { .. } => {}
            }
            if self.shows(&frame) {
                return Some(frame);
            }
        }
    }

    fn shows(&self, frame: &Frame) -> bool {
        match frame {
            Frame::Comment(_) => self.show_comments,
            Frame::Retry(_) => self.show_retries,
            Frame::Event(_) | Frame::Discarded { .. } => true,
        }
    }

    fn attempt(&mut self) -> Attempt {
        self.attempts += 1;
        Attempt {
            number: self.attempts,
            failures: self.backoff.failures(),
            resume: Resume::new(self.decoder.share_id()),
        }
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
    fn settle(&mut self, cause: Cause, at: Instant, opened: Option<Instant>) -> Output {
        self.decoder.reset();
        let open_for = opened.map(|since| at.saturating_duration_since(since));
        let stayed = open_for.is_some_and(|time| time >= self.backoff.policy().reset_after);
        if core::mem::take(&mut self.delivered) || stayed {
            self.backoff.handle_progress();
        }
        match self.retry_at(cause, at) {
            Ok(retry_at) => {
                self.phase = match cause {
                    Cause::Restart => Phase::Due { since: at },
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
        if cause == Cause::Restart {
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

fn lossy(bytes: &[u8]) -> ByteString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
