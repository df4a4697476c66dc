//! A recording that is written while the stream goes on.

use std::io::{self, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::HIDDEN;
use super::entry::{Entry, VERSION};

/// Writes a [`Recording`](crate::Recording) line by line, so that what was received is in the file
/// even if the program does not end well. Each line is written at once and flushed.
///
/// All times are since the recording began. The values of headers that could be secret are hidden.
///
/// ```
/// use std::time::Duration;
/// use sse_testkit::{Recording, RecordingWriter};
///
/// let mut file = Vec::new();
/// let mut writer = RecordingWriter::new(&mut file, "http://localhost/events", "2026-01-01T00:00:00Z")?;
/// writer.request(Duration::ZERO, "")?;
/// writer.response(Duration::from_millis(20), 200, &http::HeaderMap::new())?;
/// writer.bytes(Duration::from_millis(30), b"data: one\n\n")?;
/// writer.end(Duration::from_secs(3))?;
///
/// let recording: Recording = String::from_utf8(file)?.parse()?;
/// assert_eq!(recording.responses()[0].chunks[0].1, "data: one\n\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RecordingWriter<W>(W);

impl<W: Write> RecordingWriter<W> {
    /// Writes the first line: what is recorded, and since when (RFC 3339). The URL is written as it
    /// is, so leave out of it what is secret.
    ///
    /// # Errors
    ///
    /// The error of `to`. So it is with all methods.
    pub fn new(to: W, url: &str, time: &str) -> io::Result<Self> {
        let mut writer = Self(to);
        writer.write(&Entry::Recording { version: VERSION, url: url.into(), time: time.into() })?;
        Ok(writer)
    }

    /// Writes that the client asked, with the last event ID that it sent, or an empty one.
    ///
    /// # Errors
    ///
    /// The error of the writer.
    pub fn request(&mut self, at: Duration, last_event_id: &str) -> io::Result<()> {
        self.write(&Entry::Request { at_us: micros(at), last_event_id: last_event_id.into() })
    }

    /// Writes the head of the response.
    ///
    /// # Errors
    ///
    /// The error of the writer.
    pub fn response(&mut self, at: Duration, status: u16, headers: &HeaderMap) -> io::Result<()> {
        let headers = headers.iter().map(shown).collect();
        self.write(&Entry::Response { at_us: micros(at), status, headers })
    }

    /// Writes a chunk of the body.
    ///
    /// # Errors
    ///
    /// The error of the writer.
    pub fn bytes(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        let (text, base64) = match std::str::from_utf8(bytes) {
            Ok(text) => (Some(text.to_owned()), None),
            Err(_) => (None, Some(BASE64_STANDARD.encode(bytes))),
        };
        self.write(&Entry::Bytes { at_us: micros(at), text, base64 })
    }

    /// Writes that the body ended cleanly.
    ///
    /// # Errors
    ///
    /// The error of the writer.
    pub fn end(&mut self, at: Duration) -> io::Result<()> {
        self.write(&Entry::End { at_us: micros(at) })
    }

    /// Writes that the connection was lost, or that there was none.
    ///
    /// # Errors
    ///
    /// The error of the writer.
    pub fn failure(&mut self, at: Duration, error: &str) -> io::Result<()> {
        self.write(&Entry::Failure { at_us: micros(at), error: error.into() })
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.0.write_all(&line)?;
        self.0.flush()
    }
}

fn micros(at: Duration) -> u64 {
    u64::try_from(at.as_micros()).unwrap_or(u64::MAX)
}

fn shown((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    let value = match is_secret(name) || value.is_sensitive() {
        true => HIDDEN.to_owned(),
        false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    (name.to_string(), value)
}

fn is_secret(name: &HeaderName) -> bool {
    const PARTS: [&str; 9] =
        ["auth", "cookie", "credential", "key", "passw", "secret", "session", "signature", "token"];
    PARTS.iter().any(|part| name.as_str().contains(part))
}
