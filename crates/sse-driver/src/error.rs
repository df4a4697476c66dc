//! The errors of sessions and requests.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use http::StatusCode;

use crate::{Event, FailedResponse, SharedError};

/// An error that prevented a session, or ended it.
///
/// As an item of a session it is the last one, except [`Deserialize`](Self::Deserialize). A failure
/// after which the session reconnects is not an item:
/// [`State::Disconnected`](crate::State::Disconnected) contains its error.
///
/// No message and no `Debug` output contains a request header, a user name, a password or the query
/// of a URL. Clones share the source.
///
/// ```
/// use std::time::Duration;
/// use sse_driver::Error;
///
/// let error = Error::IdleTimeout(Duration::from_secs(30));
/// assert!(error.is_timeout());
/// assert_eq!(error.to_string(), "no byte came for 30s");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
// A tag of a whole word: with a smaller one, the compiler splits the words of an event when it moves
// a result, and each move waits for the stores of the one before.
#[repr(usize)]
pub enum Error {
    /// The request is invalid, and nothing was sent.
    Request(RequestError),
    /// No response arrived: name resolution, the connection, TLS or the exchange before the
    /// response failed. The source is the error of the transport.
    Connect(SharedError),
    /// The response is not an event stream: its status is not 200, or it has another content type.
    Response(Box<FailedResponse>),
    /// The body of the response is compressed (`Content-Encoding`), which is not supported. It was
    /// not read.
    ContentEncoding(Box<FailedResponse>),
    /// The response did not arrive within this time, the
    /// [`response_timeout`](crate::RequestBuilder::response_timeout).
    ResponseTimeout(Duration),
    /// No byte arrived for this time, the [`idle_timeout`](crate::RequestBuilder::idle_timeout), on
    /// an open connection.
    IdleTimeout(Duration),
    /// The connection failed while the stream was open. The source is the error of the transport.
    Stream(SharedError),
    /// The server ended the stream. As such an end is retried or normal, it is the error of a
    /// [`State::Disconnected`](crate::State::Disconnected) or the last one of a
    /// [`GaveUp`](Self::GaveUp).
    Eof,
    /// The server ended the stream before the event that
    /// [`finish_before`](crate::RequestBuilder::finish_before) or
    /// [`finish_after`](crate::RequestBuilder::finish_after) waits for.
    Truncated,
    /// An event is longer than the limit, [`Limits::max_event_len`](crate::Limits::max_event_len).
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The policy allows no more attempts.
    GaveUp {
        /// How many retries failed: consecutive ones, or all of them if
        /// [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections) was
        /// reached.
        attempts: u32,
        /// How the last attempt failed. This is the source.
        last: Box<Error>,
    },
    /// The hook [`before_each`](crate::RequestBuilder::before_each) returned an error, which is the
    /// source.
    BeforeEach(SharedError),
    /// The function of [`bearer_auth_with`](crate::RequestBuilder::bearer_auth_with) returned an
    /// error, which is the source.
    BearerAuth(SharedError),
    /// The function of [`fail_when`](crate::RequestBuilder::fail_when) returned an error for an
    /// event, which is the source.
    Rejected(SharedError),
    /// The body of a [`Response`](crate::Response) is longer than the limit.
    BodyTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body of a [`Response`](crate::Response) is not valid JSON for the type.
    Json(SharedError),
    /// An event of a typed stream (the methods `json` and `json_by_type` of a session) could not be
    /// deserialized. The stream continues.
    Deserialize {
        /// The event.
        event: Box<Event>,
        /// The error of the deserializer. This is the source.
        source: SharedError,
    },
}

