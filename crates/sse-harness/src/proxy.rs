//! An HTTP proxy that records its requests.

use core::fmt;
use core::net::SocketAddr;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use crate::RecordedRequest;
use crate::front::{Front, StopFlag, forward_both_ways};

/// The behaviour of a [`ProxyServer`].
///
/// ```
/// use sse_harness::ProxyMood;
///
/// let mood = ProxyMood::Wants("Basic dXNlcjpwYXNzd29yZA==".into());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyMood {
    /// It serves every request.
    Willing,
    /// It serves requests with this `Proxy-Authorization`, and answers others with 407.
    Wants(String),
    /// It answers every request with this status.
    Refuses(u16),
    /// It never answers.
    Silent,
    /// It answers every request with these bytes.
    Says(Vec<u8>),
    /// It serves every request, and sends these bytes through a tunnel together with its own
    /// response, before the server has sent anything.
    Premature(Vec<u8>),
}

/// An HTTP proxy on a free port of 127.0.0.1 that handles `CONNECT` and requests in absolute form.
///
/// It connects to 127.0.0.1 for every host, so that tests can use names that do not resolve.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use sse_harness::{ProxyMood, ProxyServer, Reply, serve};
///
/// let server = serve([Reply::status(204)]);
/// let proxy = ProxyServer::new(ProxyMood::Willing);
///
/// let mut client = TcpStream::connect(proxy.addr())?;
/// let url = format!("http://somewhere.example:{}/events", server.addr().port());
/// client.write_all(format!("GET {url} HTTP/1.1\r\nHost: somewhere.example\r\n\r\n").as_bytes())?;
/// let mut head = [0; 12];
/// client.read_exact(&mut head)?;
/// assert_eq!(&head, b"HTTP/1.1 204");
/// assert_eq!((proxy.requests()[0].path.as_str(), server.requests()[0].path.as_str()), (&*url, "/events"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ProxyServer {
    front: Front,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
}

impl ProxyServer {
    /// Creates a proxy that answers as `mood` says.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    #[must_use]
    pub fn new(mood: ProxyMood) -> Self {
        let requests = Arc::new(Mutex::new(vec![]));
        let front = Front::start({
            let requests = Arc::clone(&requests);
            move |stream, stopped| serve(stream, &mood, &requests, stopped)
        });
        Self { front, requests }
    }

    /// Returns the address of the proxy.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.front.addr()
    }

    /// Returns the proxy's URL, with the userinfo unless it is empty.
    #[must_use]
    pub fn url(&self, userinfo: &str) -> String {
        let at = if userinfo.is_empty() { "" } else { "@" };
        format!("http://{userinfo}{at}{}", self.addr())
    }

    /// Returns all requests so far. Their `path` is the whole target: a URL, or the host and port
    /// of a tunnel.
    ///
    /// # Panics
    ///
    /// Panics if a thread of the proxy has panicked.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.lock().expect("nothing panics while it holds the requests").clone()
    }
}

impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyServer").field("addr", &self.addr()).finish_non_exhaustive()
    }
}

fn serve(
    mut near: TcpStream,
    mood: &ProxyMood,
    requests: &Mutex<Vec<RecordedRequest>>,
    stopped: &StopFlag,
) -> io::Result<()> {
    let request = RecordedRequest::read(BufReader::new(BlockingReader { stream: &near, stopped }))?;
    requests.lock().expect("nothing panics while it holds the requests").push(request.clone());
    let status = match mood {
        ProxyMood::Silent => return stopped.until_ready(|| near.read(&mut [0; 64])).map(drop),
        ProxyMood::Says(bytes) => return near.write_all(bytes),
        ProxyMood::Refuses(status) => *status,
        ProxyMood::Wants(value) if request.header("proxy-authorization") != Some(value) => 407,
        _ => 200,
    };
    if status != 200 {
        return near.write_all(format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\n\r\n").as_bytes());
    }
    let far = match request.method.as_str() {
        "CONNECT" => open_tunnel(&mut near, &request, mood)?,
        _ => forward(&request)?,
    };
    far.set_nonblocking(true)?;
    forward_both_ways(&mut near, &mut { far }, stopped);
    Ok(())
}

fn open_tunnel(near: &mut TcpStream, request: &RecordedRequest, mood: &ProxyMood) -> io::Result<TcpStream> {
    let far = connect(&request.path)?;
    let mut answer = b"HTTP/1.1 200 \r\n\r\n".to_vec();
    if let ProxyMood::Premature(bytes) = mood {
        answer.extend(bytes);
    }
    near.write_all(&answer)?;
    Ok(far)
}

/// Forwards a request in origin form, without the headers for the proxy.
fn forward(request: &RecordedRequest) -> io::Result<TcpStream> {
    let target = request.path.strip_prefix("http://").ok_or(io::ErrorKind::InvalidData)?;
    let (authority, path) = target.split_at(target.find('/').unwrap_or(target.len()));
    let mut far = connect(authority)?;
    let head = format!("{} {} HTTP/1.1\r\n", request.method, if path.is_empty() { "/" } else { path });
    let mut head = head.into_bytes();
    for (name, value) in request.headers.iter().filter(|(name, _)| *name != "proxy-authorization") {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    far.write_all(&[&head[..], b"\r\n", &request.body].concat())?;
    Ok(far)
}

/// Connects to the port of an authority, 80 by default.
fn connect(authority: &str) -> io::Result<TcpStream> {
    let port = authority.rsplit_once(':').map_or(Ok(80), |(_, port)| port.parse());
    TcpStream::connect(("127.0.0.1", port.map_err(io::Error::other)?))
}

struct BlockingReader<'p> {
    stream: &'p TcpStream,
    stopped: &'p StopFlag,
}

impl Read for BlockingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stopped.until_ready(|| (&*self.stream).read(buffer))
    }
}
