//! Servers behind a Unix socket.

use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use smol::net::unix::UnixStream;

/// Connects to a Unix socket, whatever the host of the URL, which only goes into `Host`.
///
/// ```
/// use sse_smol::{SmolTimer, UnixDial, sse_http::Http};
///
/// let transport = Http::new(UnixDial::new("/run/server.sock"));
/// let client = sse_smol::sse_driver::Client::builder_with(transport, SmolTimer::default()).build();
/// let request = client.get("http://localhost/events");
/// ```
#[derive(Clone, Debug)]
pub struct UnixDial {
    path: Arc<Path>,
}

impl UnixDial {
    /// The socket at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into() }
    }
}

impl sse_http::Dial for UnixDial {
    type Stream = UnixStream;

    async fn dial(&self, _host: &str, _port: u16) -> io::Result<UnixStream> {
        UnixStream::connect(&self.path).await
    }

    fn uses_host(&self) -> bool {
        false
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        crate::sleep(time)
    }
}
