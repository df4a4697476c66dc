//! Types exchanged by [`EventSource`](crate::EventSource) and its driver.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::{FrameRef, Instant};

/// An instruction or a report from an [`EventSource`](crate::EventSource) to its driver.
///
/// This enum is exhaustive on purpose: a driver has to handle every variant.
///
/// ```
/// use sse_proto::{Config, EventSource, Instant, Output};
///
/// let mut source = EventSource::new(Config::default(), Instant::ZERO);
/// let Output::Connect(attempt) = source.poll_output() else { panic!("expected Connect first") };
/// assert_eq!(attempt.number, 1);
/// assert!(matches!(source.poll_output(), Output::Wait(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Send the request with the headers of the attempt.
    Connect(Attempt),
    /// The response opened the event stream. This comes before any frame.
    Opened,
    /// The stream contained this frame. Its text is borrowed until the next call.
    Frame(FrameRef<'a>),
    /// The connection or the attempt failed, and the policy has reached a verdict. This comes only
    /// if [`Config::ask`](crate::Config::ask) is set.
    ///
    /// The driver may change the verdict with [`decide`](crate::EventSource::decide) before it
    /// polls the next output; otherwise the verdict takes effect. It may read the body of a refused
    /// response first.
    Failed {
        /// The failure.
        cause: Cause,
        /// The decision of the policy.
        verdict: Verdict,
    },
    /// Drop the connection. The next attempt follows at `retry_at`.
    Disconnected {
        /// The reason.
        cause: Cause,
        /// When the next attempt is due.
        retry_at: Instant,
    },
    /// Wait for the next input, or until this time and then call
    /// [`handle_timeout`](crate::EventSource::handle_timeout).
    Wait(Option<Instant>),
    /// Drop the connection. The event source is closed, and all further outputs are this one.
    Closed(CloseReason),
}

/// An attempt to connect.
///
/// ```
/// use sse_proto::{Config, EventSource, Instant, Output, Resume};
///
/// let config = Config::default().last_event_id("41");
/// let mut source = EventSource::new(config, Instant::ZERO);
/// let Output::Connect(attempt) = source.poll_output() else { panic!("expected Connect first") };
/// assert_eq!(attempt.resume, Resume::From("41".into()));
/// assert!(attempt.headers().any(|header| header == ("Last-Event-ID", b"41")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of the attempt, counted from 1.
    pub number: u64,
    /// The number of consecutive failures before this attempt.
    pub failures: u32,
    /// Where in the stream the attempt resumes.
    pub resume: Resume,
}

impl Attempt {
    /// Returns the headers to send (WHATWG HTML 9.2.2 and 9.2.3). The values are UTF-8.
    ///
    /// `Accept` and `Cache-Control` are defaults that the application may replace. `Last-Event-ID`
    /// is present if there is a last event ID that can be sent, and replaces any other header of
    /// that name.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let id = match &self.resume {
            Resume::From(id) => Some(("Last-Event-ID", id.as_bytes())),
            Resume::Fresh | Resume::Unsendable(_) => None,
        };
        [("Accept", &b"text/event-stream"[..]), ("Cache-Control", b"no-cache")].into_iter().chain(id)
    }

    /// Returns the last event ID even if it cannot be sent. It is empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        match &self.resume {
            Resume::Fresh => "",
            Resume::From(id) | Resume::Unsendable(id) => id,
        }
    }
}

/// The position in the stream at which an attempt resumes.
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
    /// There is no last event ID, so the server chooses where to start.
    Fresh,
    /// The stream resumes after the event with this ID.
    From(String),
    /// The last event ID cannot be sent as a header: it contains a control character other than
    /// TAB, or it is longer than 4 KiB. The header is omitted, and the server chooses where to
    /// start.
    Unsendable(String),
}

impl Resume {
    /// Determines how to resume from a last event ID. Spaces and TABs around it are sent, but HTTP
    /// trims them.
    #[must_use]
    pub fn new(last_event_id: String) -> Self {
        if last_event_id.is_empty() {
            Self::Fresh
        } else if is_sendable(&last_event_id) {
            Self::From(last_event_id)
        } else {
            Self::Unsendable(last_event_id)
        }
    }
}

