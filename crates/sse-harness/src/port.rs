//! A port before its server is there.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::{MockServer, Reply, serve_on};

/// A connection over loopback that takes longer than this is not made.
const NOTICEABLE: Duration = Duration::from_millis(300);
/// More connections than a queue of none holds on any system.
const MOST_PENDING: usize = 64;

/// A port of 127.0.0.1 at which nobody listens yet, so that a connection to it is refused. It is taken all the same: no
/// other server comes to listen there by chance.
///
/// ```
/// use std::io::ErrorKind;
/// use std::net::TcpStream;
/// use sse_harness::{Reply, ReservedPort};
///
/// let port = ReservedPort::new();
/// let addr = port.addr();
/// assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
/// let server = port.serve([Reply::status(204)]);
/// assert!(TcpStream::connect(addr).is_ok());
/// # drop(server);
/// ```
#[derive(Debug)]
pub struct ReservedPort {
    socket: Socket,
    addr: SocketAddr,
}

impl ReservedPort {
    /// A port that was free.
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a port is nothing that there is a default of")]
    pub fn new() -> Self {
        Self::bind(SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)))
    }

    /// Ends a server with all its connections, and keeps its port for another one.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use sse_harness::{Reply, ReservedPort, serve};
    ///
    /// let server = serve([Reply::status(204)]);
    /// let addr = server.addr();
    /// let port = ReservedPort::of(server);
    /// assert!(TcpStream::connect(addr).is_err());
    /// let server = port.serve([Reply::status(204)]);
    /// assert!(TcpStream::connect(addr).is_ok());
    /// # drop(server);
    /// ```
    ///
    /// # Panics
    ///
    /// If a closure that answers does not end within 10 seconds, or if another program is quick to take the port.
    #[must_use]
    pub fn of(server: MockServer) -> Self {
        let addr = server.addr();
        drop(server);
        Self::bind(addr)
    }

    fn bind(addr: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("the system has TCP");
        // What is left of the connections of a server that is gone must not keep its port.
        if cfg!(unix) {
            socket.set_reuse_address(true).expect("a new socket takes options");
        }
        socket.bind(&addr.into()).expect("the port of 127.0.0.1 is free");
        let addr = socket.local_addr().ok().and_then(|addr| addr.as_socket());
        Self { socket, addr: addr.expect("a bound socket has an address") }
    }

    /// Now there is somebody at this port who takes connections for a server and serves none of them. One of them has
    /// room; with `full`, it is taken, and so whoever connects is not even told that he is connected.
    ///
    /// Dropping what is returned closes them all.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use sse_harness::ReservedPort;
    ///
    /// let port = ReservedPort::new();
    /// let addr = port.addr();
    /// let deaf = port.listen_deaf(false);
    /// assert!(TcpStream::connect(addr).is_ok());
    /// # drop(deaf);
    /// ```
    ///
    /// # Panics
    ///
    /// When the port cannot be listened at, or the system has room for connections without end.
    #[must_use]
    pub fn listen_deaf(self, full: bool) -> impl Sized + Send + use<> {
        self.socket.listen(0).expect("a bound socket can listen");
        let connect = || TcpStream::connect_timeout(&self.addr, NOTICEABLE).ok();
        let taken: Vec<_> = core::iter::from_fn(connect).take(if full { MOST_PENDING } else { 0 }).collect();
        assert!(taken.len() < MOST_PENDING, "it is never full");
        (self.socket, taken)
    }

    /// Its address.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The `http` URL of `path`, which begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Starts a server at this port: see [`serve`](crate::serve).
    ///
    /// # Panics
    ///
    /// When there is no reply at all.
    #[must_use]
    pub fn serve(self, replies: impl IntoIterator<Item = Reply>) -> MockServer {
        self.socket.listen(128).expect("a bound socket can listen");
        serve_on(self.socket.into(), replies)
    }
}
