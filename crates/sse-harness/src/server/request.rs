//! Requests as they came in (RFC 9112, sections 3 to 7).

use std::io::{self, BufRead, ErrorKind, Read};
use std::time::Instant;

/// The most that is read of one request, in bytes.
const MAX_LEN: u64 = 16 << 20;

/// One request.
///
/// ```no_run
/// # let server = sse_harness::Server::script([sse_harness::Reply::status(204)]);
/// let request = &server.requests()[0];
/// assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/events?from=7"));
/// assert_eq!(request.header("accept"), Some("text/event-stream"));
/// assert_eq!(request.header_values("last-event-id"), ["7"]);
/// ```
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The method, as it was sent.
    pub method: String,
    /// The request target, with its query: "/events?from=7".
    pub path: String,
    /// Names in lower case, in the order in which they came, every one of several of the same name. Values without the
    /// space around them; what is not UTF-8 in them is U+FFFD.
    pub headers: Vec<(String, String)>,
    /// The body, without its framing.
    pub body: Vec<u8>,
    /// When its last byte had come.
    pub received: Instant,
}

impl RecordedRequest {
    /// The value of the first header of this name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The values of all headers of this name (in lower case), in order.
    #[must_use]
    pub fn header_values(&self, name: &str) -> Vec<&str> {
        self.values(name).collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |header| header.0 == name).map(|header| header.1.as_str())
    }

    /// Stands for a request that is not read before it is answered.
    pub(crate) fn unread() -> Self {
        let (method, path) = (String::new(), String::new());
        Self { method, path, headers: vec![], body: vec![], received: Instant::now() }
    }

    /// Reads one request; an error when it is cut off, too long or no HTTP.
    pub(crate) fn read(from: impl BufRead) -> io::Result<Self> {
        let mut from = from.take(MAX_LEN);
        let line = read_line(&mut from)?;
        let [method, path, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(invalid());
        };
        let (method, path) = (method.into(), path.into());
        let headers = read_headers(&mut from)?;
        let mut request = Self { method, path, headers, body: vec![], received: Instant::now() };
        request.body = request.read_body(from)?;
        request.received = Instant::now();
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

fn read_headers(mut from: impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(&mut from)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line.split_once(':').ok_or_else(invalid)?;
        headers.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).into()));
    }
}

/// Chunk extensions and trailers are left out.
fn read_chunks(mut from: impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(&mut from)?;
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

/// A line without its end.
fn read_line(mut from: impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line)?;
    let line = line.strip_suffix(b"\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    Ok(String::from_utf8_lossy(line).into_owned())
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
    fn keeps_the_order_and_the_duplicates_of_headers() {
        let request = read(b"GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-A:1\r\nx-b: \t2 3 \r\nX-a: 4\r\n\r\n")
            .expect("a request");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/a?b=c"));
        let expected = [("host", "h"), ("x-a", "1"), ("x-b", "2 3"), ("x-a", "4")];
        assert_eq!(request.headers, expected.map(|(name, value)| (name.into(), value.into())));
        assert_eq!(request.header("x-a"), Some("1"));
        assert_eq!(request.header_values("x-a"), ["1", "4"]);
        assert_eq!(request.header("x-c"), None);
    }

    #[test]
    fn reads_a_body_with_a_length() {
        let request = read(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na\0bcd").expect("a request");
        assert_eq!(request.body, b"a\0b");
    }

    #[test]
    fn reads_a_body_in_chunks() {
        let input = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n1;x=y\r\na\r\n0\r\nt: u\r\n\r\n";
        assert_eq!(read(input).expect("a request").body, b"0123456789a");
    }

    #[test]
    fn refuses_what_is_cut_off_or_no_http() {
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
