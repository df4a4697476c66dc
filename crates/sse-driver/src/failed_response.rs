//! A response that was refused, as an error carries it.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::ResponseHead;
use crate::head::Shown;

/// A response that is no event stream: another status than 200, or another content type.
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

    /// The beginning of the body: at most 64 KiB of it, and what came within ten seconds; within one second where the
    /// request may be sent again.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether there was, or may have been, more of the body.
    #[must_use]
    pub fn is_body_cut(&self) -> bool {
        self.is_body_cut
    }

    /// `Retry-After`, as the time from the response on. A date that has passed is zero; `None` where there is none, or
    /// where it is neither seconds nor a date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The head and the beginning of the body.
    #[must_use]
    pub fn into_parts(self) -> (ResponseHead, Bytes) {
        (self.head, self.body)
    }
}

impl fmt::Display for FailedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected status 200 and text/event-stream, got status {}", Shown(self.status()))?;
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
