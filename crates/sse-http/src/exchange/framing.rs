//! Where a response's body ends (RFC 9112, section 6.3).

use http::{HeaderMap, StatusCode, Version, header};

use super::chunked::Chunked;
use super::{Asked, Head, InvalidResponse, Output};

/// How the body is delimited, and what is left of it.
#[derive(Debug)]
pub(super) enum Framing {
    Length(u64),
    Chunked(Chunked),
    /// By the end of the connection.
    Close,
}

impl Framing {
    /// The rules in the order in which RFC 9112, section 6.3, has them. The connection carries one
    /// response, so a `Content-Length` beside `Transfer-Encoding` is overridden, as there, and
    /// hides no second one.
    pub(super) fn of(asked: Asked, head: &Head) -> Result<Self, InvalidResponse> {
        let has_no_body = matches!(
            head.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED | StatusCode::SWITCHING_PROTOCOLS
        );
        if has_no_body || asked == Asked::Head {
            return Ok(Self::Length(0));
        }
        if asked == Asked::Connect && head.status.is_success() {
            return Ok(Self::Close);
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

/// `chunked`, once and alone. It may not be applied twice (RFC 9112, section 6.1); another coding
/// was not asked for with `TE`; and an HTTP/1.0 server that names one does not know what it says
/// (section 6.1).
fn is_chunked(head: &Head) -> bool {
    let mut values = head.headers.get_all(header::TRANSFER_ENCODING).iter();
    let alone = values.next().filter(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"));
    alone.is_some() && values.next().is_none() && head.version != Version::HTTP_10
}

fn transfer_encoding(head: &Head) -> InvalidResponse {
    let values = head.headers.get_all(header::TRANSFER_ENCODING).iter().map(|value| value.as_bytes());
    InvalidResponse::transfer_encoding(&values.collect::<Vec<_>>().join(&b", "[..]))
}

/// A length that is repeated, in one header line or in several, counts once where all are the same
/// (RFC 9112, section 6.3, rule 5): gateways that merge header lines make such. Different ones are
/// an error.
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

/// Digits alone: `u64`'s own parser takes a sign.
fn digits(text: &[u8]) -> Option<u64> {
    let text =
        core::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}
