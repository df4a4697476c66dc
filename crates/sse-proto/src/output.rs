//! Types exchanged by [`EventSource`](crate::EventSource) and its driver.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::{FrameRef, Instant};

/// What the event source asks of its driver, or tells it.
///
/// This enum is exhaustive on purpose: a driver has to deal with each of them.
///
/// ```
/// use sse_proto::{Config, EventSource, Instant, Output};
///
/// let mut source = EventSource::new(Config::default(), Instant::ZERO);
/// let Output::Connect(attempt) = source.poll_output() else { panic!("the first thing it asks for") };
/// assert_eq!(attempt.number, 1);
/// assert!(matches!(source.poll_output(), Output::Wait(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Send the request, with the headers of the attempt.
    Connect(Attempt),
    /// The response is that of an event stream. It comes before any frame.
    Opened,
    /// The stream said this. The text is lent until the next call.
    Frame(FrameRef<'a>),
    /// Drop the connection, or what is left of it. There will be another attempt at `retry_at`.
    Disconnected {
        /// Why.
        cause: Cause,
        /// When the next attempt is due.
        retry_at: Instant,
    },
    /// There is nothing to do before the next input, or before this time: then call
    /// [`handle_timeout`](crate::EventSource::handle_timeout).
    Wait(Option<Instant>),
    /// Drop the connection. It is over: from now on there is no other output.
    Closed(CloseReason),
}

/// One attempt to connect.
///
/// ```
/// use sse_proto::{Config, EventSource, Instant, Output, Resume};
///
/// let config = Config::default().last_event_id("41");
/// let mut source = EventSource::new(config, Instant::ZERO);
/// let Output::Connect(attempt) = source.poll_output() else { panic!("the first thing it asks for") };
/// assert_eq!(attempt.resume, Resume::From("41".into()));
/// assert!(attempt.headers().any(|header| header == ("Last-Event-ID", b"41")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Counts the attempts of this event source, from 1.
    pub number: u64,
    /// How many failed in a row before this one; 0 for the first.
    pub failures: u32,
    /// Where in the stream it goes on.
    pub resume: Resume,
}

impl Attempt {
    /// The headers to send: `Accept` and `Cache-Control`, which an application may have chosen otherwise, and
    /// `Last-Event-ID` where there is one that can be sent, in place of any of that name. The values are UTF-8 (WHATWG
    /// HTML 9.2.2 and 9.2.3).
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let id = match &self.resume {
            Resume::From(id) => Some(("Last-Event-ID", id.as_bytes().as_ref())),
            Resume::Fresh | Resume::Unsendable(_) => None,
        };
        [("Accept", &b"text/event-stream"[..]), ("Cache-Control", b"no-cache")].into_iter().chain(id)
    }

    /// The last event ID, whether it can be sent or not; empty when there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        match &self.resume {
            Resume::Fresh => "",
            Resume::From(id) | Resume::Unsendable(id) => id,
        }
    }
}

/// Where in the stream an attempt goes on.
///
/// ```
/// use sse_proto::Resume;
///
/// assert_eq!(Resume::new("".into()), Resume::Fresh);
/// assert_eq!(Resume::new("7".into()), Resume::From("7".into()));
/// assert_eq!(Resume::new("a\u{1}b".into()), Resume::Unsendable("a\u{1}b".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resume {
    /// At the beginning, or where the server pleases: there is no last event ID.
    Fresh,
    /// After the event with this ID.
    From(String),
    /// There is a last event ID that cannot be a header value: it has control characters, begins or ends with a space,
    /// or is longer than 4 KiB. The header is left out; the server will not know where to go on.
    Unsendable(String),
}

impl Resume {
    /// What can be done with this last event ID.
    #[must_use]
    pub fn new(last_event_id: String) -> Self {
        const LONGEST: usize = 4 * 1024;
        let id = last_event_id.as_bytes();
        let spaced = id.first() == Some(&b' ') || id.last() == Some(&b' ');
        if id.is_empty() {
            Self::Fresh
        } else if spaced || id.len() > LONGEST || id.iter().any(u8::is_ascii_control) {
            Self::Unsendable(last_event_id)
        } else {
            Self::From(last_event_id)
        }
    }
}

/// What the driver knows of a response.
///
/// ```
/// use sse_proto::ResponseHead;
///
/// let head = ResponseHead { status: 200, content_type: Some(b"text/event-stream"), retry_after: None };
/// # let _ = head;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    /// The status code.
    pub status: u16,
    /// The value of `Content-Type`; several are joined with commas.
    pub content_type: Option<&'a [u8]>,
    /// `Retry-After`, as the time from now; a date that has passed is zero, anything that is neither seconds nor a date
    /// is `None`.
    pub retry_after: Option<Duration>,
}