impl Error {
    /// Returns whether the last attempt timed out. This includes timeouts among the sources of a
    /// transport's error.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::ResponseTimeout(_) | Self::IdleTimeout(_) => true,
            Self::Connect(source) | Self::Stream(source) => has_timed_out(source.as_ref()),
            Self::GaveUp { last, .. } => last.is_timeout(),
            _ => false,
        }
    }

    /// Returns the status of the refused response, if there is one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(FailedResponse::status)
    }

    /// Returns the refused response, if there is one.
    #[must_use]
    pub fn response(&self) -> Option<&FailedResponse> {
        match self {
            Self::Response(response) | Self::ContentEncoding(response) => Some(response),
            Self::GaveUp { last, .. } => last.response(),
            _ => None,
        }
    }

    /// Returns the error with all its sources in one line, for logs. `{error:#}` shows the same.
    ///
    /// ```
    /// use sse_driver::{Error, RequestError};
    ///
    /// let error = Error::from(RequestError::HeaderName);
    /// assert_eq!(error.to_string(), "the request is not valid");
    /// assert_eq!(error.report(), "the request is not valid: invalid header name");
    /// ```
    #[must_use]
    pub fn report(&self) -> String {
        format!("{self:#}")
    }

    /// Returns the error of the transport, of the application's function or of the deserializer, to
    /// be downcast. It is `None` for an error without such a cause.
    ///
    /// ```
    /// # fn show(error: sse_driver::Error) {
    /// if let Some(cause) = error.into_cause() {
    ///     println!("{:?}", cause.downcast_ref::<std::io::Error>());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn into_cause(self) -> Option<SharedError> {
        match self {
            Self::Connect(cause)
            | Self::Stream(cause)
            | Self::BeforeEach(cause)
            | Self::BearerAuth(cause)
            | Self::Rejected(cause)
            | Self::Json(cause)
            | Self::Deserialize { source: cause, .. } => Some(cause),
            Self::GaveUp { last, .. } => last.into_cause(),
            _ => None,
        }
    }
}

fn has_timed_out(error: &(dyn StdError + 'static)) -> bool {
    let timed_out = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    error.downcast_ref().is_some_and(timed_out) || error.source().is_some_and(has_timed_out)
}

/// Shows the error without its sources. `{:#}` adds them: see [`Error::report`].
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_alone(f)?;
        let mut source = self.source().filter(|_| f.alternate());
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl Error {
    fn fmt_alone(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(_) => f.write_str("the request is not valid"),
            Self::Connect(_) => f.write_str("no response from the server"),
            Self::Response(response) => fmt::Display::fmt(response, f),
            Self::ContentEncoding(response) => {
                let codings = response.headers().get_all(http::header::CONTENT_ENCODING).iter();
                let codings: Vec<_> =
                    codings.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
                write!(
                    f,
                    "the body of the response is compressed ({}), which is not decoded",
                    codings.join(", ")
                )
            }
            Self::ResponseTimeout(after) => write!(f, "no response came within {after:?}"),
            Self::IdleTimeout(after) => write!(f, "no byte came for {after:?}"),
            Self::Stream(_) => f.write_str("the connection failed while the stream was open"),
            Self::Eof => f.write_str("the server ended the stream"),
            Self::Truncated => f.write_str("the server ended the stream before the event that finishes it"),
            Self::TooLong { limit } => write!(f, "an event is longer than the limit of {limit} bytes"),
            Self::GaveUp { attempts: 1, .. } => f.write_str("gave up after 1 retry"),
            Self::GaveUp { attempts, .. } => write!(f, "gave up after {attempts} retries"),
            Self::BeforeEach(_) => f.write_str("the `before_each` hook failed"),
            Self::BearerAuth(_) => f.write_str("cannot get a bearer token"),
            Self::BodyTooLong { limit } => write!(f, "the body is longer than the limit of {limit} bytes"),
            Self::Json(_) => f.write_str("the body cannot be read as JSON"),
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
            | Self::BearerAuth(source)
            | Self::Rejected(source)
            | Self::Json(source)
            | Self::Deserialize { source, .. } => Some(source.as_ref()),
            Self::GaveUp { last, .. } => Some(last.as_ref()),
            _ => None,
        }
    }
}

impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

