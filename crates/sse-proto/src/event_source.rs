//! The state machine of an event source.

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

/// The state machine of one event source (WHATWG HTML 9.2.2 and 9.2.3).
///
/// The [crate documentation](crate) shows its states and the loop that drives it. It ignores inputs
/// that its state does not expect, such as data before a response, or anything after it closed.
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
    /// The current chunk of the body, and how much of it is decoded.
    chunk: Bytes,
    read: usize,
    /// Whether the end of the stream completes the event in progress.
    completes: bool,
    life: Life,
}

/// Inputs.
impl EventSource {
    /// Creates an event source whose first attempt is due at once.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let decoder = Decoder::new(config.limits)
            .with_last_event_id(&config.last_event_id)
            .show_comments(config.show_comments)
            .show_retries(config.show_retries);
        Self { decoder, chunk: Bytes::new(), read: 0, completes: false, life: Life::new(config, now) }
    }

    /// Handles the head of the response to the current attempt.
    pub fn handle_response(&mut self, now: Instant, head: ResponseHead<'_>) {
        self.life.handle_response(now, head);
        self.pass_id_at_loss();
    }

    /// Handles a chunk of the body, of any size. Only the idle timeout uses `now`, so it may be
    /// `None` without one.
    pub fn handle_data(&mut self, now: impl Into<Option<Instant>>, data: Bytes) {
        if data.is_empty() || !self.life.handle_data(now.into()) {
            return;
        }
        // The rest is empty if the driver drained the outputs.
        let rest = &self.chunk[self.read..];
        self.chunk = if rest.is_empty() { data } else { [rest, &data].concat().into() };
        self.read = 0;
    }

    /// Makes the end of the stream, which must be the next input, complete the event in progress.
    /// The event is then delivered although its blank line is missing: see [`Decoder::decode_eof`].
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

    /// Handles the end of the body, or a failure of the request or the connection.
    pub fn handle_disconnect(&mut self, now: Instant, how: Disconnect) {
        self.life.lose(now, how.into());
        self.pass_id_at_loss();
    }

    /// Handles the passing of time. A call before the deadline does nothing, so a driver may keep
    /// an earlier timer running.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.life.handle_timeout(now);
        self.pass_id_at_loss();
    }

    /// Answers an [`Output::Failed`] that was just polled, before the next output is polled. At any
    /// other time it does nothing.
    ///
    /// The answer overrides the policy's rules for statuses and content types, and
    /// [`retry_initial`](crate::ReconnectPolicy::retry_initial). It does not override
    /// [`max_attempts`](crate::ReconnectPolicy::max_attempts),
    /// [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections) and
    /// [`Config::replay`](crate::Config::replay), and each retry counts as a failure. There is no
    /// [`Output::Failed`] after a 204, a futile failure, an event over the limit,
    /// [`finish`](Self::finish) or [`close`](Self::close).
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

    /// Drops the connection and reconnects at once.
    ///
    /// This is like a connection dropped by the server, but without a delay and without counting as
    /// a failure. It also ends the wait for the next attempt. No limit of the policy and no
    /// [`Replay`](crate::Replay) prevents it, since the application asks for it.
    ///
    /// The response timeout starts now. A driver that drains the outputs later calls this again at
    /// that time.
    pub fn reconnect(&mut self, now: Instant) {
        self.life.reconnect(now);
        self.pass_id_at_loss();
    }

    /// Closes the event source with [`CloseReason::Finished`], after the application has received
    /// the event that ends its stream. Nothing more is delivered.
    pub fn finish(&mut self) {
        self.end(CloseReason::Finished);
    }

    /// Closes the event source with [`CloseReason::Requested`]. Nothing more is delivered, not even
    /// data that was already handed in.
    pub fn close(&mut self) {
        self.end(CloseReason::Requested);
    }

    /// Passes the last event ID at the loss of a connection to the state machine.
    ///
    /// Bytes that are not decoded yet may change the ID, so a clone of the decoder decodes them
    /// now. The decoder itself may borrow its last frame by then.
    fn pass_id_at_loss(&mut self) {
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
    /// Returns the next output. **After each `handle_*` call, poll this until it returns
    /// [`Output::Wait`] or [`Output::Closed`].** Once closed, it always returns the same output.
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
            if let Some(event) = self.decoder.decode_whole(&mut rest) {
                self.read = self.chunk.len() - rest.len();
                self.life.handle_event();
                return Output::Frame(FrameRef::Event(self.decoder.lend_whole(event)));
            }
            let mut retry = None;
            let frame = self.decoder.decode_rest(&mut rest, &mut retry);
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
            // The decoder and the chunk stay borrowed until the end of this function.
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

    /// Drops the chunk if all of it is decoded.
    ///
    /// The chunk otherwise lives until the next [`poll_output`](Self::poll_output), since the latest
    /// output may borrow from it. Call this before you wait for more data, so that the memory is
    /// free, or before you read into the buffer that the chunk is a part of.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use sse_proto::{Config, EventSource, Instant, Output, ResponseHead};
    ///
    /// let now = Instant::ZERO;
    /// let mut source = EventSource::new(Config::default(), now);
    /// assert!(matches!(source.poll_output(), Output::Connect(_)));
    /// let head = ResponseHead { content_type: Some(b"text/event-stream"), ..ResponseHead::new(200) };
    /// source.handle_response(now, head);
    /// assert_eq!(source.poll_output(), Output::Opened);
    ///
    /// let chunk = Bytes::from(b"data: the beginning of an event".to_vec());
    /// source.handle_data(now, chunk.clone());
    /// assert_eq!(source.poll_output(), Output::Wait(None));
    /// source.release_chunk();
    /// assert!(chunk.is_unique());
    /// ```
    #[inline]
    pub fn release_chunk(&mut self) {
        if self.read == self.chunk.len() {
            self.drop_chunk();
        }
    }

    /// Returns the ready state, which is connecting also while the event source waits for the next
    /// attempt.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        self.life.ready_state()
    }

    /// Returns the last event ID of the last delivered event, or the one from the configuration. It
    /// is empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// Returns the event in progress as if its blank line had arrived, or `None` if there is none.
    ///
    /// At a clean end of the stream a driver uses it to decide whether to [complete the
    /// event](Self::complete_unfinished).
    #[must_use]
    pub fn unfinished(&self) -> Option<Event> {
        self.decoder.clone().decode_eof().map(|event| event.to_owned())
    }

    /// Returns why the event source closed, or `None` if it is not closed.
    #[must_use]
    pub fn close_reason(&self) -> Option<&CloseReason> {
        self.life.close_reason()
    }

    /// Returns the number of consecutive failures, including the latest one. Progress resets it:
    /// see [`ReconnectPolicy::max_attempts`](crate::ReconnectPolicy::max_attempts).
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.life.failures()
    }

    /// Returns the current reconnection time: that of the policy, or the one that the server set
    /// with `retry`.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.life.reconnection_time()
    }

    fn drop_chunk(&mut self) {
        self.chunk = Bytes::new();
        self.read = 0;
    }

    fn reset(&mut self) {
        self.completes = false;
        self.drop_chunk();
        self.decoder.reset();
    }
}

/// Shows the state and lengths, but no content of the stream.
impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("phase", self.life.phase())
            .field("decoder", &self.decoder)
            .field("undecoded", &(self.chunk.len() - self.read))
            .finish_non_exhaustive()
    }
}
