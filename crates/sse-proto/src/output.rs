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
    /// The connection or the attempt failed, and the policy has decided so. It comes where
    /// [`Config::ask`](crate::Config::ask) is set: [`decide`](crate::EventSource::decide) may answer before the next
    /// output is polled, and polling on without an answer accepts the verdict. The body of a refused response can be
    /// read before that.
    Failed {
        /// What failed.
        cause: Cause,
        /// What the policy does about it.
        verdict: Verdict,
    },
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
            Resume::From(id) => Some(("Last-Event-ID", id.as_bytes())),
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
    /// There is a last event ID that cannot be a header value: it has a control character other than TAB, or it is longer
    /// than 4 KiB. The header is left out; the server will not know where to go on.
    Unsendable(String),
}

impl Resume {
    /// What can be done with this last event ID. Spaces and TABs around it are sent, and HTTP trims them.
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

/// Whether a header can carry this last event ID, which is not empty.
pub(crate) fn is_sendable(last_event_id: &str) -> bool {
    const LONGEST: usize = 4 * 1024;
    let is_allowed = |byte: u8| byte == b'\t' || !byte.is_ascii_control();
    last_event_id.len() <= LONGEST && last_event_id.bytes().all(is_allowed)
}

/// What the driver knows of a response.
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
    /// The value of `Content-Type`; several are joined with commas.
    pub content_type: Option<&'a [u8]>,
    /// `Retry-After`, as the time from now; a date that has passed is zero, anything that is neither seconds nor a date
    /// is `None`.
    pub retry_after: Option<Duration>,
    /// Whether the application accepts the response as an event stream. `None`: a 200 with the content type
    /// `text/event-stream` is accepted. A 204 never is.
    pub accept: Option<bool>,
}

impl ResponseHead<'_> {
    /// A response of this status of which nothing else is known.
    #[must_use]
    pub const fn new(status: u16) -> Self {
        Self { status, content_type: None, retry_after: None, accept: None }
    }
}

/// What the policy does about a failure: see [`Output::Failed`].
///
/// ```
/// use core::time::Duration;
/// use sse_proto::Verdict;
///
/// assert_ne!(Verdict::Retry(Duration::from_secs(3)), Verdict::Close);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It connects again after this delay, which counts from the failure.
    Retry(Duration),
    /// It closes the event source.
    Close,
}

/// An answer to [`Output::Failed`]: see [`EventSource::decide`](crate::EventSource::decide).
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
    /// What the policy decided.
    #[default]
    Default,
    /// Connect again after the policy's delay, also where the policy would close.
    Backoff,
    /// Connect again after exactly this time from now on, or after
    /// [`min_delay`](crate::ReconnectPolicy::min_delay) where that is longer.
    After(Duration),
    /// Close. After a clean end of the stream this is [`CloseReason::EndOfStream`].
    Stop,
}

/// Whether the request may be sent again after the event source was open once. Before that,
/// [`retry_initial`](crate::ReconnectPolicy::retry_initial) alone decides.
///
/// ```
/// use sse_proto::{Config, Replay};
///
/// let post = Config::default().replay(Replay::Never);
/// assert_ne!(post.replay, Replay::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// As often as the policy likes.
    #[default]
    Always,
    /// Where there is a last event ID that can be sent, since the stream can be resumed from there.
    Resuming,
    /// Only where [`EventSource::reconnect`](crate::EventSource::reconnect) asks for it.
    Never,
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
    /// The transport failed in a way that another attempt cannot mend: it does not serve the scheme of the URL, say.
    /// The event source is closed ("if the user agent knows that to be futile", WHATWG HTML 9.2.3).
    Futile,
    /// The application called the attempt off before it was made: it had no credentials, say. The event source is closed,
    /// unless an answer to [`Output::Failed`] says otherwise.
    HookFailed,
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
    /// A status that does not open the stream.
    Status(u16),
    /// A response whose status would do, but not its content type.
    ContentType,
    /// A 200 that the application did not accept.
    NotAccepted,
    /// The transport failed, and another attempt cannot mend that.
    Futile,
    /// The application called the attempt off.
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
            Self::ResponseTimeout => f.write_str("no response came in time"),
            Self::IdleTimeout => f.write_str("the connection was idle for too long"),
            Self::Status(status) => write!(f, "the response had status {status}"),
            Self::ContentType => f.write_str("the response was no event stream"),
            Self::NotAccepted => f.write_str("the application did not accept the response"),
            Self::Futile => f.write_str("the transport failed, and another attempt cannot mend that"),
            Self::HookFailed => f.write_str("a hook of the application failed"),
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
    /// The server ended the stream, and there is no reconnection: by the policy, by [`Replay`], or by the decision of
    /// the application.
    EndOfStream,
    /// The application saw the event that it was waiting for.
    Finished,
    /// The application closed it.
    Requested,
    /// A status that is neither 200 nor one to retry.
    Status(u16),
    /// A 200 with another content type than `text/event-stream`, or with none.
    ContentType(Option<String>),
    /// A 200 that the application did not accept.
    NotAccepted,
    /// An event was longer than the limit, which is in bytes.
    TooLong {
        /// [`Limits::max_event_len`](crate::Limits::max_event_len).
        limit: usize,
    },
    /// The connection or the attempt failed, and that is not retried: it was before the first open, it is futile, or
    /// the application decided so.
    Failed(Cause),
    /// The attempts that the policy and [`Replay`] allow are used up.
    GaveUp {
        /// How many there were: in a row where [`max_attempts`](crate::ReconnectPolicy::max_attempts) ended it, in all
        /// where [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections) did. 0 where none is
        /// allowed.
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
            Self::NotAccepted => f.write_str("the application did not accept the response"),
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
