//! The decoder of event streams.
//!
//! # For maintainers
//!
//! There are two tiers. [`fast::whole_event`] takes an event that lies whole in its chunk and looks
//! as most do; it is a pure function of the bytes. The [`Machine`] takes everything else, line by
//! line, as the standard has it. Either may be changed alone, as long as both say the same of every
//! event that the fast path takes.
//!
//!  - The machine decides what is right. To change the grammar, change `field.rs`, and then
//!    `fast.rs`, where a test compares the two. To take another form of event on the fast path,
//!    measure first: each branch in it costs every event some nanoseconds, and an event that it
//!    leaves is scanned twice.
//!  - The fast path must not look at the decoder, and the machine must not return what it borrows:
//!    both only tell where the text is. The frame is built once, where it is returned. Otherwise
//!    lending does not compile, or a frame goes through memory twice, which costs a small event a
//!    third of its time. For the same reason `EventSource` calls the two tiers itself.
//!  - The outcome depends on the bytes alone, however they are cut. So whatever changes the state
//!    does it at a byte of the stream, never at the end of a chunk, and a limit is checked against
//!    counts that do not know about chunks.
//!  - Each byte is looked at a constant number of times: what is held is not searched again.
//!  - What is lent lives until the next call, at whose start it is forgotten.
//!
//! `cargo test -p sse-proto` runs the wire table through every way of cutting, a property test
//! against the reference decoder, the bounds of memory and the count of bytes looked at
//! (`work.rs`); `.ci/fuzz 60` runs the fuzz targets; `.ci/instructions` counts instructions per
//! event, and the binary `side_by_side` in `benches/` measures speed.

mod buffer;
mod fast;
mod field;
mod limit;
mod machine;
mod scan;
mod utf8;
mod work;

#[cfg(test)]
mod tests;

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use self::buffer::release_text;
use self::fast::{Span, WholeEvent, whole_event};
use self::field::without_space;
use self::machine::{Machine, State, Step};
use crate::event_type::MESSAGE;
use crate::{DecodeError, EventRef, FrameRef, Limits};

/// Decodes the bytes of an event stream into frames (WHATWG HTML 9.2.5 and 9.2.6), in chunks of any
/// size.
///
/// Call [`decode`](Self::decode) until it returns `None`, which means that the input is consumed,
/// then pass the next chunk. An event within one chunk borrows from it. The decoder buffers what
/// the end of a chunk cuts off, at most [`Limits::max_event_len`] bytes of it.
///
/// ```
/// use sse_proto::{Decoder, EventRef, FrameRef};
///
/// let mut decoder = Decoder::default();
/// for mut chunk in [&b"id: 1\nda"[..], b"ta: hello\r", b"\n\r\n"] {
///     while let Some(frame) = decoder.decode(&mut chunk)? {
///         assert_eq!(frame, FrameRef::Event(EventRef::new("message", "hello").with_id("1")));
///     }
/// }
/// assert_eq!(decoder.last_event_id(), "1");
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Decoder {
    machine: Machine,
    /// Data or a comment with U+FFFD in place of invalid UTF-8.
    repaired: String,
}

type Decoded<'d> = Result<Option<FrameRef<'d>>, DecodeError>;

impl Default for Decoder {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Decoder {
    /// Creates a decoder for the start of a stream, with an empty last event ID. It returns events,
    /// comments and reconnection times.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { machine: Machine::new(limits), repaired: String::new() }
    }

    /// Sets the last event ID of an earlier stream, which this one resumes.
    #[must_use]
    pub fn with_last_event_id(mut self, id: &str) -> Self {
        self.machine.set_last_event_id(id.as_bytes());
        self
    }

    /// Sets whether [`decode`](Self::decode) returns comments. `true` by default.
    #[must_use]
    pub fn show_comments(mut self, show: bool) -> Self {
        self.machine.show_comments = show;
        self
    }

    /// Sets whether [`decode`](Self::decode) returns reconnection times. `true` by default.
    #[must_use]
    pub fn show_retries(mut self, show: bool) -> Self {
        self.machine.show_retries = show;
        self
    }

