//! Connections over a Unix socket.

use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_std::os::unix::net::UnixStream;

/// Connects to a Unix socket instead of a host: a [`Dial`](sse_http::Dial) for
/// [`Http`](sse_http::Http). The host of the URL is not looked up; it goes into the `Host` header.
/// The proxies of the environment are not used.
///
/// The client has another type than [`sse_async_std::Client`](crate::Client), so create it with
/// [`sse_driver::Client::builder_with`]. If the socket cannot be reached, the attempt fails with
/// [`Error::Connect`](crate::Error::Connect).
///
/// ```
/// use sse_async_std::{AsyncStdTimer, UnixDial, sse_http::Http};
///
/// let transport = Http::new(UnixDial::new("/run/server.sock"));
/// let client = sse_async_std::sse_driver::Client::builder_with(transport, AsyncStdTimer::default()).build();
/// let request = client.get("http://localhost/events");
/// ```
#[derive(Clone, Debug)]
pub struct UnixDial {
    path: Arc<Path>,
}

impl UnixDial {
    /// Connects to the socket at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into() }
    }
}

impl sse_http::Dial for UnixDial {
    type Stream = UnixStream;

    async fn dial(&self, _host: &str, _port: u16) -> io::Result<UnixStream> {
        UnixStream::connect(&*self.path).await
    }

    fn uses_host(&self) -> bool {
        false
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        async_std::task::sleep(time)
    }
}
