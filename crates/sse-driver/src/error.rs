//! What can go wrong, as the application sees it.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{BoxError, Event, ResponseHead};

/// Why there is no session, or why one is over.
///
/// As an item of a session it is the last one, [`Deserialize`](Self::Deserialize) excepted. No message and no `Debug` form holds a request header, a user name, a
/// password or the query of a URL.
///
/// ```
/// use std::time::Duration;
/// use sse_driver::Error;
///
/// let error = Error::IdleTimeout(Duration::from_secs(30));
/// assert!(error.is_timeout());
/// assert_eq!(error.to_string(), "no byte came for 30s");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The request cannot be made; nothing was sent.
    Request(InvalidRequest),
    /// There was no response: the transport's own error is the source.
    Connect(BoxError),
    /// There was a response that is no event stream.
    Response(Box<FailedResponse>),
    /// The response did not come within this time.
    ResponseTimeout(Duration),
    /// The connection was open without a byte for this time.
    IdleTimeout(Duration),
    /// The connection failed while the stream was open: the transport's own error is the source.
    Stream(BoxError),
    /// The server ended the stream.
    Eof,
    /// The server ended the stream before the event that `finish_when` waits for.
    Truncated,
    /// An event was longer than the limit.
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The attempts that the policy allows are used up.
    GaveUp {
        /// How many failed in a row.
        attempts: u32,
        /// How the last one did; it is the source.
        last: Box<Error>,
    },
    /// `before_each` did not let an attempt go ahead: its error is the source.
    BeforeEach(BoxError),
    /// `fail_when` took an event for an error: that error is the source.
    Rejected(BoxError),
    /// An event of a typed stream could not be read. The stream goes on.
    Deserialize {
        /// The event.
        event: Box<Event>,
        /// What is wrong with it; it is the source.
        source: BoxError,
    },
}

impl Error {
    /// Whether something took too long, in the last attempt.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::ResponseTimeout(_) | Self::IdleTimeout(_) => true,
            Self::Connect(source) | Self::Stream(source) => has_timed_out(source.as_ref()),
            Self::GaveUp { last, .. } => last.is_timeout(),
            _ => false,
        }
    }

    /// The status of the response that was refused, if that is what happened.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(FailedResponse::status)
    }

    /// The response that was refused, if that is what happened.
    #[must_use]
    pub fn response(&self) -> Option<&FailedResponse> {
        match self {
            Self::Response(response) => Some(response),
            Self::GaveUp { last, .. } => last.response(),
            _ => None,
        }
    }
}

fn has_timed_out(error: &(dyn StdError + 'static)) -> bool {
    let timed_out = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    error.downcast_ref().is_some_and(timed_out) || error.source().is_some_and(has_timed_out)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(_) => f.write_str("the request is not valid"),
            Self::Connect(_) => f.write_str("no response from the server"),
            Self::Response(response) => response.fmt(f),
            Self::ResponseTimeout(after) => write!(f, "no response came within {after:?}"),
            Self::IdleTimeout(after) => write!(f, "no byte came for {after:?}"),
            Self::Stream(_) => f.write_str("the connection failed while the stream was open"),
            Self::Eof => f.write_str("the server ended the stream"),
            Self::Truncated => f.write_str("the server ended the stream before the event that finishes it"),
            Self::TooLong { limit } => write!(f, "an event is longer than the limit of {limit} bytes"),
            Self::GaveUp { attempts, .. } => {
                write!(f, "gave up after {attempts} failed attempts to reconnect")
            }
            Self::BeforeEach(_) => f.write_str("an attempt was called off before it was made"),
            Self::Rejected(_) => f.write_str("an event reported an error"),
            Self::Deserialize { event, .. } => {
                write!(f, "the data of an event of type {:?} cannot be read", event.event_type)
            }
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Request(source) => Some(source),
            Self::Connect(source)
            | Self::Stream(source)
            | Self::BeforeEach(source)
            | Self::Rejected(source)
            | Self::Deserialize { source, .. } => Some(source.as_ref()),
            Self::GaveUp { last, .. } => Some(last.as_ref()),
            _ => None,
        }
    }
}

impl From<InvalidRequest> for Error {
    fn from(error: InvalidRequest) -> Self {
        Self::Request(error)
    }
}

/// What is wrong with a request that was never sent.
///
/// ```
/// use sse_driver::InvalidRequest;
///
/// assert_eq!(InvalidRequest::HeaderName.to_string(), "a header name is not a valid one");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The URL does not parse.
    Url(url::ParseError),
    /// The URL parses but HTTP cannot ask it: it has no host, or is too long.
    Unaskable,
    /// A header name has characters that no name has.
    HeaderName,
    /// A header value has control characters.
    HeaderValue,
    /// A body could not be written as JSON.
    Json(Arc<str>),
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => write!(f, "the url does not parse: {error}"),
            Self::Unaskable => f.write_str("expected an absolute url with a host"),
            Self::HeaderName => f.write_str("a header name is not a valid one"),
            Self::HeaderValue => f.write_str("a header value is not a valid one"),
            Self::Json(error) => write!(f, "the body cannot be written as json: {error}"),
        }
    }
}

impl StdError for InvalidRequest {}

/// A response that is no event stream: another status than 200, or another content type.
///
/// ```no_run
/// # fn show(error: sse_driver::Error) {
/// if let Some(response) = error.response() {
///     eprintln!("{}: {}", response.status(), String::from_utf8_lossy(response.body()));
/// }
/// # }
/// ```
pub struct FailedResponse {
    pub(crate) head: ResponseHead,
    pub(crate) body: Bytes,
}

impl FailedResponse {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// The beginning of the body: at most 64 KiB of it, and what came within ten seconds.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Display for FailedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected status 200 and text/event-stream, got status {}", self.status())?;
        match self.headers().get(http::header::CONTENT_TYPE) {
            Some(content_type) if self.status() == StatusCode::OK => {
                write!(f, " and content type {content_type:?}")
            }
            None if self.status() == StatusCode::OK => f.write_str(" and no content type"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for FailedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedResponse")
            .field("head", &self.head)
            .field("body_len", &self.body.len())
            .finish()
    }
}
