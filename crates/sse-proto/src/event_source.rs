//! The life of one event source.

mod failure;
mod life;

use core::fmt;
use core::time::Duration;

use bytes::Bytes;

use self::life::Life;
use crate::{
    CloseReason, Config, DecodeError, Decoder, Disconnect, Event, FrameRef, Instant, Output, ReadyState,
    ResponseHead, Retry,
};

/// One event source as a state machine: the crate's documentation shows its states and the loop around it.
///
/// An input that makes no sense in the state it comes in (a response that nobody asked for, data before it, anything
/// after the end) is ignored.
///
/// ```
/// use bytes::Bytes;
/// use sse_proto::{Config, EventSource, FrameRef, Instant, Output, ResponseHead};
///
/// let now = Instant::ZERO;
/// let mut source = EventSource::new(Config::default(), now);
/// assert!(matches!(source.poll_output(), Output::Connect(_)));
///
/// let head = ResponseHead { content_type: Some(b"text/event-stream"), ..ResponseHead::new(200) };
/// source.handle_response(now, head);
/// assert_eq!(source.poll_output(), Output::Opened);
///
/// source.handle_data(now, Bytes::from("data: hello\n\n"));
/// assert!(matches!(source.poll_output(), Output::Frame(FrameRef::Event(event)) if event.data == "hello"));
/// assert_eq!(source.poll_output(), Output::Wait(None));
/// ```
#[derive(Clone)]
pub struct EventSource {
    decoder: Decoder,
    /// What was handed in, and how much of it is decoded.
    chunk: Bytes,
    read: usize,
    /// The end of the stream completes the event in progress.
    completes: bool,
    life: Life,
}

/// Inputs.
impl EventSource {
    /// An event source whose first attempt is due at once.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let decoder = Decoder::new(config.limits)
            .with_last_event_id(&config.last_event_id)
            .show_comments(config.show_comments)
            .show_retries(config.show_retries);
        Self { decoder, chunk: Bytes::new(), read: 0, completes: false, life: Life::new(config, now) }
    }

    /// The response head is there.
    pub fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>) {
        self.life.handle_response(now, head);
        self.tell_id_at_loss();
    }

    /// A piece of the body is there, however it was cut. Its time is for the idle timeout alone: without one it may be
    /// `None`.
    pub fn handle_data(&mut self, now: impl Into<Option<Instant>>, data: Bytes) {
        if data.is_empty() || !self.life.handle_data(now.into()) {
            return;
        }
        // A driver that drains its outputs has nothing left.
        let rest = &self.chunk[self.read..];
        self.chunk = if rest.is_empty() { data } else { [rest, &data].concat().into() };
        self.read = 0;
    }

    /// Takes the end of the stream, which must come next, for the end of the event in progress, so that it is delivered
    /// though it lacks its blank line: see [`Decoder::decode_eof`].
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::{Config, Disconnect, EventSource, FrameRef, Instant, Output, ResponseHead};
    ///
    /// let now = Instant::ZERO;
    /// let mut source = EventSource::new(Config::default(), now);
    /// assert!(matches!(source.poll_output(), Output::Connect(_)));
    /// let head = ResponseHead { content_type: Some(b"text/event-stream"), ..ResponseHead::new(200) };
    /// source.handle_response(now, head);
    /// assert_eq!(source.poll_output(), Output::Opened);
    /// source.handle_data(now, Bytes::from("data: [DONE]"));
    /// assert_eq!(source.poll_output(), Output::Wait(None));
    ///
    /// assert_eq!(source.unfinished().map(|event| event.data).as_deref(), Some("[DONE]"));
    /// source.complete_unfinished();
    /// source.handle_disconnect(now, Disconnect::Eof);
    /// assert!(matches!(source.poll_output(), Output::Frame(FrameRef::Event(event)) if event.data == "[DONE]"));
    /// ```
    pub fn complete_unfinished(&mut self) {
        self.completes = true;
    }

    /// The body came to its end, or the request or the connection failed.
    pub fn handle_disconnect(&mut self, now: Instant, how: Disconnect) {
        self.life.lose(now, how.into());
        self.tell_id_at_loss();
    }

    /// Time has passed. Too early a call does nothing, so that a driver may keep a timer that it set before.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.life.handle_timeout(now);
        self.tell_id_at_loss();
    }

    /// Answers the [`Output::Failed`] that was polled last, before the next output is. At any other time it does nothing.
    ///
    /// An answer goes before what the policy says about statuses and content types, and before
    /// [`retry_initial`](crate::ReconnectPolicy::retry_initial). It never gets an attempt that
    /// [`max_attempts`](crate::ReconnectPolicy::max_attempts),
    /// [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections) or
    /// [`Config::replay`](crate::Config::replay) rules out, and each retry counts as a failure. There is no question
    /// after a 204, a futile failure, an event over the limit, [`finish`](Self::finish) and [`close`](Self::close).
    ///
    /// ```
    /// use sse_proto::{Cause, Config, EventSource, Instant, Output, ResponseHead, Retry, Verdict};
    ///
    /// let now = Instant::ZERO;
    /// let mut source = EventSource::new(Config::default().ask(true), now);
    /// assert!(matches!(source.poll_output(), Output::Connect(_)));
    /// source.handle_response(now, ResponseHead::new(404));
    /// let failed = Output::Failed { cause: Cause::Status(404), verdict: Verdict::Close };
    /// assert_eq!(source.poll_output(), failed);
    /// source.decide(now, Retry::Backoff);
    /// assert!(matches!(source.poll_output(), Output::Disconnected { .. }));
    /// ```
    pub fn decide(&mut self, now: Instant, retry: Retry) {
        self.life.decide(now, retry);
    }

    /// Drops the connection and connects again at once: as if the server had dropped it, but without the delay, and
    /// without counting as a failure. Cuts a wait short, also one that the driver has not heard of yet. The application
    /// asks for it, so no limit of the policy and no [`Replay`](crate::Replay) stands against it.
    ///
    /// The response timeout runs from here on. A driver that drains its outputs only later calls it again then.
    pub fn reconnect(&mut self, now: Instant) {
        self.life.reconnect(now);
        self.tell_id_at_loss();
    }

    /// The application saw its terminal event: this is a normal end. Nothing more is delivered.
    pub fn finish(&mut self) {
        self.end(CloseReason::Finished);
    }

    /// The application wants no more. Nothing more is delivered, not even what was decoded already.
    pub fn close(&mut self) {
        self.end(CloseReason::Requested);
    }

    /// What is not decoded yet may move the last event ID, and the event source has to know before its last bytes are
    /// decoded, since a frame may be lent then.
    fn tell_id_at_loss(&mut self) {
        if !self.life.wants_id() {
            return;
        }
        let mut rest = &self.chunk[self.read..];
        if rest.is_empty() && !self.completes {
            return self.life.handle_id_at_loss(self.decoder.last_event_id());
        }
        let mut decoder = self.decoder.clone();
        while let Ok(Some(_)) = decoder.decode(&mut rest) {}
        if self.completes {
            let _ = decoder.decode_eof();
        }
        self.life.handle_id_at_loss(decoder.last_event_id());
    }

    fn end(&mut self, reason: CloseReason) {
        self.life.end(reason);
        self.reset();
    }
}

