//! Parses the head of a response: the status line and header lines (RFC 9112, sections 4 and 5).

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use httparse::ParserConfig;

use super::InvalidResponse;

/// The maximum length of a head in bytes, including the blank line. Servers with many cookies send
/// more than 16 KiB.
pub(super) const MAX_LEN: usize = 64 * 1024;
/// The maximum number of header lines in a head.
pub(super) const MAX_LINES: usize = 256;

/// A parsed response head.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
}

/// Collects a head until its blank line arrives. It looks at each byte once, however the reads
/// divide the head.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    held: Vec<u8>,
    /// How many bytes have arrived, including empty lines before the status line.
    len: usize,
    /// How many lines with text are complete: the status line and header lines.
    lines: usize,
    line: Line,
}

/// The content of the current line so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Line {
    #[default]
    Empty,
    Cr,
    Text,
}

impl HeadReader {
    /// Returns the next head, or `None` while it is incomplete.
    pub(super) fn read(&mut self, read: &[u8], at: &mut usize) -> Result<Option<Head>, InvalidResponse> {
        let mut start = *at;
        while *at < read.len() {
            let is_blank = self.take(read[*at])?;
            *at += 1;
            if is_blank && self.lines == 0 {
                // Empty lines before a status line are skipped (RFC 9112, section 2.2).
                self.held.clear();
                start = *at;
            } else if is_blank {
                let rest = &read[start..*at];
                let held = core::mem::take(self).held;
                let head = if held.is_empty() { parse(rest) } else { parse(&[&held, rest].concat()) };
                return head.map(Some);
            }
        }
        self.held.extend_from_slice(&read[start..]);
        check_version(&self.held)?;
        Ok(None)
    }

    /// Counts a byte and returns whether it ends a blank line.
    fn take(&mut self, byte: u8) -> Result<bool, InvalidResponse> {
        let is_blank = byte == b'\n' && self.line != Line::Text;
        self.line = match (byte, self.line) {
            (b'\n', _) => Line::Empty,
            (b'\r', Line::Empty) => Line::Cr,
            _ => Line::Text,
        };
        self.len += 1;
        if byte == b'\n' && !is_blank {
            self.lines += 1;
        }
        if self.len > MAX_LEN || self.lines > 1 + MAX_LINES {
            return Err(InvalidResponse::HeadTooLarge);
        }
        Ok(is_blank)
    }
}

/// Checks the first bytes at once, since a peer that does not speak HTTP/1 may never send a blank
/// line.
fn check_version(start: &[u8]) -> Result<(), InvalidResponse> {
    const VERSION: &[u8] = b"HTTP/1.";
    let len = start.len().min(VERSION.len());
    if start[..len] == VERSION[..len] || start == b"\r" {
        Ok(())
    } else {
        Err(InvalidResponse::version(start))
    }
}

fn parse(head: &[u8]) -> Result<Head, InvalidResponse> {
    check_version(head)?;
    let head = unfold(head);
    let mut fields = [httparse::EMPTY_HEADER; MAX_LINES];
    let mut response = httparse::Response::new(&mut fields);
    match config().parse_response(&mut response, &head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(InvalidResponse::Incomplete),
        Err(httparse::Error::Version) => return Err(InvalidResponse::version(&head)),
        Err(httparse::Error::Status) => return Err(InvalidResponse::status(&head)),
        Err(_) => return Err(invalid_line(&head)),
    }
    let status = response.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or_else(|| InvalidResponse::status(&head))?;
    let version = if response.version == Some(0) { Version::HTTP_10 } else { Version::HTTP_11 };
    let mut headers = HeaderMap::with_capacity(response.headers.len());
    for field in response.headers.iter() {
        match (HeaderName::from_bytes(field.name.as_bytes()), HeaderValue::from_bytes(field.value)) {
            (Ok(name), Ok(value)) => headers.append(name, value),
            _ => return Err(InvalidResponse::line(field.name.as_bytes())),
        };
    }
    Ok(Head { status, version, headers })
}

/// Configures the parser to drop whitespace between a name and its colon (RFC 9112, section 5.1).
fn config() -> ParserConfig {
    let mut config = ParserConfig::default();
    config.allow_spaces_after_header_name_in_responses(true);
    config
}

/// Joins header lines that continue on the next line, with a space (obs-fold: RFC 9112, section
/// 5.2). Only a value may continue. Other lines that start with whitespace stay as they are, and
/// parsing them is an error, as it is after the status line (section 2.2).
fn unfold(head: &[u8]) -> Cow<'_, [u8]> {
    let is_fold = |line: &[u8]| line.first().is_some_and(is_space);
    if !head.split(|byte| *byte == b'\n').skip(2).any(is_fold) {
        return Cow::Borrowed(head);
    }
    let mut unfolded = Vec::with_capacity(head.len());
    // Whether the line has a value, and where the text of the last line starts.
    let (mut has_value, mut text) = (false, 0);
    for (number, line) in head.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let mut line = line;
        if number >= 2 && is_fold(line) && has_value {
            end_with_space(&mut unfolded, text);
            line = &line[line.iter().take_while(|byte| is_space(byte)).count()..];
        } else {
            has_value = line.contains(&b':');
        }
        text = unfolded.len();
        unfolded.extend_from_slice(line);
    }
    Cow::Owned(unfolded)
}

/// Replaces the line end and the whitespace before it with a space. The text of the line starts at
/// `text`.
fn end_with_space(lines: &mut Vec<u8>, text: usize) {
    lines.truncate(lines.len() - if lines.ends_with(b"\r\n") { 2 } else { 1 });
    while lines.len() > text && lines.last().is_some_and(is_space) {
        lines.pop();
    }
    lines.push(b' ');
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Finds the line that the parser rejected.
fn invalid_line(head: &[u8]) -> InvalidResponse {
    let is_valid = |line: &[u8]| {
        let alone = [b"HTTP/1.1 200\r\n", line, b"\r\n"].concat();
        let mut fields = [httparse::EMPTY_HEADER; 1];
        config().parse_response(&mut httparse::Response::new(&mut fields), &alone).is_ok()
    };
    let mut lines = head.split_inclusive(|byte| *byte == b'\n').skip(1);
    InvalidResponse::line(lines.find(|line| !is_valid(line)).unwrap_or_default())
}
