//! A response that is not an event stream, with its whole body.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};

use crate::idle::IdleTimeout;
use crate::options::Options;
use crate::{BoxError, Error, ResponseHead, Session, Timer, Transport};

/// The answer to a request, an event stream or any other response: see
/// [`RequestBuilder::send`](crate::RequestBuilder::send).
///
/// ```no_run
/// # use sse_driver::{Answer, Client, Error, Timer, Transport};
/// # async fn ask<T: Transport, M: Timer>(client: Client<T, M>) -> Result<(), Error> {
/// match client.post("http://localhost:8080/mcp").body("{}").send().await? {
///     Answer::Stream(mut session) => {
///         while let Some(event) = session.next().await {
///             println!("{}", event?.data);
///         }
///     }
///     Answer::Other(response) => println!("{}: {}", response.status(), response.text().await?),
/// }
/// # Ok(())
/// # }
/// ```
pub enum Answer<T: Transport, M: Timer> {
    /// An open event stream.
    Stream(Session<T, M>),
    /// Any other response, whatever its status.
    Other(Response<T, M>),
}

impl<T: Transport, M: Timer> fmt::Debug for Answer<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(session) => f.debug_tuple("Stream").field(session).finish(),
            Self::Other(response) => f.debug_tuple("Other").field(response).finish(),
        }
    }
}

/// A response that is not an event stream: see [`Answer::Other`]. It is a [`Stream`] of the chunks
/// of its body. An `Err` is the last item.
///
/// The idle timeout of the request applies to the body. Dropping the response closes the
/// connection.
///
/// ```no_run
/// # use sse_driver::{Error, Response, Timer, Transport};
/// # async fn read<T: Transport, M: Timer>(response: Response<T, M>) -> Result<(), Error> {
/// println!("{}", response.head().url());
/// let body = response.bytes(1024 * 1024).await?;
/// # Ok(())
/// # }
/// ```
pub struct Response<T: Transport, M: Timer> {
    head: ResponseHead,
    /// The part of the body that is already read.
    front: VecDeque<Bytes>,
    /// `None` after the body ended.
    body: Option<Pin<Box<T::Body>>>,
    /// The error that ended the body after `front`.
    error: Option<BoxError>,
    idle: Option<IdleTimeout<M>>,
    limit: usize,
}

// Only the body is pinned, and it is boxed.
impl<T: Transport, M: Timer> Unpin for Response<T, M> {}

impl<T: Transport, M: Timer> Response<T, M> {
    pub(crate) fn new(
        head: ResponseHead,
        front: [Bytes; 2],
        body: Option<Pin<Box<T::Body>>>,
        error: Option<BoxError>,
        timer: Arc<M>,
        options: &Options,
    ) -> Self {
        Self {
            head,
            front: front.into_iter().filter(|chunk| !chunk.is_empty()).collect(),
            body,
            error,
            idle: options.idle_timeout.map(|time| IdleTimeout::new(time, timer)),
            limit: options.limits.max_event_len,
        }
    }

    /// Returns the head: the status, the headers, and the URL after redirects.
    #[must_use]
    pub fn head(&self) -> &ResponseHead {
        &self.head
    }

    /// Returns the status, which may be any, including 200.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status()
    }

    /// Returns the headers as the server sent them.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// Reads the whole body, of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Returns [`Error::BodyTooLong`] if the body is longer, [`Error::Stream`] if the connection
    /// fails before its end, and [`Error::IdleTimeout`] if no byte arrives for the idle timeout.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = poll_fn(|cx| self.poll_chunk(cx)).await {
            let chunk = chunk?;
            if chunk.len() > limit - bytes.len() {
                return Err(Error::BodyTooLong { limit });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }

    /// Reads the whole body as text, with U+FFFD in place of invalid UTF-8. The body may be as long
    /// as one event: [`Limits::max_event_len`](crate::Limits::max_event_len), 16 MiB by default.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`bytes`](Self::bytes).
    pub async fn text(self) -> Result<String, Error> {
        let limit = self.limit;
        let bytes = self.bytes(limit).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads the whole body and parses it as JSON. The body may be as long as one event:
    /// [`Limits::max_event_len`](crate::Limits::max_event_len), 16 MiB by default.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`bytes`](Self::bytes), and [`Error::Json`] if the JSON does not fit
    /// the type.
    #[cfg(feature = "json")]
    pub async fn json<D: serde::de::DeserializeOwned>(self) -> Result<D, Error> {
        let limit = self.limit;
        let bytes = self.bytes(limit).await?;
        serde_json::from_slice(&bytes).map_err(|error| Error::Json(Arc::new(error)))
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Some(chunk) = self.front.pop_front() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(Error::Stream(error.into()))));
        }
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let chunk = match body.as_mut().poll_next(cx) {
            Poll::Ready(chunk) => {
                chunk.map(|chunk| chunk.map_err(|error| Error::Stream(error.into().into())))
            }
            Poll::Pending => {
                let Some(idle) = &mut self.idle else { return Poll::Pending };
                ready!(idle.poll(cx));
                Some(Err(Error::IdleTimeout(idle.time)))
            }
        };
        match (&chunk, &mut self.idle) {
            (Some(Ok(_)), Some(idle)) => idle.handle_byte(),
            (Some(Ok(_)), None) => {}
            _ => self.body = None,
        }
        Poll::Ready(chunk)
    }
}

impl<T: Transport, M: Timer> Stream for Response<T, M> {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_chunk(cx)
    }
}

impl<T: Transport, M: Timer> fmt::Debug for Response<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("head", &self.head).finish_non_exhaustive()
    }
}
