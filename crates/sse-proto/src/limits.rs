//! The limit on the length of an event, and what happens to longer ones.

use core::error::Error;
use core::fmt;

/// Limits on the length of one event, and so on the memory that the decoder uses.
///
/// ```
/// use sse_proto::{DecodeError, Decoder, Limits};
///
/// let mut decoder = Decoder::new(Limits::default().max_event_len(8));
/// let mut input: &[u8] = b"data: more than eight bytes\n\n";
/// assert_eq!(decoder.decode(&mut input), Err(DecodeError::TooLong { limit: 8 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum length of all lines of one event, in bytes. 16 MiB by default.
    ///
    /// The lines count as received, with field names and one byte for each line end (LF, CR or
    /// CRLF). The blank line does not count. The current last event ID counts too. A comment does
    /// not count towards the event that contains it, but must not itself be longer than the limit.
    ///
    /// For valid UTF-8 the decoder uses at most twice the limit plus 512 KiB of memory. For invalid
    /// UTF-8 it uses at most six times the limit plus 512 KiB, since U+FFFD is three times as long
    /// as the byte that it replaces. (While a buffer grows, the allocator may need the old one as
    /// well.)
    pub max_event_len: usize,
    /// What happens to an event over the limit. [`Oversize::Fail`] by default.
    pub oversize: Oversize,
}

impl Limits {
    /// Sets [`max_event_len`](Self::max_event_len), in bytes.
    #[must_use]
    pub fn max_event_len(self, bytes: usize) -> Self {
        Self { max_event_len: bytes, ..self }
    }

    /// Sets what happens to an event over the limit.
    #[must_use]
    pub fn oversize(self, oversize: Oversize) -> Self {
        Self { oversize, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_event_len: 16 * 1024 * 1024, oversize: Oversize::Fail }
    }
}

/// What happens to an event that is longer than [`Limits::max_event_len`].
///
/// ```
/// use sse_proto::{Decoder, EventRef, FrameRef, Limits, Oversize};
///
/// let mut decoder = Decoder::new(Limits::default().max_event_len(12).oversize(Oversize::Skip));
/// let mut input: &[u8] = b"data: far too long\n\ndata: ok\n\n";
/// assert_eq!(decoder.decode(&mut input)?, Some(FrameRef::Discarded { len: 19 }));
/// assert_eq!(decoder.decode(&mut input)?, Some(FrameRef::Event(EventRef::new("message", "ok"))));
/// # Ok::<(), sse_proto::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Oversize {
    /// The stream ends with [`DecodeError::TooLong`].
    #[default]
    Fail,
    /// The event is dropped and reported as [`Frame::Discarded`](crate::Frame::Discarded). Decoding
    /// continues after the next blank line. Comments and reconnection times before that line are
    /// dropped too, if they come after the limit was exceeded.
    Skip,
}

/// The reason why a stream cannot be decoded further.
///
/// The length of an event is the only error: the standard defines no malformed event stream.
///
/// ```
/// let error = sse_proto::DecodeError::TooLong { limit: 1024 };
/// assert_eq!(error.to_string(), "an event is longer than the limit of 1024 bytes");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// An event is longer than [`Limits::max_event_len`]. The error stays until
    /// [`Decoder::reset`](crate::Decoder::reset).
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "an event is longer than the limit of {limit} bytes"),
        }
    }
}

impl Error for DecodeError {}
