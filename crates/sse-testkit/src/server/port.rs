//! A port before its server is there.

use core::net::SocketAddr;
use std::net::{Ipv4Addr, SocketAddrV4};

use socket2::{Domain, Socket, Type};

use super::{Reply, Server, in_turn};

/// A port of 127.0.0.1 at which nobody listens yet, so that a connection to it is refused. It is taken all the same: no
/// other server comes to listen there by chance.
///
/// ```
/// use std::io::ErrorKind;
/// use std::net::TcpStream;
/// use sse_testkit::{Reply, ReservedPort};
///
/// let port = ReservedPort::new();
/// let addr = port.addr();
/// assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
/// let server = port.script([Reply::status(204)]);
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
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("the system has TCP");
        let any = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
        socket.bind(&any.into()).expect("a port of 127.0.0.1 is free");
        let addr = socket.local_addr().ok().and_then(|addr| addr.as_socket());
        Self { socket, addr: addr.expect("a bound socket has an address") }
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

    /// Now there is a server at this port: see [`Server::script`].
    ///
    /// # Panics
    ///
    /// When there is no reply at all.
    #[must_use]
    pub fn script(self, replies: impl IntoIterator<Item = Reply>) -> Server {
        self.socket.listen(128).expect("a bound socket can listen");
        Server::start(self.socket.into(), in_turn(replies))
    }
}
