//! A Unix socket in front of a [`MockServer`].

use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A Unix socket in the folder for temporary files that forwards its connections to a server.
/// Dropping it removes the socket, but open connections continue.
///
/// ```
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
/// use sse_harness::{MockServer, Reply, UnixFront, serve};
///
/// let server = serve([Reply::status(200).send("hello")]);
/// let front = UnixFront::new(&server);
/// let mut client = UnixStream::connect(front.path())?;
/// client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
/// let mut response = String::new();
/// client.read_to_string(&mut response)?;
/// assert!(response.ends_with("hello"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct UnixFront {
    path: PathBuf,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl UnixFront {
    /// Creates a socket in front of a server.
    ///
    /// # Panics
    ///
    /// Panics if the socket cannot be created.
    #[must_use]
    pub fn new(server: &crate::MockServer) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sse-harness-{}-{number}.sock", std::process::id()));
        // An earlier process with the same number may have been killed and left its socket.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).expect("the folder for temporary files is writable");
        let stopped = Arc::new(AtomicBool::new(false));
        let accepting = thread::spawn({
            let (stopped, server) = (Arc::clone(&stopped), server.addr());
            move || accept(&listener, server, &stopped)
        });
        Self { path, stopped, accepting: Some(accepting) }
    }

    /// Returns the path of the socket.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for UnixFront {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // The accepting thread waits in `accept`, so wake it with a connection.
        let _ = UnixStream::connect(&self.path);
        let _ = self.accepting.take().map(JoinHandle::join);
        let _ = std::fs::remove_file(&self.path);
    }
}

fn accept(listener: &UnixListener, server: SocketAddr, stopped: &AtomicBool) {
    for near in listener.incoming() {
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        // The client sees a closed connection.
        let _ = near.and_then(|near| serve(near, TcpStream::connect(server)?));
    }
}

/// Forwards bytes both ways, each direction on its own thread.
fn serve(near: UnixStream, far: TcpStream) -> io::Result<()> {
    let (mut near_in, mut far_in) = (near.try_clone()?, far.try_clone()?);
    let (mut near_out, mut far_out) = (near, far);
    thread::spawn(move || {
        let _ = io::copy(&mut near_in, &mut far_out);
        far_out.shutdown(Shutdown::Write)
    });
    thread::spawn(move || {
        let _ = io::copy(&mut far_in, &mut near_out);
        near_out.shutdown(Shutdown::Write)
    });
    Ok(())
}
