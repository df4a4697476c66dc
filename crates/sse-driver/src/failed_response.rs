//! A refused response, as part of an error.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::ResponseHead;
use crate::head::WithReason;

/// A response that is not an event stream: its status is not 200, or it has another content type.
/// [`Error::response`](crate::Error::response) returns it.
///
/// ```no_run
/// # fn show(error: sse_driver::Error) {
/// if let Some(response) = error.response() {
///     let cut = if response.is_body_cut() { " .." } else { "" };
///     eprintln!("{}: {}{cut}", response.status(), String::from_utf8_lossy(response.body()));
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct FailedResponse {
    pub(crate) head: ResponseHead,
    pub(crate) body: Bytes,
    pub(crate) is_body_cut: bool,
    pub(crate) retry_after: Option<Duration>,
}

impl FailedResponse {
    pub(crate) fn new(head: ResponseHead, body: Bytes) -> Self {
        Self { head, body, is_body_cut: false, retry_after: None }
    }

    /// Returns the status. It is 200 if only the content type was refused.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status()
    }

    /// Returns the headers as the server sent them.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// Returns the start of the body: at most 64 KiB, received within ten seconds, or within one
    /// second if the request may be sent again.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns whether the body was, or may have been, longer than [`body`](Self::body).
    #[must_use]
    pub fn is_body_cut(&self) -> bool {
        self.is_body_cut
    }

    /// Returns the time that `Retry-After` asks for, counted from the response. A date in the past
    /// is zero. It is `None` if the header is missing or invalid.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns the head and the start of the body.
    #[must_use]
    pub fn into_parts(self) -> (ResponseHead, Bytes) {
        (self.head, self.body)
    }
}

impl fmt::Display for FailedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected status 200 and text/event-stream, got status {}", WithReason(self.status()))?;
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
            .finish_non_exhaustive()
    }
}
