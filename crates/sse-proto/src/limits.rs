//! How much one event may hold, and what happens past it.

use core::error::Error;
use core::fmt;

/// Bounds on what one event may make the decoder hold.
///
/// ```
/// use sse_proto::{DecodeError, Decoder, Limits};
///
/// let mut decoder = Decoder::new(Limits { max_event_len: 8, ..Limits::default() });
/// let mut input: &[u8] = b"data: more than eight bytes\n\n";
/// assert_eq!(decoder.decode(&mut input), Err(DecodeError::TooLong { limit: 8 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that may be held at once: the data so far with one LF for each data line (so an empty line adds
    /// one), the event type, the last event ID (the one in force and the one to come) and the line in progress. Text
    /// counts as the UTF-8 that it is handed on as. 16 MiB unless set.
    pub max_event_len: usize,
    /// What happens to an event over the limit.
    pub oversize: Oversize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_event_len: 16 * 1024 * 1024, oversize: Oversize::Fail }
    }
}

/// What happens to an event that is longer than [`Limits::max_event_len`].
///
/// ```
/// use sse_proto::{Decoder, Frame, Limits, Oversize};
///
/// let mut decoder = Decoder::new(Limits { max_event_len: 12, oversize: Oversize::Skip });
/// let mut input: &[u8] = b"data: far too long\n\ndata: ok\n\n";
/// assert_eq!(decoder.decode(&mut input)?, Some(Frame::Discarded { len: 18 }));
/// assert!(matches!(decoder.decode(&mut input)?, Some(Frame::Event(event)) if event.data == "ok"));
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
    /// An event would hold more than [`Limits::max_event_len`]. It stays that way until
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
