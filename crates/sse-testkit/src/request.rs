//! Reads requests and keeps them for inspection (RFC 9112, sections 3 to 7).

use std::io::{self, BufRead, ErrorKind, Read};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// The maximum length of a request in bytes.
const MAX_LEN: u64 = 16 << 20;

/// A request that a [`MockServer`](crate::MockServer) or a [`MockTransport`](crate::MockTransport)
/// received.
///
/// ```
/// # let mut request = sse_testkit::RecordedRequest::default();
/// # request.path = "/events?from=7".into();
/// # request.headers.insert("last-event-id", "7".parse()?);
/// assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/events?from=7"));
/// assert_eq!(request.last_event_id(), Some("7"));
/// assert_eq!(request.header("authorization"), None);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The number of the request in order of arrival, starting at 0.
    pub number: usize,
    /// The method.
    pub method: Method,
    /// The request target: the path and the query, such as `/events?from=7`.
    pub path: String,
    /// The absolute URL. A [`MockServer`](crate::MockServer) builds it from the `Host` header and
    /// the path.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, without the framing of chunks.
    pub body: Bytes,
    /// The time of arrival, counted from the creation of the server or the transport.
    pub received: Duration,
}

impl RecordedRequest {
    /// Returns the value of the first header with this name, or `None` if there is none or its
    /// value is not UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(text)
    }

    /// Returns the values of all headers with this name, in order, except those that are not UTF-8.
    #[must_use]
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(text).collect()
    }

    /// Returns the value of the `Last-Event-ID` header, from which the client resumes (WHATWG HTML
    /// 9.2.4).
    #[must_use]
    pub fn last_event_id(&self) -> Option<&str> {
        self.header("last-event-id")
    }

    /// Reads one request, for a server of your own. Its `number` and `received` are 0.
    ///
    /// # Errors
    ///
    /// Returns an error if the request is cut off, longer than 16 MiB or not HTTP/1.1.
    pub fn read(from: impl BufRead) -> io::Result<Self> {
        let mut from = from.take(MAX_LEN);
        let line = read_line(&mut from)?;
        let [method, path, b"HTTP/1.1"] = line.split(|byte| *byte == b' ').collect::<Vec<_>>()[..] else {
            return Err(invalid());
        };
        let method = Method::from_bytes(method).map_err(|_| invalid())?;
        let path = String::from_utf8_lossy(path).into_owned();
        let headers = read_headers(&mut from)?;
        let mut request = Self { method, path, headers, ..Self::default() };
        request.url = format!("http://{}{}", request.header("host").unwrap_or_default(), request.path);
        request.body = request.read_body(from)?.into();
        Ok(request)
    }

    fn read_body(&self, from: impl BufRead) -> io::Result<Vec<u8>> {
        if self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return read_chunks(from);
        }
        match self.header("content-length") {
            Some(len) => read_exactly(from, len.parse().map_err(|_| invalid())?),
            None => Ok(vec![]),
        }
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

fn read_headers(mut from: impl BufRead) -> io::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    loop {
        let line = read_line(&mut from)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or_else(invalid)?;
        let name = HeaderName::from_bytes(&line[..colon]).map_err(|_| invalid())?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).map_err(|_| invalid())?;
        headers.append(name, value);
    }
}

/// Reads a chunked body and drops its chunk extensions and trailers.
fn read_chunks(mut from: impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = String::from_utf8_lossy(&read_line(&mut from)?).into_owned();
        let size = line.split(';').next().unwrap_or_default().trim();
        let len = u64::from_str_radix(size, 16).map_err(|_| invalid())?;
        if len == 0 {
            read_headers(&mut from)?;
            return Ok(body);
        }
        body.extend(read_exactly(&mut from, len)?);
        read_line(&mut from)?;
    }
}

fn read_exactly(from: impl Read, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(len).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// Reads a line and returns it without its CRLF.
fn read_line(mut from: impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line)?;
    let len = line.strip_suffix(b"\r\n").ok_or(ErrorKind::UnexpectedEof)?.len();
    line.truncate(len);
    Ok(line)
}

fn invalid() -> io::Error {
    ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<RecordedRequest> {
        RecordedRequest::read(bytes)
    }

    #[test]
    fn headers_of_the_same_name_keep_their_order() {
        let request = read(b"GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-A:1\r\nx-b: \t2 3 \r\nX-a: 4\r\n\r\n")
            .expect("a request");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/a?b=c"));
        assert_eq!((request.headers.len(), request.header("X-B")), (4, Some("2 3")));
        assert_eq!(request.header("x-a"), Some("1"));
        assert_eq!(request.header_values("x-a"), ["1", "4"]);
        assert_eq!(request.header("x-c"), None);
    }

    #[test]
    fn a_body_with_a_content_length_is_read() {
        let request = read(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na\0bcd").expect("a request");
        assert_eq!(request.body, "a\0b");
    }

    #[test]
    fn a_chunked_body_is_read() {
        let input = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n1;x=y\r\na\r\n0\r\nt: u\r\n\r\n";
        assert_eq!(read(input).expect("a request").body, "0123456789a");
    }

    #[test]
    fn truncated_and_invalid_requests_are_rejected() {
        let bad: [&[u8]; 10] = [
            b"",
            b"GET / HTTP/1.1",
            b"GET / HTTP/1.1\r\nHost: h\r\n",
            b"GET / HTTP/1.1\r\nHost\r\n\r\n",
            b"GET /\r\n\r\n",
            b"GET / HTTP/2\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
            b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
        ];
        for input in bad {
            assert!(read(input).is_err(), "{input:?}");
        }
    }
}