/// Whether a header can carry a last event ID, which must not be empty.
pub(crate) fn is_sendable(last_event_id: &str) -> bool {
    const MAX_LEN: usize = 4 * 1024;
    let is_allowed = |byte: u8| byte == b'\t' || !byte.is_ascii_control();
    last_event_id.len() <= MAX_LEN && last_event_id.bytes().all(is_allowed)
}

/// The head of a response, as far as an event source needs it.
///
/// ```
/// use sse_proto::ResponseHead;
///
/// let head = ResponseHead { content_type: Some(b"text/event-stream"), ..ResponseHead::new(200) };
/// assert_eq!(head.accept, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    /// The status code.
    pub status: u16,
    /// The value of `Content-Type`. Several values are joined with commas.
    pub content_type: Option<&'a [u8]>,
    /// The time from now that `Retry-After` asks for. A date in the past is zero; an invalid value
    /// is `None`.
    pub retry_after: Option<Duration>,
    /// Whether the application accepts the response as an event stream. With `None`, a 200 with the
    /// content type `text/event-stream` is accepted. A 204 is never accepted.
    pub accept: Option<bool>,
}

impl ResponseHead<'_> {
    /// Creates a head with this status and no headers.
    #[must_use]
    pub const fn new(status: u16) -> Self {
        Self { status, content_type: None, retry_after: None, accept: None }
    }
}

/// The decision of the policy about a failure: see [`Output::Failed`].
///
/// ```
/// use core::time::Duration;
/// use sse_proto::Verdict;
///
/// assert_ne!(Verdict::Retry(Duration::from_secs(3)), Verdict::Close);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Reconnect after this delay, counted from the failure.
    Retry(Duration),
    /// Close the event source.
    Close,
}

/// What follows a failure: the application's answer to [`Output::Failed`]. See
/// [`EventSource::decide`](crate::EventSource::decide).
///
/// ```
/// use core::time::Duration;
/// use sse_proto::Retry;
///
/// let decide = |status: u16| match status {
///     404 => Retry::After(Duration::from_secs(5)),
///     503 => Retry::Stop,
///     _ => Retry::Default,
/// };
/// assert_eq!(decide(500), Retry::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retry {
    /// Accept the decision of the policy.
    #[default]
    Default,
    /// Reconnect after the policy's delay, even if the policy would close.
    Backoff,
    /// Reconnect after exactly this time from now, or after
    /// [`min_delay`](crate::ReconnectPolicy::min_delay) if that is longer.
    After(Duration),
    /// Close the event source. After a clean end of the stream the reason is
    /// [`CloseReason::EndOfStream`].
    Stop,
}

/// Whether the request may be sent again once the event source has been open. Before that, only
/// [`retry_initial`](crate::ReconnectPolicy::retry_initial) decides.
///
/// ```
/// use sse_proto::{Config, Replay};
///
/// let post = Config::default().replay(Replay::Never);
/// assert_ne!(post.replay, Replay::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// The request may be sent as often as the policy allows.
    #[default]
    Always,
    /// The request may be sent again only if there is a last event ID that can be sent, from which
    /// the stream can resume.
    Resuming,
    /// The request is sent again only at a call of
    /// [`EventSource::reconnect`](crate::EventSource::reconnect).
    Never,
}

/// How a connection, or an attempt to connect, ended.
///
/// ```
/// use sse_proto::{Cause, Disconnect};
///
/// assert_eq!(Cause::from(Disconnect::Eof), Cause::Eof);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// The body ended.
    Eof,
    /// The request could not be sent, or the body broke off.
    Transport,
    /// The attempt failed and would fail again, for example because the transport does not support
    /// the scheme of the URL. The event source closes ("if the user agent knows that to be futile",
    /// WHATWG HTML 9.2.3).
    Futile,
    /// A hook of the application failed before the request was sent, for example because it had no
    /// credentials. The event source closes, unless an answer to [`Output::Failed`] retries.
    HookFailed,
}

