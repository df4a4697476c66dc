//! The error for a response that is not valid HTTP.

use core::error::Error as StdError;
use core::fmt;

/// The reason why the bytes from a server are not a valid response.
///
/// Where a line or a value of the head is invalid, the message shows its first 80 bytes, escaped.
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
    /// The first line does not start with `HTTP/1.0` or `HTTP/1.1`.
    Version(String),
    /// The status is not a three-digit number from 100 on, or the reason phrase has control
    /// characters.
    Status(String),
    /// A header line is invalid.
    Line(String),
    /// The head is longer than 64 KiB or has more than 256 header lines.
    HeadTooLarge,
    /// The server sent more than 100 responses of status 1xx and no final one.
    TooManyInformational,
    /// `Content-Length` is not a 64-bit number, or several values differ.
    ContentLength(String),
    /// `Transfer-Encoding` is not exactly `chunked`, or an HTTP/1.0 response has it.
    TransferEncoding(String),
    /// The line with a chunk's size is invalid, or the size exceeds 64 bits.
    ChunkSize,
    /// A chunk's data is longer than its size.
    ChunkEnd,
    /// A line after the last chunk does not end with CR LF.
    Trailer,
    /// The extensions of one chunk, or the trailers, are longer than 16 KiB.
    ExtraTooLarge,
}

impl InvalidResponse {
    pub(super) fn version(head: &[u8]) -> Self {
        Self::Version(first_line(head))
    }

    pub(super) fn status(head: &[u8]) -> Self {
        Self::Status(first_line(head))
    }

    pub(super) fn line(line: &[u8]) -> Self {
        Self::Line(first_line(line))
    }

    pub(super) fn content_length(value: &[u8]) -> Self {
        Self::ContentLength(first_line(value))
    }

    pub(super) fn transfer_encoding(value: &[u8]) -> Self {
        Self::TransferEncoding(first_line(value))
    }
}

/// Escapes the first line, and cuts it to a length that fits into a message.
fn first_line(text: &[u8]) -> String {
    const MAX_LEN: usize = 80;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let start = line[..line.len().min(MAX_LEN)].escape_ascii();
    if line.len() > MAX_LEN { format!("{start}...") } else { start.to_string() }
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
                f.write_str("the server sent more than 100 informational responses (1xx) and no final one")
            }
            Self::ContentLength(value) => write!(f, "invalid content-length `{value}`"),
            Self::TransferEncoding(value) => write!(f, "invalid transfer-encoding `{value}`"),
            Self::ChunkSize => f.write_str("invalid chunk size"),
            Self::ChunkEnd => f.write_str("a chunk is longer than its size"),
            Self::Trailer => f.write_str("invalid end of the trailers"),
            Self::ExtraTooLarge => f.write_str("the chunk extensions or trailers are over 16 KiB"),
        }
    }
}

impl StdError for InvalidResponse {}
