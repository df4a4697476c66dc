//! The connections and timers of a runtime.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::io;

use futures_io::{AsyncRead, AsyncWrite};

/// Connects byte streams in an async runtime, and provides the timer for their timeout.
///
/// The stream is plain: the transport adds TLS itself. `dial` and `sleep` may be written as `async
/// fn`. An adapter for a runtime resolves the name and leaves the rest to
/// [`happy_eyeballs`](crate::happy_eyeballs) and [`configure_socket`](crate::configure_socket). A
/// dial for a Unix socket or for a test ignores the host:
///
/// ```
/// use std::{future::ready, io, time::Duration};
/// use futures_util::io::Cursor;
/// use sse_http::{Dial, Http};
///
/// /// Answers every request from memory.
/// #[derive(Clone)]
/// struct Canned(&'static [u8]);
///
/// impl Dial for Canned {
///     type Stream = Cursor<Vec<u8>>;
///     async fn dial(&self, _host: &str, _port: u16) -> io::Result<Self::Stream> {
///         Ok(Cursor::new(self.0.to_vec()))
///     }
///     fn uses_host(&self) -> bool {
///         false
///     }
///     fn sleep(&self, _time: Duration) -> impl Future<Output = ()> + Send {
///         std::future::pending()
///     }
/// }
///
/// let transport = Http::new(Canned(b"HTTP/1.1 204 No Content\r\n\r\n"));
/// ```
pub trait Dial: Clone + Send + Sync + 'static {
    /// The type of connected byte streams. Dropping one closes the connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Connects to a host, given by its name or its address (IPv6 without brackets).
    ///
    /// An implementation needs no timeout: the transport drops the future when the request's
    /// [`ConnectTimeout`](sse_driver::ConnectTimeout) expires.
    ///
    /// # Errors
    /// Any error is reported as the source of [`Error::Connect`](crate::Error::Connect), or of
    /// [`ProxyError::Connect`](crate::ProxyError::Connect) if the host is a proxy.
    fn dial(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Returns whether [`dial`](Self::dial) connects to the given host, which is the default. A
    /// dial that ignores the host, for a Unix socket say, returns `false`. Then
    /// [`Http::new`](crate::Http::new) does not use the proxies of the environment, since the peer
    /// would receive requests meant for a proxy.
    fn uses_host(&self) -> bool {
        true
    }

    /// Completes after `time`.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// Runs `work`, and fails with [`TimedOut`](io::ErrorKind::TimedOut) if it takes longer than
/// `limit`.
pub(crate) async fn within<D: Dial, T>(
    dial: &D,
    limit: Option<Duration>,
    work: impl Future<Output = T>,
) -> io::Result<T> {
    let Some(limit) = limit else { return Ok(work.await) };
    let (mut work, mut timeout) = (pin!(work), pin!(dial.sleep(limit)));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Pending => timeout.as_mut().poll(cx).map(|()| Err(timed_out(limit))),
        Poll::Ready(done) => Poll::Ready(Ok(done)),
    })
    .await
}

fn timed_out(limit: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {limit:?}"))
}