/// The reason why a connection, or an attempt to connect, ended.
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
    /// No response arrived within the response timeout.
    ResponseTimeout,
    /// No byte arrived for the time of the idle timeout.
    IdleTimeout,
    /// The response has a status that does not open the stream.
    Status(u16),
    /// The response has status 200, but its content type is not that of an event stream.
    ContentType,
    /// The response has status 200, but the application did not accept it.
    NotAccepted,
    /// The attempt failed, and another one would fail too: the request is not valid, or the
    /// transport cannot send it.
    Futile,
    /// A hook of the application failed.
    HookFailed,
    /// The application asked for a new connection.
    Reconnect,
}

impl From<Disconnect> for Cause {
    fn from(disconnect: Disconnect) -> Self {
        match disconnect {
            Disconnect::Eof => Self::Eof,
            Disconnect::Transport => Self::Transport,
            Disconnect::Futile => Self::Futile,
            Disconnect::HookFailed => Self::HookFailed,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eof => f.write_str("the server ended the stream"),
            Self::Transport => f.write_str("the transport failed"),
            Self::ResponseTimeout => f.write_str("no response arrived in time"),
            Self::IdleTimeout => f.write_str("the connection was idle for too long"),
            Self::Status(status) => write!(f, "the response had status {status}"),
            Self::ContentType => f.write_str("the response was not an event stream"),
            Self::NotAccepted => f.write_str("the application did not accept the response"),
            Self::Futile => f.write_str("the attempt failed, and another one would fail too"),
            Self::HookFailed => f.write_str("a hook of the application failed"),
            Self::Reconnect => f.write_str("the application asked for a new connection"),
        }
    }
}

/// The reason why an event source closed.
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
    /// The server answered with 204, which tells a client to stop reconnecting.
    NoContent,
    /// The server ended the stream, and the policy or the application does not allow another
    /// attempt, or the request may not be sent again.
    EndOfStream,
    /// The application ended the stream with `finish`, for example after its last event.
    Finished,
    /// The application closed the event source with `close`.
    Requested,
    /// The response has a status that is neither 200 nor retried.
    Status(u16),
    /// The response has status 200, but another content type than `text/event-stream`, or none.
    ContentType(Option<String>),
    /// The response has status 200, but the application did not accept it.
    NotAccepted,
    /// An event is longer than the limit.
    TooLong {
        /// [`Limits::max_event_len`](crate::Limits::max_event_len), in bytes.
        limit: usize,
    },
    /// The connection or the attempt failed and is not retried: it failed before the first open, it
    /// is futile, or the application decided to stop.
    Failed(Cause),
    /// The policy allows no more attempts, or the request may not be sent again.
    GaveUp {
        /// How many retries failed: consecutive ones if
        /// [`max_attempts`](crate::ReconnectPolicy::max_attempts) ended the event source, all if
        /// [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections) did. 0 if
        /// no attempt was allowed.
        attempts: u32,
        /// How the last attempt failed.
        last: Cause,
    },
}

impl CloseReason {
    /// Returns whether the server or the application ended the event source on purpose, rather than
    /// a failure.
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
            Self::Status(status) => write!(f, "expected status 200, got {status}"),
            Self::ContentType(None) => f.write_str("expected content type text/event-stream, got none"),
            Self::ContentType(Some(got)) => {
                write!(f, "expected content type text/event-stream, got {got:?}")
            }
            Self::NotAccepted => f.write_str("the application did not accept the response"),
            Self::TooLong { limit } => write!(f, "an event is longer than the limit of {limit} bytes"),
            Self::Failed(cause) => cause.fmt(f),
            Self::GaveUp { attempts: 0, last } => last.fmt(f),
            Self::GaveUp { attempts: 1, last } => write!(f, "gave up after 1 retry: {last}"),
            Self::GaveUp { attempts, last } => write!(f, "gave up after {attempts} retries: {last}"),
        }
    }
}

/// The ready state of an event source (WHATWG HTML 9.2.2).
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
    /// The event source is connecting, or waiting for the next attempt.
    Connecting,
    /// The stream is open.
    Open,
    /// The event source is closed and will not reconnect.
    Closed,
}