/// The reason why a request is invalid and was not sent.
///
/// ```
/// use sse_driver::RequestError;
///
/// assert_eq!(RequestError::HeaderName.to_string(), "invalid header name");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// The URL is not valid.
    Url(url::ParseError),
    /// The URL has no host, or is too long for HTTP.
    UnsupportedUrl,
    /// The method is CONNECT, which asks a proxy for a tunnel (RFC 9110, section 9.3.6).
    Method,
    /// A header name contains invalid characters.
    HeaderName,
    /// A header value contains control characters.
    HeaderValue,
    /// The body cannot be serialized as JSON.
    Json(Arc<str>),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => write!(f, "invalid URL: {error}"),
            Self::UnsupportedUrl => f.write_str("expected an absolute URL with a host"),
            Self::Method => f.write_str("expected a method other than CONNECT"),
            Self::HeaderName => f.write_str("invalid header name"),
            Self::HeaderValue => f.write_str("invalid header value"),
            Self::Json(error) => write!(f, "the body cannot be serialized as JSON: {error}"),
        }
    }
}

impl StdError for RequestError {}

#[cfg(test)]
mod tests {
    use super::*;

    use bytes::Bytes;
    use http::HeaderMap;
    use http::header::CONTENT_TYPE;
    use url::Url;

    use crate::ResponseHead;

    fn io(kind: io::ErrorKind) -> SharedError {
        Arc::new(io::Error::from(kind))
    }

    fn text(text: &str) -> SharedError {
        crate::BoxError::from(text).into()
    }

    fn refused(status: StatusCode, content_type: Option<&'static str>) -> Error {
        let mut headers = HeaderMap::new();
        headers.extend(content_type.map(|value| (CONTENT_TYPE, http::HeaderValue::from_static(value))));
        let url = Url::parse("http://user:secret@test/path?key=secret").expect("a url");
        let head = ResponseHead::new(status, &headers, url.into());
        Error::Response(Box::new(FailedResponse::new(head, Bytes::from_static(b"secret"))))
    }

    fn gave_up(last: Error) -> Error {
        Error::GaveUp { attempts: 3, last: Box::new(last) }
    }

    /// An error with another one as its source.
    #[derive(Debug)]
    struct Around(SharedError);

