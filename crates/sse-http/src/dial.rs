//! The network and the clock of a runtime.

use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::io;

use futures_io::{AsyncRead, AsyncWrite};

/// What a runtime gives to this transport: connections, and the clock for their timeout.
///
/// The stream is the plain one, without TLS. `dial` and `sleep` may be written as `async fn`. An
/// adapter resolves the name and leaves the rest to [`happy_eyeballs`](crate::happy_eyeballs) and
/// [`configure_socket`](crate::configure_socket); a dial for a Unix socket or for a test ignores the host:
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
    /// A connected byte stream. Dropping it closes the connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Connects to a host by its name or its address (IPv6 without brackets).
    ///
    /// It need not time out: the transport drops the future when the request's
    /// [`ConnectTimeout`](sse_driver::ConnectTimeout) is over.
    fn dial(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Whether it connects to the host that it is given, as most do. One that ignores the host (a
    /// Unix socket) says `false`: then [`Http::new`](crate::Http::new) leaves the proxies of the
    /// environment alone, as the peer would only see what is for a proxy.
    fn uses_host(&self) -> bool {
        true
    }

    /// Completes after `time`.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// The outcome of `work`, or [`TimedOut`](io::ErrorKind::TimedOut) where the `limit` comes first.
pub(crate) async fn within<D: Dial, T>(
    dial: &D,
    limit: Option<Duration>,
    work: impl Future<Output = T>,
) -> io::Result<T> {
    let Some(limit) = limit else { return Ok(work.await) };
    let (mut work, mut alarm) = (pin!(work), pin!(dial.sleep(limit)));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Pending => alarm.as_mut().poll(cx).map(|()| Err(timed_out(limit))),
        Poll::Ready(done) => Poll::Ready(Ok(done)),
    })
    .await
}

fn timed_out(limit: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no connection within {limit:?}"))
}
