//! A [`MockServer`] behind TLS, with generated certificates.

use core::fmt;
use core::net::SocketAddr;
use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use rustls::{HandshakeKind, ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

use crate::MockServer;
use crate::certificate::server_config;
use crate::front::{Front, Peer, StopFlag, forward_both_ways};

pub use crate::certificate::{Certificate, root_pem};

/// Settings of a [`TlsServer`].
///
/// ```
/// use sse_harness::{Certificate, TlsSettings};
///
/// let old = TlsSettings { tls13: false, ..TlsSettings::default() };
/// let broken = TlsSettings { certificate: Certificate::Expired, ..TlsSettings::default() };
/// ```
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// The certificate of the server.
    pub certificate: Certificate,
    /// The protocols that it supports (ALPN). If empty, it negotiates none.
    pub alpn: Vec<&'static str>,
    /// Whether it uses TLS 1.3, rather than 1.2.
    pub tls13: bool,
    /// Whether it sends `close_notify` before it closes a connection.
    pub close_notify: bool,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self { certificate: Certificate::Good, alpn: vec!["http/1.1"], tls13: true, close_notify: true }
    }
}

/// The result of a handshake, as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The name that the client sent (SNI).
    pub server_name: Option<String>,
    /// The negotiated protocol (ALPN).
    pub alpn: Option<String>,
    /// Whether TLS 1.3 was used.
    pub tls13: bool,
    /// Whether the client resumed an earlier session.
    pub resumed: bool,
}

/// A [`MockServer`] behind TLS, on its own port of 127.0.0.1.
///
/// ```
/// use sse_harness::{Certificate, MockServer, Reply, TlsServer, TlsSettings, root_pem, serve};
///
/// let plain = serve([Reply::events().send("data: a\n\n").stall()]);
/// let server = TlsServer::new(plain, TlsSettings::default());
/// let (url, pem) = (server.url("/events"), root_pem());
/// // A client that trusts `pem` can request `url`. So far none has:
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
    /// Puts TLS in front of a server.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
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
                forward_both_ways(
                    &mut Secured { tls, close_notify: settings.close_notify },
                    &mut { far },
                    stopped,
                );
                Ok(())
            }
        });
        Self { front, handshakes, plain: Arc::new(plain), certificate_pem }
    }

    /// Returns the address of the TLS port.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.front.addr()
    }

    /// Returns the `https` URL of a path, which starts with a slash, with the server's address.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.addr())
    }

    /// Returns the `https` URL of a path with the host name `localhost`.
    #[must_use]
    pub fn url_by_name(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.addr().port())
    }

    /// Returns the server's certificate as PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Returns the server behind TLS, which records the requests.
    #[must_use]
    pub fn plain(&self) -> &MockServer {
        &self.plain
    }

    /// Returns all completed handshakes.
    ///
    /// # Panics
    ///
    /// Panics if a thread of the server has panicked.
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
    stopped: &StopFlag,
) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let mut tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    while tls.is_handshaking() {
        stopped.until_ready(|| tls.complete_io(&mut stream))?;
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