/// How a connection ended, or an attempt to make one.
///
/// ```
/// use sse_proto::{Cause, Disconnect};
///
/// assert_eq!(Cause::from(Disconnect::Eof), Cause::Eof);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// The body came to its end.
    Eof,
    /// Anything else: the request could not be sent, or the body broke off.
    Transport,
}

/// Why a connection, or an attempt to make one, is given up.
///
/// ```
/// assert_eq!(sse_proto::Cause::Status(503).to_string(), "the response had status 503");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The server ended the stream.
    Eof,
    /// The transport failed.
    Transport,
    /// No response came within [`Config::response_timeout`](crate::Config::response_timeout).
    ResponseTimeout,
    /// No byte came for [`Config::idle_timeout`](crate::Config::idle_timeout).
    IdleTimeout,
    /// A status that says to come back later.
    Status(u16),
    /// The application asked for a new connection.
    Reconnect,
}

impl From<Disconnect> for Cause {
    fn from(disconnect: Disconnect) -> Self {
        match disconnect {
            Disconnect::Eof => Self::Eof,
            Disconnect::Transport => Self::Transport,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eof => f.write_str("the server ended the stream"),
            Self::Transport => f.write_str("the transport failed"),
            Self::ResponseTimeout => f.write_str("no response came in time"),
            Self::IdleTimeout => f.write_str("the connection was idle for too long"),
            Self::Status(status) => write!(f, "the response had status {status}"),
            Self::Reconnect => f.write_str("the application asked for a new connection"),
        }
    }
}

/// Why an event source is over.
///
/// ```
/// use sse_proto::{Cause, CloseReason};
///
/// assert!(CloseReason::NoContent.is_normal());
/// assert!(!CloseReason::GaveUp { attempts: 3, last: Cause::Eof }.is_normal());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// 204: the server asks not to be connected to again.
    NoContent,
    /// The server ended the stream, and the policy is not to reconnect at all.
    EndOfStream,
    /// The application saw the event that it was waiting for.
    Finished,
    /// The application closed it.
    Requested,
    /// A status that is neither 200 nor one to retry.
    Status(u16),
    /// A 200 with another content type than `text/event-stream`, or with none.
    ContentType(Option<String>),
    /// An event was longer than the limit, which is in bytes.
    TooLong {
        /// [`Limits::max_event_len`](crate::Limits::max_event_len).
        limit: usize,
    },
    /// The first connection could not be opened, and the policy does not retry that.
    Failed(Cause),
    /// The attempts that the policy allows are used up.
    GaveUp {
        /// How many failed in a row.
        attempts: u32,
        /// How the last one did.
        last: Cause,
    },
}

impl CloseReason {
    /// Whether this is an end that the server or the application wanted, and no failure.
    #[must_use]
    pub fn is_normal(&self) -> bool {
        matches!(self, Self::NoContent | Self::EndOfStream | Self::Finished | Self::Requested)
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoContent => f.write_str("the server has no more content (204)"),
            Self::EndOfStream => f.write_str("the server ended the stream"),
            Self::Finished => f.write_str("the stream was finished"),
            Self::Requested => f.write_str("the application closed the event source"),
            Self::Status(status) => write!(f, "the response had status {status}, not 200"),
            Self::ContentType(None) => f.write_str("the response had no content type, not text/event-stream"),
            Self::ContentType(Some(got)) => {
                write!(f, "the response had content type {got:?}, not text/event-stream")
            }
            Self::TooLong { limit } => write!(f, "an event is longer than the limit of {limit} bytes"),
            Self::Failed(cause) => cause.fmt(f),
            Self::GaveUp { attempts: 0, last } => last.fmt(f),
            Self::GaveUp { attempts, last } => write!(f, "gave up after {attempts} attempts: {last}"),
        }
    }
}

/// The ready state (WHATWG HTML 9.2.2).
///
/// ```
/// use sse_proto::{Config, EventSource, Instant, ReadyState};
///
/// let mut source = EventSource::new(Config::default(), Instant::ZERO);
/// assert_eq!(source.ready_state(), ReadyState::Connecting);
/// source.close();
/// assert_eq!(source.ready_state(), ReadyState::Closed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyState {
    /// There is no connection yet, or there will be another one.
    Connecting,
    /// The stream is open.
    Open,
    /// It is over.
    Closed,
}
