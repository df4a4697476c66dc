//! Writes a recording while the stream is received.

use std::io::{self, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::HIDDEN;
use super::entry::{Entry, VERSION};

/// Writes a [`Recording`](crate::Recording) line by line. Each line is written and flushed at once,
/// so that the file has everything that was received even if the program crashes.
///
/// All times are counted from the start of the recording. Header values that could be secret are
/// replaced with `[hidden]`.
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
    /// Creates a writer and writes the first line, with the URL of the stream and the start time
    /// (RFC 3339). The URL is written unchanged, so remove secrets from it first.
    ///
    /// # Errors
    ///
    /// Returns the error of writing to `to`.
    pub fn new(to: W, url: &str, time: &str) -> io::Result<Self> {
        let mut writer = Self(to);
        writer.write(&Entry::Recording { version: VERSION, url: url.into(), time: time.into() })?;
        Ok(writer)
    }

    /// Writes a request, with the last event ID that the client sent, or an empty one.
    ///
    /// # Errors
    ///
    /// Returns the error of the underlying writer.
    pub fn request(&mut self, at: Duration, last_event_id: &str) -> io::Result<()> {
        self.write(&Entry::Request { at_us: micros(at), last_event_id: last_event_id.into() })
    }

    /// Writes the head of the response.
    ///
    /// # Errors
    ///
    /// Returns the error of the underlying writer.
    pub fn response(&mut self, at: Duration, status: u16, headers: &HeaderMap) -> io::Result<()> {
        let headers = headers.iter().map(shown).collect();
        self.write(&Entry::Response { at_us: micros(at), status, headers })
    }

    /// Writes a chunk of the body.
    ///
    /// # Errors
    ///
    /// Returns the error of the underlying writer.
    pub fn bytes(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        let (text, base64) = match std::str::from_utf8(bytes) {
            Ok(text) => (Some(text.to_owned()), None),
            Err(_) => (None, Some(BASE64_STANDARD.encode(bytes))),
        };
        self.write(&Entry::Bytes { at_us: micros(at), text, base64 })
    }

    /// Writes a clean end of the body.
    ///
    /// # Errors
    ///
    /// Returns the error of the underlying writer.
    pub fn end(&mut self, at: Duration) -> io::Result<()> {
        self.write(&Entry::End { at_us: micros(at) })
    }

    /// Writes a lost connection or a failed attempt to connect.
    ///
    /// # Errors
    ///
    /// Returns the error of the underlying writer.
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
