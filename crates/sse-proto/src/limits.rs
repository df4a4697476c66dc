//! How much one event may hold, and what happens past it.

use core::error::Error;
use core::fmt;

/// Bounds on how long one event may be, and so on what the decoder holds.
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
    /// The most bytes that the lines of one event may have. 16 MiB unless set.
    ///
    /// The lines count as they were received, with their names and with one byte for each line end, be it LF, CR or
    /// CRLF; the blank line does not count. The last event ID in force counts as well. A comment does not count towards
    /// the event that it stands in, but must not be longer than the limit by itself.
    ///
    /// The decoder holds at most twice as many bytes plus 512 KiB of valid text. U+FFFD is three times as long as the
    /// byte that it may stand for, so that of bytes that are not UTF-8 it holds at most six times the limit plus 512 KiB.
    /// (While a buffer grows, an allocator that moves it holds the old one as well.)
    pub max_event_len: usize,
    /// What happens to an event over the limit.
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
    /// That event is dropped and reported as [`Frame::Discarded`](crate::Frame::Discarded); decoding goes on after the
    /// next blank line. Comments and reconnection times between the overflow and that line are dropped with it.
    Skip,
}

/// Why a stream cannot be decoded further. There is no malformed event stream: length is the only error.
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
