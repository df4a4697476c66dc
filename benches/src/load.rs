//! A server for load tests that is fast enough not to be the bottleneck.
//!
//! It does as little work as possible: streams are encoded in advance, requests are not parsed, and
//! there is no async runtime. Run it in a process of its own, so that its CPU time and memory are
//! not counted as the client's.

mod paced;
mod stream;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use paced::Paced;
pub use stream::{EVENT_LEN, sent_at};

/// The longest wait for the next bytes of a request, since a client under load may send it late.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

/// The content and the speed of a stream. Each write is one HTTP chunk, as with most servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Events as fast as the client reads them.
    Full {
        /// The number of events per write.
        events_per_write: usize,
    },
    /// One event at a time, whose data contains the time at which it was sent: see [`sent_at`].
    Events {
        /// The time between two events on the same connection.
        every: Duration,
    },
    /// One comment at a time.
    Comments {
        /// The time between two comments on the same connection.
        every: Duration,
    },
}

/// A loopback server that sends the same kind of stream on every connection.
///
/// ```
/// use std::io::{BufRead, BufReader, Write};
/// use std::{net::TcpStream, thread, time::Duration};
/// use sse_benches::load::{LoadServer, Pace, sent_at};
///
/// let server = LoadServer::bind(Pace::Events { every: Duration::from_millis(1) })?;
/// let port = server.port();
/// thread::spawn(move || server.run());
///
/// let mut client = TcpStream::connect(("127.0.0.1", port))?;
/// client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
/// let mut lines = BufReader::new(client).lines();
/// let event = lines.find_map(|line| sent_at(line.ok()?.strip_prefix("data: ")?));
/// assert!(event.is_some());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct LoadServer {
    listener: TcpListener,
    pace: Pace,
}

impl LoadServer {
    /// Listens on a port that the system chooses.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is free.
    pub fn bind(pace: Pace) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, pace })
    }

    /// Returns the port on which the server listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listener.local_addr().map_or(0, |address| address.port())
    }

    /// Serves connections until one cannot be accepted, and returns that error.
    ///
    /// At full speed each connection has a thread of its own. Otherwise all connections share one
    /// thread, since single events and comments do not fill their buffers.
    pub fn run(self) -> io::Error {
        match self.pace {
            Pace::Full { events_per_write } => {
                let block = stream::chunk(&stream::event(0).repeat(events_per_write));
                self.accept(|connection| {
                    let block = block.clone();
                    // Writing fails when the client closes the connection.
                    thread::spawn(move || while (&connection).write_all(&block).is_ok() {});
                })
            }
            Pace::Events { every } => {
                let paced = Paced::start(every, || stream::chunk(&stream::event(stream::now())));
                self.accept(|connection| paced.add(connection))
            }
            Pace::Comments { every } => {
                let paced = Paced::start(every, || stream::chunk(b": keep-alive\n\n"));
                self.accept(|connection| paced.add(connection))
            }
        }
    }

    fn accept(&self, mut serve: impl FnMut(TcpStream)) -> io::Error {
        loop {
            match self.listener.accept() {
                // A client that closes its connection early is not served.
                Ok((connection, _)) => drop(answer(&connection).map(|()| serve(connection))),
                Err(error) => return error,
            }
        }
    }
}

/// Reads the head of a request without parsing it, and sends the head of an event stream.
fn answer(mut connection: &TcpStream) -> io::Result<()> {
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(REQUEST_TIMEOUT))?;
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            len => head.extend_from_slice(&piece[..len]),
        }
    }
    connection.write_all(HEAD)
}
