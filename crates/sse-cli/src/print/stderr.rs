//! Writes messages to stderr, and on a terminal the status line below them.

use std::error::Error as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sse_tokio::proto::Resume;
use sse_tokio::sse_http::Error as HttpError;
use sse_tokio::{Error, State};

use super::colour::{DIM, paint};
use super::escape::escape;
use super::status::{Phase, Status};

/// The shortest time between two redraws of the status line.
const REDRAW: Duration = Duration::from_millis(100);
/// Moves the cursor to the beginning of the line and erases everything after it.
const ERASE: &str = "\r\x1b[J";

/// Writes to stderr. Clones share the status line. Errors are ignored, because there is no other
/// place to report them.
#[derive(Clone)]
pub(crate) struct Stderr {
    is_terminal: bool,
    colours: bool,
    status: Option<Arc<Mutex<Shown>>>,
}

/// The status line on the screen.
struct Shown {
    status: Status,
    is_drawn: bool,
    /// Whether the status line was removed for good.
    is_over: bool,
    drawn_at: Option<Instant>,
}

impl Stderr {
    /// Returns a writer to stderr. `with_status` adds a status line if stderr is a terminal.
    pub(crate) fn new(with_status: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let shown =
            || Shown { status: Status::new(Instant::now()), is_drawn: false, is_over: false, drawn_at: None };
        Self {
            is_terminal,
            colours: is_terminal && wants_colours(),
            status: (with_status && is_terminal && !is_dumb()).then(|| Arc::new(Mutex::new(shown()))),
        }
    }

    /// Returns whether there is a status line.
    pub(crate) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    /// Prints a state. Without a terminal, prints only problems.
    pub(crate) fn state(&self, state: &State) {
        self.update(|status| status.phase(Phase::of(state)));
        match state {
            State::Connecting { resume: Resume::Unsendable(_), .. } => {
                let problem = "the last event ID has a control character or is longer than 4 KiB";
                self.note(&format!("-- {problem}; it is not sent, and the server may repeat or skip events"));
            }
            State::Disconnected { cause, error, retry_in, .. } => {
                let reason = error.as_deref().map_or_else(|| cause.to_string(), short_report);
                self.note(&format!("-- {reason}; reconnecting in {:.1} s", retry_in.as_secs_f64()));
            }
            _ if !self.is_terminal => {}
            State::Open { response, .. } => self.note(&format!("-- open: {}", response.status())),
            // The command prints the error that ends it.
            State::Closed { reason, error: None, .. } => self.note(&format!("-- closed: {reason}")),
            _ => {}
        }
    }

    /// Prints a message that is not an error, dimmed and escaped.
    pub(crate) fn note(&self, text: &str) {
        let text = escape(text);
        self.line(&if self.colours { paint(DIM, &text) } else { text.into_owned() });
    }

    /// Prints a message, escaped.
    pub(crate) fn say(&self, text: &str) {
        self.line(&escape(text));
    }

    /// Prints a line that is already escaped.
    fn line(&self, text: &str) {
        self.erase();
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Changes the status, if there is a status line.
    pub(crate) fn update(&self, update: impl FnOnce(&mut Status)) {
        if let Some(mut shown) = self.shown() {
            update(&mut shown.status);
        }
    }

    /// Removes the status line, so that other output can be written in its place.
    pub(crate) fn erase(&self) {
        if let Some(mut shown) = self.shown() {
            if std::mem::take(&mut shown.is_drawn) {
                let _ = write!(io::stderr(), "{ERASE}");
            }
        }
    }

    /// Removes the status line for good.
    pub(crate) fn end_status(&self) {
        if let Some(mut shown) = self.shown() {
            shown.is_over = true;
        }
        self.erase();
    }

    /// Draws the status line, unless it was drawn less than [`REDRAW`] ago.
    pub(crate) fn draw(&self) {
        let Some(mut shown) = self.shown() else { return };
        let now = Instant::now();
        if shown.is_over || shown.drawn_at.is_some_and(|at| now.duration_since(at) < REDRAW) {
            return;
        }
        (shown.is_drawn, shown.drawn_at) = (true, Some(now));
        // Some terminals start another line when the last column is used.
        let line = shown.status.line(now, columns().saturating_sub(1));
        let line = if self.colours { paint(DIM, &line) } else { line };
        // The cursor goes back to the beginning. If the terminal then becomes narrower and wraps
        // the line, all of it is still after the cursor and can be erased.
        let _ = write!(io::stderr(), "{ERASE}{line}\r");
    }

    fn shown(&self) -> Option<MutexGuard<'_, Shown>> {
        self.status.as_ref().map(|shown| shown.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Describes the error of a connection without the text that all errors of its kind share.
fn short_report(error: &Error) -> String {
    let cause = error.source().filter(|_| matches!(error, Error::Connect(_) | Error::Stream(_)));
    let Some(mut cause) = cause else { return error.report() };
    if let (Some(HttpError::Body(_)), Some(source)) = (cause.downcast_ref(), cause.source()) {
        cause = source;
    }
    let mut report = cause.to_string();
    while let Some(source) = cause.source() {
        report.push_str(&format!(": {source}"));
        cause = source;
    }
    report
}

/// Returns the current width of the terminal.
fn columns() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

/// Returns whether the environment allows colours (<https://no-color.org>).
pub(crate) fn wants_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && !is_dumb()
}

/// Returns whether the terminal does not support escape sequences.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
