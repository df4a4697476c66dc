//! The body of a response, and the connection that feeds it.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;

use crate::Error;
use crate::io::Io;
use crate::outgoing::Outgoing;
use crate::stream::Stream as Transported;

/// hyper's half of a connection: it reads and writes only while it is polled.
pub(crate) type Connection<S> = http1::Connection<Io<Transported<S>>, Outgoing>;

/// A response's body: a stream of chunks as they come off the network, without the chunked framing and its trailers.
///
/// It owns the connection and drives it while it is polled, so no task runs beside it, and a reader that does not poll
/// stops the sender. After its end or its first error there is nothing more, and the connection is closed; dropping the
/// body closes it too.
///
/// ```no_run
/// use futures_util::StreamExt;
/// use sse_hyper::{Body, Dial, Error};
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
    open: Option<Open<S>>,
}

struct Open<S: AsyncRead + AsyncWrite + Unpin> {
    incoming: Incoming,
    /// `None` once hyper is done with it; what it read may still lie in `incoming`.
    connection: Option<Connection<S>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Body<S> {
    pub(crate) fn new(incoming: Incoming, connection: Option<Connection<S>>) -> Self {
        Self { open: Some(Open { incoming, connection }) }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for Body<S> {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(open) = &mut self.open else { return Poll::Ready(None) };
        let item = ready!(open.poll_data(cx));
        if !matches!(item, Some(Ok(_))) {
            self.open = None;
        }
        Poll::Ready(item.map(|result| result.map_err(Error::Body)))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Open<S> {
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Bytes>>> {
        drive(&mut self.connection, cx);
        while let Some(frame) = ready!(Pin::new(&mut self.incoming).poll_frame(cx)?) {
            if let Ok(data) = frame.into_data() {
                return Poll::Ready(Some(Ok(data)));
            }
        }
        Poll::Ready(None)
    }
}

/// Lets the connection read and write what it can. How it ended is told by the response or the body that it fed.
pub(crate) fn drive<S>(connection: &mut Option<Connection<S>>, cx: &mut Context<'_>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let done = connection.as_mut().is_some_and(|connection| Pin::new(connection).poll(cx).is_ready());
    if done {
        *connection = None;
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> fmt::Debug for Body<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("ended", &self.open.is_none()).finish_non_exhaustive()
    }
}
