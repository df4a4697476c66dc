//! Determines where a response's body ends (RFC 9112, section 6.3).

use http::{HeaderMap, StatusCode, Version, header};

use super::chunked::Chunked;
use super::{Head, InvalidResponse, Output, RequestKind};

/// How the body is delimited, and how much of it is still to come.
#[derive(Debug)]
pub(super) enum Framing {
    Length(u64),
    Chunked(Chunked),
    /// The body ends with the connection.
    Close,
}

impl Framing {
    /// Applies the rules of RFC 9112, section 6.3. A tunnel comes first, since every 2xx opens one
    /// (RFC 9110, section 9.3.6). `Transfer-Encoding` overrides
    /// `Content-Length`, as the section says: a connection carries one response, so the difference
    /// cannot hide a second one.
    pub(super) fn new(request: RequestKind, head: &Head) -> Result<Self, InvalidResponse> {
        let has_no_body = matches!(
            head.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::SWITCHING_PROTOCOLS
        );
        if request == RequestKind::Connect && head.status.is_success() {
            return Ok(Self::Close);
        }
        if has_no_body || request == RequestKind::Head {
            return Ok(Self::Length(0));
        }
        if head.headers.contains_key(header::TRANSFER_ENCODING) {
            return is_chunked(head)
                .then(|| Self::Chunked(Chunked::default()))
                .ok_or_else(|| transfer_encoding(head));
        }
        Ok(content_length(&head.headers)?.map_or(Self::Close, Self::Length))
    }

    pub(super) fn poll_output(&mut self, read: &[u8], at: &mut usize) -> Result<Output, InvalidResponse> {
        let start = *at;
        let left = read.len() - start;
        match self {
            Self::Length(0) => return Ok(Output::End),
            Self::Chunked(chunked) => return chunked.poll_output(read, at),
            _ if left == 0 => return Ok(Output::Wait),
            Self::Length(rest) => {
                let taken = usize::try_from(*rest).map_or(left, |rest| rest.min(left));
                *rest -= taken as u64;
                *at += taken;
            }
            Self::Close => *at = read.len(),
        }
        Ok(Output::Data(start..*at))
    }
}

/// Whether the only transfer coding is `chunked`, applied once. It must not be applied twice, and
/// an HTTP/1.0 server that names it is faulty (both RFC 9112, section 6.1). The request allowed no
/// other coding with `TE`.
fn is_chunked(head: &Head) -> bool {
    let mut values = head.headers.get_all(header::TRANSFER_ENCODING).iter();
    let alone = values.next().filter(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"));
    alone.is_some() && values.next().is_none() && head.version != Version::HTTP_10
}

fn transfer_encoding(head: &Head) -> InvalidResponse {
    let values = head.headers.get_all(header::TRANSFER_ENCODING).iter().map(|value| value.as_bytes());
    InvalidResponse::transfer_encoding(&values.collect::<Vec<_>>().join(&b", "[..]))
}

/// Returns the length. It may be repeated, in one header line or in several, if all values are the
/// same (RFC 9112, section 6.3, rule 5): gateways that merge header lines produce that. Different
/// values are an error.
fn content_length(headers: &HeaderMap) -> Result<Option<u64>, InvalidResponse> {
    let mut found = None;
    for value in headers.get_all(header::CONTENT_LENGTH) {
        for length in value.as_bytes().split(|byte| *byte == b',') {
            match (digits(length.trim_ascii()), found) {
                (Some(length), None) => found = Some(length),
                (Some(length), Some(other)) if length == other => {}
                _ => return Err(InvalidResponse::content_length(value.as_bytes())),
            }
        }
    }
    Ok(found)
}

/// Parses digits only, where the parser of `u64` also accepts a sign.
fn digits(text: &[u8]) -> Option<u64> {
    let text =
        core::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}
