//! A loopback HTTP/1.1 server that does what a script says, on threads of the standard library.
//!
//! One request for each connection. Requests are numbered from 0 in the order in which they arrived; a connection that
//! sends none is not counted.

mod connection;
mod gate;
mod log;
mod port;
mod reply;
mod request;
mod shared;

use core::fmt;
use core::net::SocketAddr;
use core::time::Duration;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

pub use gate::Gate;
pub use port::ReservedPort;
pub use reply::Reply;
pub use request::RecordedRequest;

use shared::{Manner, Shared, accept};

/// How long the server waits for the system between two tries.
const PAUSE: Duration = Duration::from_millis(5);
/// The most that dropping the server takes: no test hangs because of it.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// A server on a free port of 127.0.0.1. Dropping it closes all its connections and ends all its threads, in
/// milliseconds; it panics when a closure that answers will not end within 10 seconds.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use std::time::Duration;
/// use sse_harness::{Reply, Server};
///
/// let server = Server::script([Reply::events().send("data: a\n\n").cut(), Reply::status(204)]);
///
/// let mut client = TcpStream::connect(server.addr())?;
/// client.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
/// let mut response = String::new();
/// client.read_to_string(&mut response)?;
/// assert!(response.ends_with("\r\n\r\n9\r\ndata: a\n\n\r\n"));
///
/// drop(client);
/// assert!(server.wait_for_close(0, Duration::from_secs(5)).is_some());
/// assert_eq!(server.requests()[0].path, "/events");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers request n with reply n. The last reply is for all requests after it too, so that a client that asks too
    /// often is seen in [`requests`](Self::requests).
    ///
    /// # Panics
    ///
    /// When there is no reply at all, or no port is free.
    #[must_use]
    pub fn script(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::respond(in_turn(replies))
    }

    /// Answers each request as `answer` says: it is given the request and its number, and called by the thread of that
    /// connection. When it panics the client sees a closed connection, and dropping the server panics.
    ///
    /// ```
    /// use sse_harness::{Reply, Server};
    ///
    /// let server = Server::respond(|request, _| match request.header("last-event-id") {
    ///     None => Reply::events().send("id: 1\ndata: a\n\n").cut(),
    ///     Some(id) => Reply::events().send(format!("data: after {id}\n\n")).stall(),
    /// });
    /// # drop(server);
    /// ```
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    pub fn respond(answer: impl Fn(&RecordedRequest, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(free_port(), Manner::Usual, answer)
    }

    /// Sends `reply` on each connection as soon as there is one, and does not read what the client sends before all of it
    /// is sent. Such a connection counts as a request of which nothing is recorded.
    ///
    /// ```
    /// use std::io::Read;
    /// use std::net::TcpStream;
    /// use sse_harness::{Reply, Server};
    ///
    /// let server = Server::premature(Reply::raw().send("HTTP/1.1 200 OK\r\n\r\n"));
    /// let mut response = String::new();
    /// TcpStream::connect(server.addr())?.read_to_string(&mut response)?;
    /// assert!(response.starts_with("HTTP/1.1 200"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    pub fn premature(reply: Reply) -> Self {
        Self::start(free_port(), Manner::Premature, move |_, _| reply.clone())
    }

    /// Answers as with [`respond`](Self::respond), and keeps no record of it, so that it can run for weeks. To those who ask
    /// for one there was no request.
    ///
    /// ```
    /// use sse_harness::{Reply, Server};
    ///
    /// let server = Server::forgetful(|_, number| Reply::events().send(format!("data: {number}\n\n")));
    /// assert!(server.requests().is_empty());
    /// ```
    ///
    /// # Panics
    ///
    /// When no port is free.
    #[must_use]
    pub fn forgetful(answer: impl Fn(&RecordedRequest, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(free_port(), Manner::Forgetful, answer)
    }

    fn start(
        listener: TcpListener,
        manner: Manner,
        answer: impl Fn(&RecordedRequest, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let addr = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared::new(manner, answer));
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { addr, shared, accepting: Some(accepting) }
    }

    /// Ends the server, with all its connections, and keeps its port for another one.
    ///
    /// ```
    /// use std::net::TcpStream;
    /// use sse_harness::{Reply, Server};
    ///
    /// let server = Server::script([Reply::status(204)]);
    /// let addr = server.addr();
    /// let port = server.kill();
    /// assert!(TcpStream::connect(addr).is_err());
    /// let server = port.script([Reply::status(204)]);
    /// assert!(TcpStream::connect(addr).is_ok());
    /// # drop(server);
    /// ```
    ///
    /// # Panics
    ///
    /// When a closure that answers will not end within 10 seconds, or another program is quick to take the port.
    #[must_use]
    pub fn kill(self) -> ReservedPort {
        let addr = self.addr;
        drop(self);
        ReservedPort::again(addr)
    }

    /// Where the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The `http` URL of `path`, which begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.requests()
    }

    /// Request `number` (the first is 0), as soon as it is there; `None` when it is not there after `timeout`.
    #[must_use]
    pub fn wait_for_request(&self, number: usize, timeout: Duration) -> Option<RecordedRequest> {
        self.shared.log.wait_for_request(number, timeout)
    }

    /// The moment at which the server saw that the peer had closed the connection of request `number` (the first is 0);
    /// `None` when it has not seen that after `timeout`.
    ///
    /// A peer that closed only its sending half counts as closed. A connection that the server reset is never seen closed.
    #[must_use]
    pub fn wait_for_close(&self, number: usize, timeout: Duration) -> Option<Instant> {
        self.shared.log.wait_for_close(number, timeout)
    }

    /// How many bytes of the answer to request `number` (the first is 0) the system has taken so far, the head and the
    /// framing included; 0 when there is no such request. When this stands still in the midst of
    /// [`send_for_ever`](Reply::send_for_ever), the peer does not read and the buffers between are full.
    #[must_use]
    pub fn sent(&self, number: usize) -> u64 {
        self.shared.log.sent(number)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("addr", &self.addr)
            .field("log", &self.shared.log)
            .finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop();
        // The accepting thread sleeps in `accept`: a connection wakes it.
        let woken = TcpStream::connect_timeout(&self.addr, END_TIMEOUT);
        let Some(accepting) = self.accepting.take() else { return };
        let ended = woken.is_ok() && ends(&accepting);
        if thread::panicking() {
            return;
        }
        assert!(ended, "the server did not end in {END_TIMEOUT:?}: does its closure block?");
        assert!(accepting.join().is_ok(), "the server could not answer: its closure panicked");
    }
}

fn free_port() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free")
}

/// Reply n for request n, and the last one for all after it.
fn in_turn(
    replies: impl IntoIterator<Item = Reply>,
) -> impl Fn(&RecordedRequest, usize) -> Reply + Send + Sync + 'static {
    let replies: Vec<_> = replies.into_iter().collect();
    let last = replies.len().checked_sub(1).expect("a script has at least one reply");
    move |_, number| replies[number.min(last)].clone()
}

/// Joining has no timeout, so this looks again and again.
fn ends(thread: &JoinHandle<()>) -> bool {
    let start = Instant::now();
    while !thread.is_finished() && start.elapsed() < END_TIMEOUT {
        thread::sleep(PAUSE / 10);
    }
    thread.is_finished()
}
