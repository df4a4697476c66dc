//! A reverse proxy that buffers responses.

use core::fmt;
use core::net::SocketAddr;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;

use crate::MockServer;
use crate::front::{Front, PAUSE, StopFlag, unless_idle};

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A reverse proxy on a free port of 127.0.0.1. It forwards the head of a response at once, but the
/// body only when its buffer is full and when the server closes the connection.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use sse_harness::{BufferingProxy, MockServer, Reply, serve};
///
/// let server = serve([Reply::events().until_close().send("data: a\n\n").send("data: b\n\n")]);
/// let proxy = BufferingProxy::new(&server, 4096);
/// let mut client = TcpStream::connect(proxy.addr())?;
/// client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
/// let mut response = String::new();
/// client.read_to_string(&mut response)?;
/// assert!(response.ends_with("\r\n\r\ndata: a\n\ndata: b\n\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct BufferingProxy(Front);

impl BufferingProxy {
    /// Creates a proxy whose buffer has room for `room` bytes.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    #[must_use]
    pub fn new(server: &MockServer, room: usize) -> Self {
        let server = server.addr();
        Self(Front::start(move |near, stopped| serve(near, server, room, stopped)))
    }

    /// Returns the address of the proxy.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.0.addr()
    }

    /// Returns the `http` URL of a path, which starts with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr())
    }
}

impl fmt::Debug for BufferingProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferingProxy").field("addr", &self.addr()).finish_non_exhaustive()
    }
}

/// Forwards bytes until a peer closes its connection or the proxy is dropped.
fn serve(mut near: TcpStream, server: SocketAddr, room: usize, stopped: &StopFlag) -> io::Result<()> {
    let mut far = TcpStream::connect(server)?;
    far.set_nonblocking(true)?;
    let mut kept = Kept { bytes: vec![], in_body: false, room };
    while !stopped.is_set() {
        let (asked, answered) = (read(&mut near)?, read(&mut far)?);
        if asked.is_none() && answered.is_none() {
            thread::sleep(PAUSE);
        }
        match asked {
            Some(bytes) if bytes.is_empty() => break,
            bytes => write(&mut far, &bytes.unwrap_or_default(), stopped)?,
        }
        match answered {
            Some(bytes) if bytes.is_empty() => return write(&mut near, &kept.bytes, stopped),
            bytes => write(&mut near, &kept.add(&bytes.unwrap_or_default()), stopped)?,
        }
    }
    Ok(())
}

/// Reads the available bytes. Returns no bytes at the end, and `None` if none are available yet.
fn read(from: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 4096];
    let read = unless_idle(from.read(&mut buffer))?;
    Ok(read.map(|len| buffer[..len].to_vec()))
}

fn write(to: &mut TcpStream, mut bytes: &[u8], stopped: &StopFlag) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = stopped.until_ready(|| to.write(bytes))?;
        bytes = &bytes[written..];
    }
    Ok(())
}

/// Bytes from the server that are not forwarded yet.
struct Kept {
    bytes: Vec<u8>,
    in_body: bool,
    room: usize,
}

impl Kept {
    /// Adds bytes and returns those to forward now.
    fn add(&mut self, more: &[u8]) -> Vec<u8> {
        self.bytes.extend(more);
        let head = self.bytes.windows(END_OF_HEAD.len()).position(|bytes| bytes == END_OF_HEAD);
        let len = match head {
            Some(at) if !self.in_body => {
                self.in_body = true;
                at + END_OF_HEAD.len()
            }
            _ if self.in_body && self.bytes.len() >= self.room => self.bytes.len(),
            _ => 0,
        };
        self.bytes.drain(..len).collect()
    }
}
