//! What is wrong with a response.

use core::error::Error as StdError;
use core::fmt;

/// Why what a server sent is not a valid response.
///
/// The line that is wrong is shown, its first 80 bytes, escaped.
///
/// ```
/// use sse_http::InvalidResponse;
///
/// let error = InvalidResponse::HeadTooLarge;
/// assert_eq!(error.to_string(), "the message head is too large: over 64 KiB or 256 header lines");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidResponse {
    /// The connection was closed before the response was complete.
    Incomplete,
    /// The first line does not begin with `HTTP/1.0` or `HTTP/1.1`.
    Version(String),
    /// The status line has no status of three digits, 100 or above, or its reason has control
    /// characters.
    Status(String),
    /// A header line is invalid.
    Line(String),
    /// The head is over 64 KiB, or has more than 256 header lines.
    HeadTooLarge,
    /// More than 100 responses of status 1xx came before the final one.
    TooManyInformational,
    /// `Content-Length` is not a number of 64 bits, or its values differ.
    ContentLength(String),
    /// `Transfer-Encoding` is not `chunked`, once and alone, or came with HTTP/1.0.
    TransferEncoding(String),
    /// The line with a chunk's size is invalid, or the size is over 64 bits.
    ChunkSize,
    /// A chunk's data is longer than its size.
    ChunkEnd,
    /// A line after the last chunk does not end with CR LF.
    Trailer,
    /// The extensions of one chunk, or the trailers, are over 16 KiB.
    ExtraTooLarge,
}

impl InvalidResponse {
    pub(super) fn version(head: &[u8]) -> Self {
        Self::Version(shown(head))
    }

    pub(super) fn status(head: &[u8]) -> Self {
        Self::Status(shown(head))
    }

    pub(super) fn line(line: &[u8]) -> Self {
        Self::Line(shown(line))
    }

    pub(super) fn content_length(value: &[u8]) -> Self {
        Self::ContentLength(shown(value))
    }

    pub(super) fn transfer_encoding(value: &[u8]) -> Self {
        Self::TransferEncoding(shown(value))
    }
}

/// The first line, in so far as it fits into a message.
fn shown(text: &[u8]) -> String {
    const MOST: usize = 80;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let start = line[..line.len().min(MOST)].escape_ascii();
    if line.len() > MOST { format!("{start}...") } else { start.to_string() }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => f.write_str("the connection was closed before the response was complete"),
            Self::Version(line) => write!(f, "invalid HTTP version in `{line}`"),
            Self::Status(line) => write!(f, "invalid HTTP status in `{line}`"),
            Self::Line(line) => write!(f, "invalid HTTP header line `{line}`"),
            Self::HeadTooLarge => {
                f.write_str("the message head is too large: over 64 KiB or 256 header lines")
            }
            Self::TooManyInformational => {
                f.write_str("more than 100 informational responses (1xx) and no final one")
            }
            Self::ContentLength(value) => write!(f, "invalid content-length `{value}`"),
            Self::TransferEncoding(value) => write!(f, "invalid transfer-encoding `{value}`"),
            Self::ChunkSize => f.write_str("invalid chunk size"),
            Self::ChunkEnd => f.write_str("a chunk is longer than its size"),
            Self::Trailer => f.write_str("invalid end of the trailers"),
            Self::ExtraTooLarge => f.write_str("chunk extensions or trailers over 16 KiB"),
        }
    }
}

impl StdError for InvalidResponse {}
