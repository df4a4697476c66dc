//! A Unix socket in front of a [`MockServer`].

use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A Unix socket, in the folder for temporary files, that passes its connections on to a server. Dropping it removes it;
/// the connections that it has go on.
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
    /// A socket in front of this server.
    ///
    /// # Panics
    ///
    /// When there is no room for it in the folder for temporary files.
    #[must_use]
    pub fn new(server: &crate::MockServer) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sse-harness-{}-{number}.sock", std::process::id()));
        // One of a process of the same number that was killed.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).expect("the folder for temporary files can be written to");
        let stopped = Arc::new(AtomicBool::new(false));
        let accepting = thread::spawn({
            let (stopped, server) = (Arc::clone(&stopped), server.addr());
            move || accept(&listener, server, &stopped)
        });
        Self { path, stopped, accepting: Some(accepting) }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for UnixFront {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // The accepting thread sleeps in `accept`: a connection wakes it.
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
        // Whoever connects sees it as a closed connection.
        let _ = near.and_then(|near| serve(near, TcpStream::connect(server)?));
    }
}

/// Passes bytes on both ways, each on a thread that ends with its direction.
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