/// Outputs.
impl EventSource {
    /// What to do next. **After each `handle_*` call, drain this until it says [`Output::Wait`] or
    /// [`Output::Closed`].** Once closed it says the same for ever.
    #[must_use]
    pub fn poll_output(&mut self) -> Output<'_> {
        if self.life.take_reset() {
            self.reset();
        }
        if self.life.take_announcement() {
            return Output::Opened;
        }
        if self.read < self.chunk.len() {
            let mut rest = &self.chunk[self.read..];
            let mut retry = None;
            let frame = self.decoder.decode_with(&mut rest, &mut retry);
            self.read = self.chunk.len() - rest.len();
            if let Some(time) = retry {
                self.life.handle_retry(time);
            }
            match frame {
                Ok(Some(frame)) => {
                    if matches!(frame, FrameRef::Event(_)) {
                        self.life.handle_event();
                    }
                    return Output::Frame(frame);
                }
                Ok(None) => {}
                Err(DecodeError::TooLong { limit }) => self.life.end(CloseReason::TooLong { limit }),
            }
            // The decoder and the chunk stay borrowed to the end of this function: they are let go of at the next call.
            return self.life.poll_output().expect("no attempt is due before all data is decoded");
        }
        self.release_chunk();
        if core::mem::take(&mut self.completes) && self.decoder.end_stream() {
            self.life.handle_event();
            return Output::Frame(FrameRef::Event(self.decoder.lend_held()));
        }
        match self.life.poll_output() {
            Some(output) => output,
            None => Output::Connect(self.life.attempt(self.decoder.last_event_id())),
        }
    }

    /// The ready state. While it waits for the next attempt it is connecting, as in the standard.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.life.ready_state()
    }

    /// The last event ID: that of the last event that came out, or the one from the configuration.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// The event in progress, as it would be if the stream ended here: a driver looks at it at a clean end of the stream,
    /// to decide whether to [complete it](Self::complete_unfinished). `None` if there is none. Nothing changes by it.
    #[must_use]
    pub fn unfinished(&self) -> Option<Event> {
        self.decoder.clone().decode_eof().map(|event| event.to_owned())
    }

    /// Why it is over; `None` while it is not.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        self.life.close_reason()
    }

    /// How many failures there were in a row, the newest one included.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.life.failures()
    }

    /// The reconnection time in force: that of the policy, or what the server made of it by `retry`.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.life.reconnection_time()
    }

    fn release_chunk(&mut self) {
        self.chunk = Bytes::new();
        self.read = 0;
    }

    fn reset(&mut self) {
        self.completes = false;
        self.release_chunk();
        self.decoder.reset();
    }
}

/// Shows the state and lengths, and nothing of the stream.
impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("phase", self.life.phase())
            .field("decoder", &self.decoder)
            .field("undecoded", &(self.chunk.len() - self.read))
            .finish_non_exhaustive()
    }
}
