//! A loopback HTTP/1.1 server that plays a script, on threads of the standard library.
//!
//! Each connection serves one request. Requests are numbered from 0 in order of arrival. A
//! connection that sends no request is not counted.

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

/// The time between two attempts of an operation that cannot finish yet.
const PAUSE: Duration = Duration::from_millis(5);
/// The maximum time that dropping the server takes, so that no test hangs.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// An HTTP/1.1 server on a free port of 127.0.0.1 that plays a script of replies.
///
/// It listens as soon as it is created, on threads of its own, so it works with any runtime and any
/// client. After the last reply of the script, requests get 204 No Content, which tells an SSE
/// client to stop. [`repeat`](Self::repeat) and [`reply_with`](Self::reply_with) change that.
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
    /// Panics if no port is free.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it starts threads and takes a port")]
    pub fn new() -> Self {
        Self::on(TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free"))
    }

    /// Starts a server with an empty script on a listener of your own. Use it for a port that is
    /// fixed in a client's configuration, or for the port of a server that was dropped.
    ///
    /// # Panics
    ///
    /// Panics if the listener is not bound to an address.
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

    /// Appends a reply to the script. The first reply answers the first request, and so on.
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

    /// Sets the reply to every request after the end of the script.
    #[must_use]
    pub fn repeat(self, reply: Reply) -> Self {
        self.shared.script.repeat(reply);
        self
    }

    /// Sets a closure that makes the reply to every request after the end of the script. It runs on
    /// the thread of the connection. If it panics, the client sees a closed connection, and
    /// dropping the server panics.
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

    /// Turns off the record of requests, which otherwise grows for as long as the server runs.
    /// [`requests`](Self::requests) then returns an empty list.
    #[must_use]
    pub fn without_record(self) -> Self {
        self.shared.stop_recording();
        self
    }

    /// Returns the address on which the server listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the `http` URL of `path`, which must begin with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Returns the requests received so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.requests()
    }

    /// Blocks until request `number` (the first is 0) has arrived and returns it, or returns `None`
    /// after `timeout`.
    #[must_use]
    pub fn wait_for_request(&self, number: usize, timeout: Duration) -> Option<RecordedRequest> {
        self.shared.log.wait_for_request(number, timeout)
    }

    /// Blocks until the client has closed the connection of request `number` (the first is 0).
    /// Returns the time at which the server noticed this, counted from the creation of the server,
    /// or `None` after `timeout`.
    ///
    /// It is enough that the client closes its sending half. If the server resets the connection,
    /// this always returns `None`.
    #[must_use]
    pub fn wait_for_close(&self, number: usize, timeout: Duration) -> Option<Duration> {
        self.shared.log.wait_for_close(number, timeout)
    }

    /// Returns the number of bytes of the reply to request `number` (the first is 0) that the
    /// system has accepted so far, including the head and the framing, or 0 if there is no such
    /// request. If the number stops growing during a [`send_forever`](Reply::send_forever), the
    /// client is not reading, and the buffers of the connection are full.
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
        // The accepting thread blocks in `accept`, and a connection wakes it.
        let woken = TcpStream::connect_timeout(&self.addr, END_TIMEOUT);
        let Some(accepting) = self.accepting.take() else { return };
        let ended = woken.is_ok() && ends(&accepting);
        if thread::panicking() {
            return;
        }
        assert!(ended, "the server did not stop within {END_TIMEOUT:?}: does its closure block?");
        assert!(accepting.join().is_ok(), "the closure passed to `reply_with` panicked");
    }
}

/// Waits for a thread and returns whether it ended in time. `join` has no timeout, so this polls.
fn ends(thread: &JoinHandle<()>) -> bool {
    let start = Instant::now();
    while !thread.is_finished() && start.elapsed() < END_TIMEOUT {
        thread::sleep(PAUSE / 10);
    }
    thread.is_finished()
}
