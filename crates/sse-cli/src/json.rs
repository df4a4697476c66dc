//! The JSON lines: their names, their keys and the order of these are what scripts rely on.

use core::time::Duration;

use serde::Serialize;
use sse_tokio::proto::{Cause, CloseReason};
use sse_tokio::{Frame, State};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
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
        cause: &'static str,
        retry_in_ms: u64,
    },
    Closed {
        reason: &'static str,
    },
    Error {
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        message: &'a str,
    },
}

/// `None` for a frame of a kind that is younger than this command.
pub(crate) fn frame(frame: &Frame) -> Option<String> {
    Some(match frame {
        Frame::Event(event) => {
            write(&Line::Event { event: &event.event_type, data: &event.data, id: &event.last_event_id })
        }
        Frame::Comment(text) => write(&Line::Comment { text }),
        Frame::Retry(time) => write(&Line::Retry { ms: milliseconds(*time) }),
        Frame::Discarded { len } => write(&Line::Discarded { bytes: *len }),
        _ => return None,
    })
}

/// `None` for a state that has no line.
pub(crate) fn state(state: &State) -> Option<String> {
    Some(match state {
        State::Open { response } => write(&Line::Open { status: response.status().as_u16() }),
        State::Disconnected { cause, retry_in, .. } => {
            write(&Line::Disconnected { cause: cause_name(cause), retry_in_ms: milliseconds(*retry_in) })
        }
        State::Closed { reason } => write(&Line::Closed { reason: reason_name(reason) }),
        _ => return None,
    })
}

pub(crate) fn error(kind: &'static str, status: Option<u16>, message: &str) -> String {
    write(&Line::Error { kind, status, message })
}

fn write(line: &Line<'_>) -> String {
    serde_json::to_string(line).expect("strings and numbers under fixed keys can always be written")
}

fn milliseconds(time: Duration) -> u64 {
    time.as_millis().try_into().unwrap_or(u64::MAX)
}

fn cause_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::Eof => "eof",
        Cause::Transport => "transport",
        Cause::ResponseTimeout => "response-timeout",
        Cause::IdleTimeout => "idle-timeout",
        Cause::Status(_) => "status",
        Cause::Restart => "restart",
        _ => "other",
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
        CloseReason::TooLong { .. } => "too-long",
        CloseReason::Failed(_) => "failed",
        CloseReason::GaveUp { .. } => "gave-up",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sse_tokio::Event;

    #[test]
    fn frames() {
        let event = Event { event_type: "add".into(), data: "a\n\"b\"\u{1b}".into(), last_event_id: "7".into() };
        for (given, expected) in [
            (
                Frame::Event(event),
                r#"{"type":"event","event":"add","data":"a\n\"b\"\u001b","id":"7"}"#,
            ),
            (Frame::Comment("hi".into()), r#"{"type":"comment","text":"hi"}"#),
            (Frame::Retry(Duration::from_millis(500)), r#"{"type":"retry","ms":500}"#),
            (Frame::Discarded { len: 20_000_000 }, r#"{"type":"discarded","bytes":20000000}"#),
        ] {
            assert_eq!(frame(&given).as_deref(), Some(expected));
        }
    }

    #[test]
    fn errors() {
        let with = error("response", Some(404), "no");
        assert_eq!(with, r#"{"type":"error","kind":"response","status":404,"message":"no"}"#);
        assert_eq!(error("eof", None, "no"), r#"{"type":"error","kind":"eof","message":"no"}"#);
    }
}
