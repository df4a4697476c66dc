//! What a followed stream looks like.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use serde::Serialize;
use sse_tokio::proto::{Cause, CloseReason};
use sse_tokio::{Error, Frame, State};

use crate::args::Format;

/// A line of `--output json`.
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
        cause: &'a str,
        retry_in_ms: u64,
    },
    Closed {
        reason: &'a str,
    },
    Error {
        kind: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        message: String,
    },
}

/// Prints to stdout, each line at once; errors, and what is for people at a terminal, to stderr.
#[derive(Clone, Copy)]
pub(crate) struct Printer {
    format: Format,
    terminal: bool,
    colours: bool,
    /// Whether somebody is there to read a status line.
    status: bool,
}

impl Printer {
    pub(crate) fn new(format: Format) -> Self {
        let terminal = io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            format,
            terminal,
            colours: terminal && !no_color,
            status: io::stderr().is_terminal() && format != Format::Json,
        }
    }

    pub(crate) fn frame(&self, frame: &Frame) -> io::Result<()> {
        match self.format {
            Format::Json => json(&mut io::stdout().lock(), &line(frame)),
            Format::Text => self.text(frame),
            Format::Data => match frame {
                Frame::Event(event) => self.line(&self.shown(&event.data)),
                _ => Ok(()),
            },
        }
    }

    /// States are lines of JSON among the others, or words on a terminal.
    pub(crate) fn state(&self, state: &State) -> io::Result<()> {
        if self.format == Format::Json {
            return match state_line(state) {
                Some(line) => json(&mut io::stdout().lock(), &line),
                None => Ok(()),
            };
        }
        if self.status {
            match state {
                State::Open { response, .. } => eprintln!("open: {}", response.status()),
                State::Disconnected { cause, retry_in, .. } => eprintln!("{cause}; again in {retry_in:.1?}"),
                State::Closed { reason, .. } => eprintln!("closed: {reason}"),
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn error(&self, error: &Error) {
        self.failure(kind(error), error.status().map(|status| status.as_u16()), error.report());
    }

    /// Says on stderr what went wrong.
    pub(crate) fn failure(&self, kind: &str, status: Option<u16>, message: String) {
        if self.format == Format::Json {
            // There is nobody left to tell that stderr cannot be written to.
            let _ = json(&mut io::stderr().lock(), &Line::Error { kind, status, message });
        } else {
            eprintln!("error: {message}");
        }
    }

    fn text(&self, frame: &Frame) -> io::Result<()> {
        match frame {
            Frame::Event(event) => {
                let id = match &*event.last_event_id {
                    "" => String::new(),
                    id => format!("#{id} "),
                };
                let head = self.dim(&self.shown(&format!("{id}{}:", event.event_type)));
                self.line(&format!("{head} {}", self.shown(&event.data)))
            }
            Frame::Comment(text) => self.line(&self.dim(&self.shown(&format!("({text})")))),
            Frame::Retry(time) => self.line(&self.dim(&format!("(reconnection time {time:?})"))),
            Frame::Discarded { len } => self.line(&self.dim(&format!("(an event of {len} bytes discarded)"))),
            _ => Ok(()),
        }
    }

    fn line(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{text}")?;
        stdout.flush()
    }

    fn dim(&self, text: &str) -> String {
        if self.colours { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A stream must not be able to steer a terminal.
    fn shown(&self, text: &str) -> String {
        let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if !self.terminal || !text.contains(steers) {
            return text.to_owned();
        }
        text.chars().map(|c| if steers(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
    }
}

fn json(out: &mut impl Write, line: &Line<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn line(frame: &Frame) -> Line<'_> {
    match frame {
        Frame::Event(event) => {
            Line::Event { event: &event.event_type, data: &event.data, id: &event.last_event_id }
        }
        Frame::Retry(time) => Line::Retry { ms: millis(*time) },
        Frame::Discarded { len } => Line::Discarded { bytes: *len },
        Frame::Comment(text) => Line::Comment { text },
        _ => Line::Comment { text: "" },
    }
}

fn state_line(state: &State) -> Option<Line<'static>> {
    match state {
        State::Open { response, .. } => Some(Line::Open { status: response.status().as_u16() }),
        State::Disconnected { cause, retry_in, .. } => {
            Some(Line::Disconnected { cause: cause_name(*cause), retry_in_ms: millis(*retry_in) })
        }
        State::Closed { reason, .. } => Some(Line::Closed { reason: reason_name(reason) }),
        _ => None,
    }
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

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Request(_) => "request",
        Error::Connect(_) => "connect",
        Error::Response(_) => "response",
        Error::ResponseTimeout(_) => "response-timeout",
        Error::IdleTimeout(_) => "idle-timeout",
        Error::Eof => "eof",
        Error::Truncated => "truncated",
        Error::TooLong { .. } => "too-long",
        Error::GaveUp { .. } => "gave-up",
        Error::Rejected(_) => "rejected",
        Error::BeforeEach(_) => "before-each",
        Error::BearerAuth(_) => "bearer-auth",
        Error::ContentEncoding(_) => "content-encoding",
        _ => "stream",
    }
}
