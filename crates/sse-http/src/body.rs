//! The body of a response, which owns its connection.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};

use crate::Error;
use crate::connection::Connection;
use crate::stream::Stream as TransportStream;

/// The body of a response: a stream of chunks as they arrive from the network, without the framing
/// and trailers of the chunked transfer coding.
///
/// The body owns the connection and drives it while it is polled. No task runs in the background,
/// so a reader that stops polling stops the sender. The stream ends after its first error. The
/// connection closes when the body ends, fails, or is dropped.
///
/// ```no_run
/// use futures_util::StreamExt;
/// use sse_http::{Body, Dial, Error};
///
/// async fn length<D: Dial>(mut body: Body<D::Stream>) -> Result<usize, Error> {
///     let mut bytes = 0;
///     while let Some(chunk) = body.next().await {
///         bytes += chunk?.len();
///     }
///     Ok(bytes)
/// }
/// ```
pub struct Body<S: AsyncRead + AsyncWrite + Unpin> {
    connection: Option<Connection<TransportStream<S>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Body<S> {
    pub(crate) fn new(connection: Connection<TransportStream<S>>) -> Self {
        Self { connection: Some(connection) }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for Body<S> {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(connection) = &mut self.connection else { return Poll::Ready(None) };
        let item = ready!(connection.poll_data(cx));
        if !matches!(item, Some(Ok(_))) {
            self.connection = None;
        }
        Poll::Ready(item.map(|result| result.map_err(Error::Body)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> fmt::Debug for Body<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("ended", &self.connection.is_none()).finish_non_exhaustive()
    }
}
