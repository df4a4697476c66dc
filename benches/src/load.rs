//! A server that is no bottleneck: what a load test has at the other end.
//!
//! It is for measurements, and so it does as little as it can: streams are encoded beforehand,
//! requests are not looked at, and there is no runtime. It belongs into a process of its own, or
//! its time and memory are counted with the client's.

mod paced;
mod stream;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use paced::Paced;
pub use stream::{EVENT_LEN, sent_at};

/// How a request may come in, as a client that is under load itself has it.
const PATIENCE: Duration = Duration::from_secs(10);
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

/// What is sent on each connection, in chunks of HTTP as servers send one for each write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Events as fast as the client takes them.
    Full {
        /// How many go into one write.
        events_a_write: usize,
    },
    /// One event now and then, that says when it was sent: see [`sent_at`].
    Events {
        /// From one to the next on the same connection.
        every: Duration,
    },
    /// One comment now and then.
    Comments {
        /// From one to the next on the same connection.
        every: Duration,
    },
}

/// A server on loopback that sends the same on every connection.
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
    /// Where there is none to be had.
    pub fn bind(pace: Pace) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, pace })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listener.local_addr().map_or(0, |address| address.port())
    }

    /// Serves until the process ends, or until no more connections can be accepted, which is the
    /// error.
    ///
    /// At full speed each connection has a thread of its own; at a pace, all of them share one,
    /// since what is written to them now and then never fills their buffers.
    pub fn run(self) -> io::Error {
        match self.pace {
            Pace::Full { events_a_write } => {
                let block = stream::chunk(&stream::event(0).repeat(events_a_write));
                self.accept(|connection| {
                    let block = block.clone();
                    // It ends when the client does.
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
                // A client that went away again is none to serve.
                Ok((connection, _)) => drop(answer(&connection).map(|()| serve(connection))),
                Err(error) => return error,
            }
        }
    }
}

/// Reads the head of a request, whatever it asks for, and answers with the head of a stream.
fn answer(mut connection: &TcpStream) -> io::Result<()> {
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            len => head.extend_from_slice(&piece[..len]),
        }
    }
    connection.write_all(HEAD)
}