    /// Decodes the next frame and advances `input` past the bytes that it read. Returns `None` if
    /// the input is consumed.
    ///
    /// The frame borrows from the input and from the decoder until the next call.
    /// [`FrameRef::to_owned`] copies it.
    ///
    /// # Errors
    ///
    /// Returns [`DecodeError::TooLong`] if an event is longer than [`Limits::max_event_len`], and
    /// then at each call until [`reset`](Self::reset).
    #[inline(never)]
    pub fn decode<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<FrameRef<'d>>, DecodeError> {
        match self.decode_whole(input) {
            Some(event) => Ok(Some(FrameRef::Event(self.lend_whole(event)))),
            None => self.decode_rest(input, &mut None),
        }
    }

    /// Decodes the next event on the fast path. `None` leaves the input to
    /// [`decode_rest`](Self::decode_rest).
    #[inline(always)]
    pub(crate) fn decode_whole<'i>(&mut self, input: &mut &'i [u8]) -> Option<WholeEvent<'i>> {
        if self.machine.state != State::EventStart {
            return None;
        }
        let event = match whole_event(input) {
            // However its line ends are counted, it is no longer than that.
            Ok(event) if self.machine.counter.has_room(input.len() - event.rest.len()) => event,
            other => {
                self.machine.unended = other.err().unwrap_or(0);
                return None;
            }
        };
        if event.ends_in_cr {
            self.machine.state = State::AfterCr;
        }
        *input = event.rest;
        Some(event)
    }

    /// Decodes the next frame of an input that the fast path left. It also stores a reconnection time
    /// in `retry`, even if it is not shown.
    #[inline(always)]
    pub(crate) fn decode_rest<'d, 'i: 'd>(
        &'d mut self,
        input: &mut &'i [u8],
        retry: &mut Option<Duration>,
    ) -> Decoded<'d> {
        match self.machine.state {
            State::EventStart => *input = self.machine.begin_value(input),
            State::InData => *input = self.machine.read_value(input),
            _ => self.machine.unended = 0,
        }
        if input.is_empty() && self.needs_input() { Ok(None) } else { self.run(input, retry) }
    }

    /// Runs the machine over what the fast path leaves, up to the next event that it takes.
    #[inline(never)]
    fn run<'d, 'i: 'd>(&'d mut self, input: &mut &'i [u8], retry: &mut Option<Duration>) -> Decoded<'d> {
        self.machine.release();
        release_text(&mut self.repaired);
        self.repaired.clear();
        let bytes = *input;
        let limit = self.machine.counter.limits.max_event_len;
        loop {
            return Ok(Some(match self.machine.advance(input, retry) {
                Step::Continue => continue,
                Step::EventStart => match self.decode_whole(input) {
                    Some(event) => FrameRef::Event(self.lend_whole(event)),
                    None => continue,
                },
                Step::NeedInput => return Ok(None),
                Step::Event => FrameRef::Event(self.lend_held()),
                Step::Comment { end, len } => {
                    let text = Span { bytes: &bytes[bytes.len() - end..], len };
                    FrameRef::Comment(utf8::lend(text, &mut self.repaired))
                }
                Step::HeldComment => {
                    let bytes = without_space(&self.machine.buffer.line[1..]);
                    let text = Span { bytes, len: bytes.len() };
                    FrameRef::Comment(utf8::lend(text, &mut self.repaired))
                }
                Step::Retry(time) => FrameRef::Retry(time),
                Step::Discarded(len) => FrameRef::Discarded { len },
                Step::TooLong => return Err(DecodeError::TooLong { limit }),
            }));
        }
    }

    /// Completes the event in progress at a clean end of the stream, and returns it if it has data.
    /// The last event ID moves with that event, and does not move for a block without data.
    ///
    /// The standard drops such an event, since it may be incomplete. Call this only if the
    /// transport knows that the stream is complete, and if a partial event is better than none.
    /// [`reset`](Self::reset) the decoder before the next stream.
    ///
    /// ```
    /// use sse_proto::Decoder;
    ///
    /// let mut decoder = Decoder::default();
    /// assert_eq!(decoder.decode(&mut &b"data: [DONE]"[..])?, None);
    /// assert_eq!(decoder.decode_eof().map(|event| event.data), Some("[DONE]"));
    /// assert_eq!(decoder.decode_eof(), None);
    ///
    /// decoder.reset();
    /// assert_eq!(decoder.decode(&mut &b"id: 7\n"[..])?, None);
    /// assert_eq!(decoder.decode_eof(), None);
    /// assert_eq!(decoder.last_event_id(), "");
    /// # Ok::<(), sse_proto::DecodeError>(())
    /// ```
    pub fn decode_eof(&mut self) -> Option<EventRef<'_>> {
        if self.end_stream() { Some(self.lend_held()) } else { None }
    }

    /// Ends the stream. Returns whether that completed an event, which then is held.
    pub(crate) fn end_stream(&mut self) -> bool {
        self.machine.release();
        release_text(&mut self.repaired);
        matches!(self.machine.end_stream(), Step::Event)
    }

    /// Returns the last event ID: that of the last complete event, or the one that was set at the
    /// start. It is empty if there is none. [`reset`](Self::reset) keeps it.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.machine.last_event_id
    }

    /// Prepares for a new stream, as after a reconnection: drops the event in progress, and keeps
    /// the last event ID.
    pub fn reset(&mut self) {
        self.machine.reset();
        release_text(&mut self.repaired);
    }

    #[inline(always)]
    fn needs_input(&self) -> bool {
        self.machine.state != State::Failed && !self.machine.is_lent && self.repaired.is_empty()
    }

    /// The event that the fast path took.
    #[inline(always)]
    pub(crate) fn lend_whole<'d, 'i: 'd>(&'d mut self, event: WholeEvent<'i>) -> EventRef<'d> {
        if let Some(id) = event.id {
            self.machine.set_last_event_id(id);
        }
        EventRef {
            event_type: match event.event_type {
                None | Some([]) => MESSAGE,
                Some(value) => self.machine.buffer.remember_event_type(value),
            },
            data: utf8::lend(event.data, &mut self.repaired),
            last_event_id: &self.machine.last_event_id,
            sets_id: event.id.is_some(),
        }
    }

    /// The event that the buffer holds.
    pub(crate) fn lend_held(&mut self) -> EventRef<'_> {
        let buffer = &self.machine.buffer;
        EventRef {
            event_type: if buffer.has_type { &buffer.event_type } else { MESSAGE },
            data: utf8::lend(buffer.data(), &mut self.repaired),
            last_event_id: &self.machine.last_event_id,
            sets_id: buffer.has_id,
        }
    }
}

/// Shows the state and lengths, but no content of the stream.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("state", &self.machine.state)
            .field("held", &(self.machine.buffer.data.len() + self.machine.buffer.line.len()))
            .field("last_event_id_len", &self.machine.last_event_id.len())
            .finish_non_exhaustive()
    }
}
