//! Failures: their text, their JSON and their exit status.

use std::error::Error as StdError;
use std::io::ErrorKind::UnexpectedEof;
use std::process::ExitCode;

use sse_tokio::sse_http::{Error as HttpError, TlsError};
use sse_tokio::{Error, FailedResponse};

use super::json::{Line, status};
use super::stderr::Stderr;
use crate::args::Format;

/// The largest part of the body of a refused response that is shown, in characters.
const SHOWN_OF_BODY: usize = 1000;

/// The reason for a run that does not end normally.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: &'static str,
    status: Option<u16>,
    message: String,
    body: String,
    hint: Option<&'static str>,
    exit: u8,
}

impl Failure {
    /// Returns a failure with exit status 1.
    pub(crate) fn new(kind: &'static str, message: String) -> Self {
        Self { kind, status: None, message, body: String::new(), hint: None, exit: 1 }
    }

    /// Returns a failure for wrong usage, with exit status 2.
    pub(crate) fn usage(message: String) -> Self {
        Self { exit: 2, ..Self::new("usage", message) }
    }

    /// Returns the exit status.
    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }

    /// Prints the failure on stderr.
    pub(crate) fn print(&self, stderr: &Stderr, format: Format) {
        stderr.erase();
        if format == Format::Json {
            let line = Line::Error {
                kind: self.kind,
                status: self.status,
                message: self.message.clone(),
                body: &self.body,
            };
            let mut text = Vec::new();
            if line.write(&mut text, None).is_ok() {
                stderr.say(String::from_utf8_lossy(&text).trim_end());
            }
            return;
        }
        stderr.say(&format!("error: {}", self.message));
        self.body.lines().for_each(|line| stderr.say(&format!("  {line}")));
        if let Some(hint) = self.hint {
            stderr.say(&format!("hint: {hint}"));
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            kind: kind(&error),
            status: status(&error),
            message: error.report(),
            body: error.response().map(beginning).unwrap_or_default(),
            hint: hint(&error),
            exit: exit_status(&error),
        }
    }
}

/// Returns the exit status for the error of a session.
fn exit_status(error: &Error) -> u8 {
    match error {
        Error::Request(_) => 2,
        Error::GaveUp { .. } | Error::Truncated => 3,
        error if error.is_timeout() => 4,
        _ => 1,
    }
}

/// Returns the beginning of the body of a refused response.
fn beginning(response: &FailedResponse) -> String {
    let body = String::from_utf8_lossy(response.body());
    let body = body.trim();
    let mut shown: String = body.chars().take(SHOWN_OF_BODY).collect();
    if shown.len() < body.len() || (response.is_body_cut() && !shown.is_empty()) {
        shown.push_str(" ..");
    }
    shown
}

/// Returns a hint for errors with a common cause.
fn hint(error: &Error) -> Option<&'static str> {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        match error.downcast_ref() {
            Some(HttpError::Tls { source: TlsError::NotTls(_), .. }) => {
                return Some("the server does not speak TLS on this port: try http:// instead of https://");
            }
            Some(HttpError::Tls { source: TlsError::Io(error), .. }) if error.kind() == UnexpectedEof => {
                return Some("the server ended the TLS handshake: if it does not speak TLS, try http://");
            }
            Some(HttpError::Tls { source: TlsError::Handshake(_), .. }) => {
                return Some("use --cacert FILE to trust another certificate, or -k to accept any");
            }
            _ => source = error.source(),
        }
    }
    let body = error.response().map(FailedResponse::body)?;
    // The answers of nginx, Apache and Go to plain HTTP on a TLS port.
    let expects_tls = [
        "plain HTTP request was sent to HTTPS port",
        "HTTP request to an HTTPS server",
        "speaking plain HTTP to an SSL",
    ];
    let body = String::from_utf8_lossy(body);
    expects_tls
        .iter()
        .any(|answer| body.contains(answer))
        .then_some("the server expects TLS on this port: try https:// instead of http://")
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

#[cfg(test)]
mod tests {
    use super::*;

    use std::time::Duration;

    #[test]
    fn each_failure_has_its_exit_status() {
        let second = Duration::from_secs(1);
        for (error, status) in [
            (Error::Eof, 1),
            (Error::TooLong { limit: 1 }, 1),
            (Error::Truncated, 3),
            (Error::GaveUp { attempts: 1, last: Box::new(Error::Eof) }, 3),
            (Error::GaveUp { attempts: 1, last: Box::new(Error::IdleTimeout(second)) }, 3),
            (Error::IdleTimeout(second), 4),
            (Error::ResponseTimeout(second), 4),
        ] {
            assert_eq!(exit_status(&error), status, "{error}");
        }
    }
}
