//! Lines for people on stderr, and below them, on a terminal, the status line.

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

/// How often the status line is drawn at most.
const REDRAW: Duration = Duration::from_millis(100);
/// To the beginning of the line; everything from there on is erased.
const ERASE: &str = "\r\x1b[J";

/// Clones write to the same place. That stderr cannot be written to is never an error: there is
/// nobody left to tell.
#[derive(Clone)]
pub(crate) struct Stderr {
    is_terminal: bool,
    colours: bool,
    status: Option<Arc<Mutex<Shown>>>,
}

/// A status line.
struct Shown {
    status: Status,
    is_drawn: bool,
    /// It is not drawn any more.
    is_over: bool,
    drawn_at: Option<Instant>,
}

impl Stderr {
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

    pub(crate) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    /// Tells of a state: of all on a terminal, else of what went wrong on the way.
    pub(crate) fn state(&self, state: &State) {
        self.update(|status| status.phase(Phase::of(state)));
        match state {
            State::Connecting { resume: Resume::Unsendable(_), .. } => {
                let what = "the last event ID cannot be sent: it has a control character or is over 4 KiB";
                self.note(&format!("-- {what}; the server will not know where to go on"));
            }
            State::Disconnected { cause, error, retry_in, .. } => {
                let why = error.as_deref().map_or_else(|| cause.to_string(), reason);
                self.note(&format!("-- {why}; reconnecting in {:.1} s", retry_in.as_secs_f64()));
            }
            _ if !self.is_terminal => {}
            State::Open { response, .. } => self.note(&format!("-- open: {}", response.status())),
            // The command prints the error that ends it.
            State::Closed { reason, error: None, .. } => self.note(&format!("-- closed: {reason}")),
            _ => {}
        }
    }

    /// Says something that is no error.
    pub(crate) fn note(&self, text: &str) {
        let text = escape(text);
        self.line(&if self.colours { paint(DIM, &text) } else { text.into_owned() });
    }

    /// Says something as it is, escaped.
    pub(crate) fn say(&self, text: &str) {
        self.line(&escape(text));
    }

    /// Writes a line that has no need to be escaped.
    fn line(&self, text: &str) {
        self.erase();
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Changes what the status line says.
    pub(crate) fn update(&self, update: impl FnOnce(&mut Status)) {
        if let Some(mut shown) = self.shown() {
            update(&mut shown.status);
        }
    }

    /// Removes the status line, for others to write.
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

    /// Draws the status line, unless that was done a moment ago.
    pub(crate) fn draw(&self) {
        let Some(mut shown) = self.shown() else { return };
        let now = Instant::now();
        if shown.is_over || shown.drawn_at.is_some_and(|at| now.duration_since(at) < REDRAW) {
            return;
        }
        (shown.is_drawn, shown.drawn_at) = (true, Some(now));
        // One column stays free, or some terminals would begin another line.
        let line = shown.status.line(now, columns().saturating_sub(1));
        let line = if self.colours { paint(DIM, &line) } else { line };
        // The cursor goes back to the beginning: when the terminal becomes narrower and breaks the
        // line in two, all of it is still behind the cursor.
        let _ = write!(io::stderr(), "{ERASE}{line}\r");
    }

    fn shown(&self) -> Option<MutexGuard<'_, Shown>> {
        self.status.as_ref().map(|shown| shown.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What happened to a connection, as short as it can be said: without what all errors of its kind
/// have in common.
fn reason(error: &Error) -> String {
    let cause = error.source().filter(|_| matches!(error, Error::Connect(_) | Error::Stream(_)));
    let Some(mut cause) = cause else { return error.report() };
    if let (Some(HttpError::Body(_)), Some(source)) = (cause.downcast_ref(), cause.source()) {
        cause = source;
    }
    let mut reason = cause.to_string();
    while let Some(source) = cause.source() {
        reason.push_str(&format!(": {source}"));
        cause = source;
    }
    reason
}

/// How wide the terminal is now.
fn columns() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

/// Whether the environment has nothing against colours (<https://no-color.org>).
pub(crate) fn wants_colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && !is_dumb()
}

/// Whether the terminal knows no escape sequences.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
