//! The body of a response, and the connection that feeds it.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};

use crate::Error;
use crate::connection::Connection;
use crate::stream::Stream as Transported;

/// A response's body: a stream of chunks as they come off the network, without the chunked framing
/// and its trailers.
///
/// It owns the connection and drives it while it is polled, so no task runs beside it, and a reader
/// that does not poll stops the sender. After its end or its first error there is nothing more, and
/// the connection is closed; dropping the body closes it too.
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
    connection: Option<Connection<Transported<S>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Body<S> {
    pub(crate) fn new(connection: Connection<Transported<S>>) -> Self {
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