    impl fmt::Display for Around {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("around")
        }
    }

    impl StdError for Around {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(self.0.as_ref())
        }
    }

    #[test]
    fn report_shows_every_source_once() {
        let inside: SharedError = Arc::new(io::Error::other(Around(text("deep"))));
        for (error, report) in [
            (Error::Eof, "the server ended the stream"),
            (Error::Connect(text("a")), "no response from the server: a"),
            (Error::Stream(inside), "the connection failed while the stream was open: around: deep"),
            (gave_up(Error::Rejected(text("a"))), "gave up after 3 retries: an event reported an error: a"),
        ] {
            assert_eq!(error.report(), report);
            assert!(report.starts_with(&error.to_string()));
        }
        assert_eq!(gave_up(Error::Eof).to_string(), "gave up after 3 retries");
    }

    #[test]
    fn is_timeout_looks_through_sources() {
        use io::ErrorKind::{ConnectionRefused, TimedOut};
        let around = |error| -> SharedError { Arc::new(Around(error)) };
        let deep = |kind| around(around(io(kind)));
        // An I/O error of another kind that contains the timeout.
        let inside = |kind| -> SharedError { Arc::new(io::Error::new(ConnectionRefused, Around(io(kind)))) };
        let second = Duration::from_secs(1);
        for (error, is_timeout) in [
            (Error::ResponseTimeout(second), true),
            (Error::IdleTimeout(second), true),
            (Error::Connect(io(TimedOut)), true),
            (Error::Connect(deep(TimedOut)), true),
            (Error::Connect(inside(TimedOut)), true),
            (Error::Connect(io(ConnectionRefused)), false),
            (Error::Connect(deep(ConnectionRefused)), false),
            (Error::Connect(text("timed out")), false),
            (Error::Stream(io(TimedOut)), true),
            (Error::Stream(io(ConnectionRefused)), false),
            (gave_up(Error::IdleTimeout(second)), true),
            (gave_up(Error::Stream(deep(TimedOut))), true),
            (gave_up(Error::Eof), false),
            (Error::BeforeEach(io(TimedOut)), false),
            (Error::Rejected(io(TimedOut)), false),
            (refused(StatusCode::GATEWAY_TIMEOUT, None), false),
            (Error::Eof, false),
        ] {
            assert_eq!(error.is_timeout(), is_timeout, "{error:?}");
        }
    }

    #[test]
    fn errors_display_what_happened_and_have_a_source() {
        let event = Event::new("note", "secret");
        let source = || text("the cause");
        for (error, text, cause) in [
            (RequestError::HeaderName.into(), "the request is not valid", Some("invalid header name")),
            (Error::Connect(source()), "no response from the server", Some("the cause")),
            (
                refused(StatusCode::NOT_FOUND, Some("text/html")),
                "expected status 200 and text/event-stream, got status 404 Not Found",
                None,
            ),
            (Error::ResponseTimeout(Duration::from_secs(5)), "no response came within 5s", None),
            (Error::IdleTimeout(Duration::from_secs(30)), "no byte came for 30s", None),
            (Error::Stream(source()), "the connection failed while the stream was open", Some("the cause")),
            (Error::Eof, "the server ended the stream", None),
            (Error::Truncated, "the server ended the stream before the event that finishes it", None),
            (Error::TooLong { limit: 9 }, "an event is longer than the limit of 9 bytes", None),
            (gave_up(Error::Eof), "gave up after 3 retries", Some("the server ended the stream")),
            (Error::BeforeEach(source()), "the `before_each` hook failed", Some("the cause")),
            (Error::BearerAuth(source()), "cannot get a bearer token", Some("the cause")),
            (Error::BodyTooLong { limit: 9 }, "the body is longer than the limit of 9 bytes", None),
            (Error::Json(source()), "the body cannot be read as JSON", Some("the cause")),
            (Error::Rejected(source()), "an event reported an error", Some("the cause")),
            (
                Error::Deserialize { event: Box::new(event), source: source() },
                "the data of an event of type \"note\" cannot be read",
                Some("the cause"),
            ),
        ] {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.source().map(ToString::to_string).as_deref(), cause, "{text}");
        }
    }

    #[test]
    fn refused_responses_are_available_from_the_error() {
        let expected = |got: &str| format!("expected status 200 and text/event-stream, got status {got}");
        for (status, content_type, got) in [
            (StatusCode::OK, Some("text/html"), "200 OK and content type \"text/html\""),
            (StatusCode::OK, None, "200 OK and no content type"),
            (StatusCode::FORBIDDEN, Some("text/event-stream"), "403 Forbidden"),
            (StatusCode::FORBIDDEN, None, "403 Forbidden"),
        ] {
            for error in [refused(status, content_type), gave_up(refused(status, content_type))] {
                assert_eq!(error.status(), Some(status));
                let response = error.response().expect("a refused response");
                assert_eq!((response.status(), &response.body()[..]), (status, &b"secret"[..]));
                assert_eq!(
                    response.headers().get(CONTENT_TYPE).map(|value| value.as_bytes()),
                    content_type.map(str::as_bytes)
                );
                assert_eq!(response.to_string(), expected(got));
            }
        }
        for error in [Error::Eof, gave_up(Error::Eof), Error::Connect(text("refused"))] {
            assert!(error.status().is_none() && error.response().is_none(), "{error:?}");
        }
        assert_eq!(
            format!("{:?}", refused(StatusCode::FORBIDDEN, None)),
            "Response(FailedResponse { head: ResponseHead { status: 403, url: \"http://test/path\", .. }, body_len: 6, .. })"
        );
    }

    #[test]
    fn request_errors_display_the_reason() {
        let url = Url::parse("events").expect_err("a relative URL");
        for (error, text) in [
            (RequestError::Url(url), "invalid URL: relative URL without a base"),
            (RequestError::UnsupportedUrl, "expected an absolute URL with a host"),
            (RequestError::Method, "expected a method other than CONNECT"),
            (RequestError::HeaderName, "invalid header name"),
            (RequestError::HeaderValue, "invalid header value"),
            (RequestError::Json("no key".into()), "the body cannot be serialized as JSON: no key"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
