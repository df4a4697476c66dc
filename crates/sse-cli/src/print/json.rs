//! Formats the lines of `--output json`.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use sse_tokio::proto::{Cause, CloseReason};
use sse_tokio::{Error, Frame, State};

use super::escape::needs_escape;

/// A line of `--output json`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Line<'a> {
    Event {
        event: &'a str,
        data: &'a str,
        id: &'a str,
    },
    Comment {
        text: &'a str,
    },
    Retry {
        ms: u64,
    },
    Discarded {
        bytes: u64,
    },
    Open {
        status: u16,
    },
    Disconnected {
        cause: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        retry_in_ms: u64,
    },
    Closed {
        reason: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    Error {
        kind: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        message: String,
        #[serde(skip_serializing_if = "str::is_empty")]
        body: &'a str,
    },
}

/// A line with its time.
#[derive(Serialize)]
struct Stamped<'a> {
    #[serde(flatten)]
    line: &'a Line<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

impl Line<'_> {
    /// Writes the line, its time and a line end.
    pub(crate) fn write(&self, out: &mut Vec<u8>, time: Option<Timestamp>) -> io::Result<()> {
        let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Escaping(CompactFormatter));
        match time {
            None => self.serialize(&mut serializer)?,
            Some(time) => {
                let time = Some(format!("{time:.3}"));
                Stamped { line: self, time }.serialize(&mut serializer)?;
            }
        }
        out.push(b'\n');
        Ok(())
    }
}

/// A formatter that escapes all control characters, so that a terminal can show each line. JSON
/// itself requires this for C0 only.
struct Escaping(CompactFormatter);

impl Formatter for Escaping {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        mut fragment: &str,
    ) -> io::Result<()> {
        while let Some(at) = fragment.find(needs_escape) {
            let (before, from) = fragment.split_at(at);
            self.0.write_string_fragment(writer, before)?;
            let mut rest = from.chars();
            // These characters are all in the Basic Multilingual Plane, so one escape is enough.
            rest.next().map_or(Ok(()), |c| write!(writer, "\\u{:04x}", u32::from(c)))?;
            fragment = rest.as_str();
        }
        self.0.write_string_fragment(writer, fragment)
    }
}

/// Returns the line for a frame.
pub(crate) fn frame_line(frame: &Frame) -> Option<Line<'_>> {
    Some(match frame {
        Frame::Event(event) => {
            Line::Event { event: &event.event_type, data: &event.data, id: &event.last_event_id }
        }
        Frame::Retry(time) => Line::Retry { ms: millis(*time) },
        Frame::Discarded { len } => Line::Discarded { bytes: *len },
        Frame::Comment(text) => Line::Comment { text },
        _ => return None,
    })
}

/// Returns the line for a state, if it has one.
pub(crate) fn state_line(state: &State) -> Option<Line<'static>> {
    Some(match state {
        State::Open { response, .. } => Line::Open { status: response.status().as_u16() },
        State::Disconnected { cause, error, retry_in, .. } => Line::Disconnected {
            cause: cause_name(*cause),
            status: error.as_deref().and_then(status),
            retry_in_ms: millis(*retry_in),
        },
        State::Closed { reason, error, .. } => {
            Line::Closed { reason: reason_name(reason), status: error.as_deref().and_then(status) }
        }
        _ => return None,
    })
}

/// Returns the status of the response that caused an error.
pub(crate) fn status(error: &Error) -> Option<u16> {
    error.status().map(|status| status.as_u16())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Eof => "eof",
        Cause::ResponseTimeout => "response-timeout",
        Cause::IdleTimeout => "idle-timeout",
        Cause::Status(_) => "status",
        Cause::ContentType => "content-type",
        Cause::NotAccepted => "not-accepted",
        Cause::HookFailed => "hook-failed",
        Cause::Futile => "futile",
        Cause::Reconnect => "reconnect",
        _ => "transport",
    }
}

fn reason_name(reason: &CloseReason) -> &'static str {
    match reason {
        CloseReason::NoContent => "no-content",
        CloseReason::EndOfStream => "end-of-stream",
        CloseReason::Finished => "finished",
        CloseReason::Requested => "closed",
        CloseReason::Status(_) => "status",
        CloseReason::ContentType(_) => "content-type",
        CloseReason::NotAccepted => "not-accepted",
        CloseReason::TooLong { .. } => "too-long",
        CloseReason::GaveUp { .. } => "gave-up",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_is_parsed_back_to_the_same_text() {
        let data: String = ('\0'..='\u{ff}').chain('\u{2020}'..='\u{2070}').chain(['👩']).collect();
        let mut line = Vec::new();
        Line::Comment { text: &data }.write(&mut line, None).expect("a vector takes everything");
        let line = String::from_utf8(line).expect("text");
        assert!(!line.trim_end().contains(|c| needs_escape(c) || matches!(c, '\t' | '\n')), "{line}");
        let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(value["text"], data);
    }

    #[test]
    fn a_line_can_have_a_time() {
        let mut line = Vec::new();
        let time = Timestamp::from_millisecond(1_700_000_000_007).expect("a time");
        Line::Retry { ms: 1 }.write(&mut line, Some(time)).expect("a vector takes everything");
        assert_eq!(line, b"{\"type\":\"retry\",\"ms\":1,\"time\":\"2023-11-14T22:13:20.007Z\"}\n");
    }
}
