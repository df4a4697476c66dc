//! Encodes a request for the wire (RFC 9112, sections 3 and 6).

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Uri};
use sse_driver::{BodyStream, RequestBody};
use url::{Position, Url};

use crate::Error;
use crate::redirect::Hop;

/// A request as one connection sends it.
pub(crate) struct WireRequest {
    pub(crate) method: Method,
    /// The request target: a path and query, a URL (for a proxy), or an authority (for `CONNECT`).
    pub(crate) target: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
}

/// The body of a request: of known length, or in chunks.
pub(crate) enum Payload {
    Whole(Bytes),
    Chunks(BodyStream),
}

impl WireRequest {
    /// Encodes a hop in origin form, with `Host`, the length of its body, and a request for an
    /// unencoded response.
    ///
    /// It sends no `Connection` header. This side closes the connection, and some servers respond
    /// to `close` with a body without framing, whose end looks like a connection failure.
    pub(crate) fn new(hop: &Hop) -> Result<Self, Error> {
        Ok(Self {
            method: hop.method.clone(),
            target: path_and_query(&hop.url)?.into(),
            headers: headers(hop)?,
            body: Payload::from(&hop.body),
        })
    }

    /// Returns the head, including its blank line.
    pub(crate) fn encode_head(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

impl From<&RequestBody> for Payload {
    fn from(body: &RequestBody) -> Self {
        match body.as_bytes() {
            Some(bytes) => Self::Whole(bytes.clone()),
            None => Self::Chunks(body.to_stream()),
        }
    }
}

/// The path and query, without the fragment, which is never sent.
fn path_and_query(url: &Url) -> Result<PathAndQuery, Error> {
    url[Position::BeforePath..Position::AfterQuery].parse().map_err(|error| Error::Url(Box::new(error)))
}

/// The caller may replace `Host` and `Accept-Encoding`, but not the framing: with a wrong length a
/// body could pass for a second request.
fn headers(hop: &Hop) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, host(&hop.url)?);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.extend(hop.headers.clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    match hop.body.as_bytes().map(Bytes::len) {
        None => {
            headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        Some(0) if !expects_body(&hop.method) => {}
        Some(len) => {
            headers.insert(header::CONTENT_LENGTH, len.into());
        }
    }
    Ok(headers)
}

/// Whether the server expects `Content-Length: 0` if there is no body (RFC 9110, section 8.6).
fn expects_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

/// The host and port as the URL writes them: IPv6 addresses in brackets, no default port.
fn host(url: &Url) -> Result<HeaderValue, Error> {
    url[Position::BeforeHost..Position::AfterPort].parse().map_err(|error| Error::Url(Box::new(error)))
}
