//! A loopback HTTP/1.1 server that plays a script, on threads of the standard library.
//!
//! One request for each connection. Requests are numbered from 0 in the order in which they
//! arrived; a connection that sends none is not counted.

mod connection;
mod log;
mod shared;

use std::fmt;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{RecordedRequest, Reply};
use shared::{Shared, accept};

/// How long the server waits for the system between two tries.
const PAUSE: Duration = Duration::from_millis(5);
/// The most that dropping the server takes: no test hangs because of it.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// An HTTP/1.1 server on a free port of 127.0.0.1 that plays a script of replies.
///
/// It listens from the moment it is made, on threads of its own, so it works with any runtime and
/// any client. Once the script is used up, requests get 204 No Content, which tells an SSE client
/// to stop; [`repeat`](Self::repeat) and [`reply_with`](Self::reply_with) set another rule.
/// Dropping the server closes its connections and its port.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use sse_testkit::{MockServer, Reply};
///
/// let server = MockServer::new().reply(Reply::events().event("1", "one").drop_connection());
///
/// let mut client = TcpStream::connect(server.addr())?;
/// client.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
/// let mut response = String::new();
/// client.read_to_string(&mut response)?;
/// assert!(response.contains("id: 1\ndata: one\n\n"));
///
/// let request = &server.requests()[0];
/// assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/events"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct MockServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl MockServer {
    /// Starts a server with an empty script.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it starts threads and takes a port")]
    pub fn new() -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free"))
    }

    /// Starts a server with an empty script on a listener of your own: a port that a client has in
    /// its configuration, or that of a server that is gone.
    ///
    /// # Panics
    ///
    /// If the listener is not bound to an address.
    #[must_use]
    pub fn on(listener: TcpListener) -> Self {
        let addr = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared::new());
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { addr, shared, accepting: Some(accepting) }
    }

    /// Appends a reply to the script: the first is for the first request, and so on.
    #[must_use]
    pub fn reply(self, reply: Reply) -> Self {
        self.shared.script.push(reply);
        self
    }

    /// Appends the responses of a recording to the script, one for each request.
    #[cfg(feature = "recording")]
    #[must_use]
    pub fn play(self, recording: &crate::Recording) -> Self {
        recording.responses().iter().map(crate::RecordedResponse::to_reply).fold(self, Self::reply)
    }

    /// Gives this reply to every request for which there is none in the script.
    #[must_use]
    pub fn repeat(self, reply: Reply) -> Self {
        self.shared.script.repeat(reply);
        self
    }

    /// Makes a reply for every request for which there is none in the script. `answer` runs on the
    /// thread of the connection. If it panics, the client sees a closed connection, and dropping
    /// the server panics.
    ///
    /// ```
    /// use sse_testkit::{MockServer, Reply};
    ///
    /// let server = MockServer::new().reply_with(|request| match request.last_event_id() {
    ///     None => Reply::events().event("1", "one").drop_connection(),
    ///     Some(id) => Reply::events().message(&format!("after {id}")).stall(),
    /// });
    /// # drop(server);
    /// ```
    #[must_use]
    pub fn reply_with(self, answer: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static) -> Self {
        self.shared.script.call(answer);
        self
    }

    /// Keeps no record of requests, so that the server can run for weeks:
    /// [`requests`](Self::requests) stays empty.
    #[must_use]
    pub fn without_record(self) -> Self {
        self.shared.stop_recording();
        self
    }

    /// Returns the address at which the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the `http` URL of `path`, which begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Returns the requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.requests()
    }

    /// Blocks until request `number` (the first is 0) is there and returns it; `None` if it is not
    /// there after `timeout`.
    #[must_use]
    pub fn wait_for_request(&self, number: usize, timeout: Duration) -> Option<RecordedRequest> {
        self.shared.log.wait_for_request(number, timeout)
    }

    /// Blocks until the client has closed the connection of request `number` (the first is 0), and
    /// returns when the server saw that, as the time since the server was made; `None` if it has
    /// not after `timeout`.
    ///
    /// A client that closed only its sending half counts as closed. A connection that the server
    /// reset is never seen closed.
    #[must_use]
    pub fn wait_for_close(&self, number: usize, timeout: Duration) -> Option<Duration> {
        self.shared.log.wait_for_close(number, timeout)
    }

    /// Returns how many bytes of the answer to request `number` (the first is 0) the system has
    /// taken so far, including the head and the framing; 0 if there is no such request. If this
    /// stands still during a [`send_forever`](Reply::send_forever), the client does not read, and
    /// the buffers on the way are full.
    #[must_use]
    pub fn sent(&self, number: usize) -> u64 {
        self.shared.log.sent(number)
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer")
            .field("addr", &self.addr)
            .field("log", &self.shared.log)
            .finish_non_exhaustive()
    }
}

impl Drop for MockServer {
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

/// Joining has no timeout, so this looks again and again.
fn ends(thread: &JoinHandle<()>) -> bool {
    let start = Instant::now();
    while !thread.is_finished() && start.elapsed() < END_TIMEOUT {
        thread::sleep(PAUSE / 10);
    }
    thread.is_finished()
}
