//! Parses the lines of a recording into its responses.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::entry::{Entry, VERSION};
use super::{RecordedEnd, RecordedResponse, Recording, RecordingError};

/// Reads all lines. A last line without a line end is ignored, since it was being written when the
/// recording stopped.
pub(super) fn read(text: &str) -> Result<Recording, RecordingError> {
    let mut reader = Reader::default();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.ends_with('\n') && !line.trim().is_empty() {
            let entry = serde_json::from_str(line).map_err(|error| error.to_string());
            let read = entry.and_then(|entry| reader.read(entry));
            read.map_err(|problem| RecordingError { line: index + 1, problem })?;
        }
    }
    if reader.is_recording {
        Ok(Recording { responses: reader.responses })
    } else {
        Err(RecordingError { line: 1, problem: NO_RECORDING.to_owned() })
    }
}

const NO_RECORDING: &str = "expected a line of the type `recording`";

#[derive(Default)]
struct Reader {
    is_recording: bool,
    responses: Vec<RecordedResponse>,
    requested_at: u64,
    responded_at: u64,
    /// Whether the last request has a response.
    is_open: bool,
}

impl Reader {
    fn read(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Recording { version: VERSION, .. } => self.is_recording = true,
            Entry::Recording { version, .. } => {
                return Err(format!("expected a recording of version {VERSION}, got version {version}"));
            }
            _ if !self.is_recording => return Err(NO_RECORDING.to_owned()),
            Entry::Request { at_us, .. } => (self.requested_at, self.is_open) = (at_us, false),
            Entry::Response { at_us, status, headers } => self.respond(at_us, status, headers)?,
            Entry::Bytes { at_us, text, base64 } => {
                let chunk = (self.since_response(at_us), bytes(text, base64)?);
                self.response()?.chunks.push(chunk);
            }
            Entry::End { at_us } => self.end(at_us, RecordedEnd::Closed),
            Entry::Failure { at_us, .. } => self.end(at_us, RecordedEnd::Dropped),
            Entry::Unknown => {}
        }
        Ok(())
    }

    fn respond(&mut self, at_us: u64, status: u16, headers: Vec<(String, String)>) -> Result<(), String> {
        if !(100..1000).contains(&status) {
            return Err(format!("{status} is not an HTTP status"));
        }
        let delay = Duration::from_micros(at_us.saturating_sub(self.requested_at));
        (self.responded_at, self.is_open) = (at_us, true);
        let headers = to_headers(headers)?;
        self.responses.push(RecordedResponse { delay, status, headers, chunks: vec![], end: None });
        Ok(())
    }

    /// Sets the end of the current response. An attempt that failed without a response is ignored.
    fn end(&mut self, at_us: u64, end: RecordedEnd) {
        let at = self.since_response(at_us);
        if let Ok(response) = self.response() {
            response.end = Some((at, end));
        }
    }

    fn response(&mut self) -> Result<&mut RecordedResponse, &'static str> {
        self.responses.last_mut().filter(|_| self.is_open).ok_or("bytes without a response")
    }

    fn since_response(&self, at_us: u64) -> Duration {
        Duration::from_micros(at_us.saturating_sub(self.responded_at))
    }
}

fn bytes(text: Option<String>, base64: Option<String>) -> Result<Bytes, String> {
    match (text, base64) {
        (Some(text), None) => Ok(text.into()),
        (None, Some(base64)) => {
            BASE64_STANDARD.decode(base64).map(Bytes::from).map_err(|error| error.to_string())
        }
        _ => Err("expected either `text` or `base64`".to_owned()),
    }
}

fn to_headers(pairs: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name: HeaderName = name.parse().map_err(|_| format!("{name:?} is not a header name"))?;
        let value = HeaderValue::try_from(value).map_err(|_| format!("the value of {name} is not valid"))?;
        headers.append(name, value);
    }
    Ok(headers)
}
