//! Ports without a server.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::{MockServer, Reply, serve_on};

/// The time after which a loopback connection counts as not established.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(300);
/// More connections than a queue of length 0 holds on any system.
const MAX_PENDING: usize = 64;

/// A port of 127.0.0.1 without a listener, so connections to it are refused. It is reserved, so no
/// other program can listen there.
///
/// ```
/// use std::io::ErrorKind;
/// use std::net::TcpStream;
/// use sse_harness::{Reply, ReservedPort};
///
/// let port = ReservedPort::new();
/// let addr = port.addr();
/// assert_eq!(TcpStream::connect(addr).expect_err("no listener").kind(), ErrorKind::ConnectionRefused);
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
    /// Reserves a free port.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each call reserves another port")]
    pub fn new() -> Self {
        Self::bind(SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)))
    }

    /// Stops a server and all its connections, and reserves its port.
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
    /// Panics if a closure of the server does not return within 10 seconds, or if another program
    /// takes the port.
    #[must_use]
    pub fn of(server: MockServer) -> Self {
        let addr = server.addr();
        drop(server);
        Self::bind(addr)
    }

    fn bind(addr: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("the system has TCP");
        // Old connections of the stopped server must not block its port.
        if cfg!(unix) {
            socket.set_reuse_address(true).expect("a new socket takes options");
        }
        socket.bind(&addr.into()).expect("the port of 127.0.0.1 is free");
        let addr = socket.local_addr().ok().and_then(|addr| addr.as_socket());
        Self { socket, addr: addr.expect("a bound socket has an address") }
    }

    /// Listens at this port without accepting connections. The queue has room for one connection.
    /// With `full`, it is filled, so further connections are not established.
    ///
    /// Dropping the returned value closes all connections.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use sse_harness::ReservedPort;
    ///
    /// let port = ReservedPort::new();
    /// let addr = port.addr();
    /// let listener = port.listen_without_accepting(false);
    /// assert!(TcpStream::connect(addr).is_ok());
    /// # drop(listener);
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the system cannot listen at the port, or if its queue is never full.
    #[must_use]
    pub fn listen_without_accepting(self, full: bool) -> impl Sized + Send + use<> {
        self.socket.listen(0).expect("a bound socket can listen");
        let connect = || TcpStream::connect_timeout(&self.addr, CONNECT_TIMEOUT).ok();
        let taken: Vec<_> = core::iter::from_fn(connect).take(if full { MAX_PENDING } else { 0 }).collect();
        assert!(taken.len() < MAX_PENDING, "the queue is never full");
        (self.socket, taken)
    }

    /// Returns the address of the port.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the `http` URL of a path, which starts with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Starts a server at this port: see [`serve`](crate::serve).
    ///
    /// # Panics
    ///
    /// Panics if there is no reply.
    #[must_use]
    pub fn serve(self, replies: impl IntoIterator<Item = Reply>) -> MockServer {
        self.socket.listen(128).expect("a bound socket can listen");
        serve_on(self.socket.into(), replies)
    }
}
