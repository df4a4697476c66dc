//! The lines of a recording's file.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use sse_tokio::proto::Decoder;

use super::{Chunk, Recording, Take};
use crate::verbose::is_secret;

/// The version of the format that this program writes and reads.
const VERSION: u32 = 1;
/// What belongs to one connection, and not to what it brought.
const OF_THE_CONNECTION: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

/// A line. Times are microseconds since the recording began.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Entry {
    /// The first line.
    Recording { version: u32, url: String, time: String },
    /// The client asked.
    Request { at_us: u64, last_event_id: String },
    /// The server answered.
    Response { at_us: u64, status: u16, headers: Vec<(String, String)> },
    /// A part of the body: as text, or as base64 where it is no UTF-8 by itself.
    Bytes {
        at_us: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base64: Option<String>,
    },
    /// The server ended the body.
    End { at_us: u64 },
    /// There was no response, or the connection broke off.
    Failure { at_us: u64, error: String },
    /// Something that a later version writes.
    #[serde(other)]
    Unknown,
}

impl Entry {
    pub(crate) fn recording(url: &str) -> Self {
        let time = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
        Self::Recording { version: VERSION, url: url.to_owned(), time }
    }

    /// The head of a response, without what is secret.
    pub(crate) fn response(at_us: u64, status: StatusCode, headers: &HeaderMap) -> Self {
        let shown = |(name, value): (&HeaderName, &HeaderValue)| match is_secret(name.as_str()) {
            true => (name.to_string(), "[hidden]".to_owned()),
            false => (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()),
        };
        Self::Response { at_us, status: status.as_u16(), headers: headers.iter().map(shown).collect() }
    }

    pub(crate) fn bytes(at_us: u64, bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Bytes { at_us, text: Some(text.to_owned()), base64: None },
            Err(_) => Self::Bytes { at_us, text: None, base64: Some(BASE64_STANDARD.encode(bytes)) },
        }
    }
}

/// Reads a whole file. A last line without a line end is one that was being written when the recorder was killed.
pub(super) fn parse(file: &[u8]) -> Result<Recording, String> {
    let mut reader = Reader::default();
    for (number, line) in file.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.ends_with(b"\n") && !line.trim_ascii().is_empty() {
            let entry = serde_json::from_slice(line).map_err(|error| error.to_string());
            let read = entry.and_then(|entry| reader.read(entry));
            read.map_err(|problem| format!("line {}: {problem}", number + 1))?;
        }
    }
    let mut decoder = Decoder::default();
    reader.takes.iter_mut().try_for_each(|take| take.find_events(&mut decoder))?;
    Ok(Recording::new(reader.takes))
}

#[derive(Default)]
struct Reader {
    takes: Vec<Take>,
    requested_at: u64,
    responded_at: u64,
    is_open: bool,
}

impl Reader {
    fn read(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Recording { version: VERSION, .. } | Entry::End { .. } | Entry::Unknown => {}
            Entry::Recording { version, .. } => {
                return Err(format!("expected a recording of version {VERSION}, got version {version}"));
            }
            Entry::Request { at_us, .. } => (self.requested_at, self.is_open) = (at_us, false),
            Entry::Response { at_us, status, headers } => {
                let status = StatusCode::from_u16(status).map_err(|error| error.to_string())?;
                let delay = Duration::from_micros(at_us.saturating_sub(self.requested_at));
                (self.responded_at, self.is_open) = (at_us, true);
                self.takes.push(Take::new(status, to_headers(headers)?, delay));
            }
            Entry::Bytes { at_us, text, base64 } => {
                let bytes = match (text, base64) {
                    (Some(text), None) => text.into_bytes(),
                    (None, Some(base64)) => {
                        BASE64_STANDARD.decode(base64).map_err(|error| error.to_string())?
                    }
                    _ => return Err("expected either text or base64".to_owned()),
                };
                let at = Duration::from_micros(at_us.saturating_sub(self.responded_at));
                self.take()?.chunks.push(Chunk { at, bytes: Bytes::from(bytes) });
            }
            Entry::Failure { .. } => {
                // Otherwise there was no response to break off.
                if let Ok(take) = self.take() {
                    take.is_dropped = true;
                }
            }
        }
        Ok(())
    }

    /// The response to the last request.
    fn take(&mut self) -> Result<&mut Take, &'static str> {
        self.takes.last_mut().filter(|_| self.is_open).ok_or("bytes without a response")
    }
}

/// Those that go with a body of any length, on any connection.
fn to_headers(pairs: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        if !is_secret(&name) && !OF_THE_CONNECTION.contains(&name.to_ascii_lowercase().as_str()) {
            let name: HeaderName = name.parse().map_err(|_| format!("{name:?} is no header name"))?;
            let value =
                HeaderValue::try_from(value).map_err(|_| format!("the value of {name} is not valid"))?;
            headers.append(name, value);
        }
    }
    Ok(headers)
}
