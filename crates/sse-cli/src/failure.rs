//! Failures as the user sees them.

use core::error::Error as StdError;
use std::io::{self, Write};

use sse_tokio::Error;

use crate::json;
use crate::print::{Terminal, escape};

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: &'static str,
    status: Option<u16>,
    message: String,
}

impl Failure {
    /// `context`, followed by the error and its sources.
    pub(crate) fn new(kind: &'static str, context: &str, error: &(dyn StdError + 'static)) -> Self {
        Self::plain(kind, format!("{context}: {}", chain(error)))
    }

    /// A failure that no error stands behind.
    pub(crate) fn plain(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, status: None, message: message.into() }
    }

    /// 2 for a request that was never sent: what the command line said made none.
    pub(crate) fn exit_status(&self) -> u8 {
        if self.kind == "request" { 2 } else { 1 }
    }

    /// Tells it on stderr. That nobody reads that is no failure of its own.
    pub(crate) fn report(&self, as_json: bool) {
        let line = match as_json {
            true => json::error(self.kind, self.status, &self.message),
            false if Terminal::stderr().is_some() => format!("error: {}", escape(&self.message)),
            false => format!("error: {}", self.message),
        };
        let _ = writeln!(io::stderr(), "{line}");
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = error.status().map(|status| status.as_u16());
        Self { kind: kind(&error), status, message: chain(&error) }
    }
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Request(_) => "request",
        Error::Connect(_) => "connect",
        Error::Response(_) => "response",
        Error::ResponseTimeout(_) => "response-timeout",
        Error::IdleTimeout(_) => "idle-timeout",
        Error::Stream(_) => "stream",
        Error::Eof => "eof",
        Error::Truncated => "truncated",
        Error::TooLong { .. } => "too-long",
        Error::GaveUp { .. } => "gave-up",
        Error::Rejected(_) => "rejected",
        _ => "other",
    }
}

/// The message of an error and of each of its sources. One that only repeats the message before it is left out.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut last = text.clone();
    let mut source = error.source();
    while let Some(error) = source {
        let message = error.to_string();
        if message != last {
            text = format!("{text}: {message}");
            last = message;
        }
        source = error.source();
    }
    text
}
