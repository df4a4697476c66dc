//! A [`MockServer`] behind TLS, with certificates that are made on the spot.

use core::fmt;
use core::net::SocketAddr;
use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use rustls::{HandshakeKind, ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

use crate::MockServer;
use crate::certificate::server_config;
use crate::front::{Front, Peer, Stopped, pass_on};

pub use crate::certificate::{Certificate, root_pem};

/// What a [`TlsServer`] is like in its handshakes and at the end of its connections.
///
/// ```
/// use sse_harness::{Certificate, TlsSettings};
///
/// let old = TlsSettings { tls13: false, ..TlsSettings::default() };
/// let broken = TlsSettings { certificate: Certificate::Expired, ..TlsSettings::default() };
/// ```
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// What the server proves its identity with.
    pub certificate: Certificate,
    /// The protocols that it speaks (ALPN); none: it does not choose.
    pub alpn: Vec<&'static str>,
    /// Whether it speaks TLS 1.3, or 1.2.
    pub tls13: bool,
    /// Whether it says that a connection ends (`close_notify`) before it closes it.
    pub close_notify: bool,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self { certificate: Certificate::Good, alpn: vec!["http/1.1"], tls13: true, close_notify: true }
    }
}

/// What a server knew of a connection after the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The name that the client asked for (SNI).
    pub server_name: Option<String>,
    /// The protocol that was agreed on (ALPN).
    pub alpn: Option<String>,
    /// Whether it was TLS 1.3.
    pub tls13: bool,
    /// Whether an earlier session was resumed.
    pub resumed: bool,
}

/// A [`MockServer`] behind TLS, on a port of 127.0.0.1 of its own.
///
/// ```
/// use sse_harness::{Certificate, MockServer, Reply, TlsServer, TlsSettings, root_pem, serve};
///
/// let plain = serve([Reply::events().send("data: a\n\n").stall()]);
/// let server = TlsServer::new(plain, TlsSettings::default());
/// let (url, pem) = (server.url("/events"), root_pem());
/// // A client that trusts `pem` asks `url`, and then:
/// assert!(server.plain().requests().is_empty());
/// assert!(server.handshakes().is_empty());
/// ```
pub struct TlsServer {
    front: Front,
    handshakes: Arc<Mutex<Vec<Handshake>>>,
    plain: Arc<MockServer>,
    certificate_pem: String,
}

impl TlsServer {
    /// Stands in front of a server.
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    pub fn new(plain: MockServer, settings: TlsSettings) -> Self {
        let handshakes = Arc::new(Mutex::new(vec![]));
        let plain_addr = plain.addr();
        let (config, certificate_pem) = server_config(&settings);
        let front = Front::start({
            let handshakes = Arc::clone(&handshakes);
            move |stream, stopped| {
                let tls = handshake(stream, &config, &handshakes, stopped)?;
                let far = TcpStream::connect(plain_addr)?;
                far.set_nonblocking(true)?;
                pass_on(&mut Secured { tls, close_notify: settings.close_notify }, &mut { far }, stopped);
                Ok(())
            }
        });
        Self { front, handshakes, plain: Arc::new(plain), certificate_pem }
    }

    /// Where the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.front.addr()
    }

    /// The `https` URL of `path`, which begins with a slash, by the server's address.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.addr())
    }

    /// The `https` URL of `path`, by the name `localhost`.
    #[must_use]
    pub fn url_by_name(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.addr().port())
    }

    /// The server's certificate, as PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The server behind TLS, which has a record of the requests.
    #[must_use]
    pub fn plain(&self) -> &MockServer {
        &self.plain
    }

    /// Every handshake that was completed.
    ///
    /// # Panics
    ///
    /// When a thread of the server has panicked.
    #[must_use]
    pub fn handshakes(&self) -> Vec<Handshake> {
        self.handshakes.lock().expect("nothing panics while it holds the handshakes").clone()
    }
}

impl fmt::Debug for TlsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsServer")
            .field("addr", &self.addr())
            .field("plain", &self.plain)
            .finish_non_exhaustive()
    }
}

fn handshake(
    mut stream: TcpStream,
    config: &Arc<ServerConfig>,
    handshakes: &Mutex<Vec<Handshake>>,
    stopped: &Stopped,
) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let mut tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    while tls.is_handshaking() {
        stopped.patiently(|| tls.complete_io(&mut stream))?;
    }
    let handshake = Handshake {
        server_name: tls.server_name().map(str::to_owned),
        alpn: tls.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
        tls13: tls.protocol_version() == Some(ProtocolVersion::TLSv1_3),
        resumed: tls.handshake_kind() == Some(HandshakeKind::Resumed),
    };
    handshakes.lock().expect("nothing panics while it holds the handshakes").push(handshake);
    Ok(StreamOwned::new(tls, stream))
}

struct Secured {
    tls: StreamOwned<ServerConnection, TcpStream>,
    close_notify: bool,
}

impl io::Read for Secured {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tls.read(buffer)
    }
}

impl io::Write for Secured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tls.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tls.flush()
    }
}

impl Peer for Secured {
    fn tcp(&self) -> &TcpStream {
        &self.tls.sock
    }

    fn end(&mut self) {
        if self.close_notify {
            self.tls.conn.send_close_notify();
            let _ = io::Write::flush(&mut self.tls);
        }
        self.tls.sock.end();
    }
}
