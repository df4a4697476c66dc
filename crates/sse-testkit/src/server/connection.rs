//! Serves one connection: reads and records its request, plays the reply, and notices when the peer
//! closes it.

use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::PAUSE;
use super::shared::Shared;
use crate::reply::{End, Step};
use crate::{RecordedRequest, Reply};

/// The pause after each byte of [`Step::SendEachByte`].
const BETWEEN_BYTES: Duration = Duration::from_micros(200);
/// The longest read from a silent peer. Reads start short and become longer, since a thousand
/// connections that wake up every few milliseconds would keep two cores busy. Stopping the server
/// interrupts a read of any length.
const LONGEST_READ: Duration = Duration::from_secs(1);
/// The longest read while the reply waits for a gate. Opening a gate does not interrupt a read, so
/// this is also the longest time until the reply continues.
const LONGEST_READ_AT_GATE: Duration = Duration::from_millis(80);

/// Serves a connection until the peer closes it, the reply resets it, or the server is stopped.
pub(super) fn serve(stream: Arc<TcpStream>, server: &Shared) {
    let connection = Connection { stream, server, sent: Arc::default() };
    // An error means that no complete request arrived, so there is nothing to record.
    let _ = connection.serve();
}

struct Connection<'s> {
    stream: Arc<TcpStream>,
    server: &'s Shared,
    sent: Arc<AtomicU64>,
}

/// The side that ended a connection.
#[derive(Debug, PartialEq, Eq)]
enum EndedBy {
    /// The peer closed it.
    Peer,
    /// The server reset it or was stopped.
    Server,
}

impl Connection<'_> {
    fn serve(&self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        self.stream.set_read_timeout(Some(PAUSE))?;
        self.stream.set_write_timeout(Some(PAUSE))?;
        let mut request = self.request()?;
        self.server.add_request(&mut request, &self.sent);
        let reply = self.server.script.answer(&request);
        if self.play(&reply) == EndedBy::Peer {
            self.server.add_close(request.number);
        }
        Ok(())
    }

    fn request(&self) -> io::Result<RecordedRequest> {
        if self.server.is_early() {
            Ok(RecordedRequest::default())
        } else {
            RecordedRequest::read(BufReader::new(self))
        }
    }

    fn play(&self, reply: &Reply) -> EndedBy {
        match self.send_reply(reply) {
            Err(ended_by) => ended_by,
            Ok(()) => self.end(reply.end),
        }
    }

    fn send_reply(&self, reply: &Reply) -> Result<(), EndedBy> {
        if let Some(time) = reply.delay {
            self.pause(time)?;
        }
        self.send(&reply.head())?;
        for step in &reply.steps {
            self.take_step(step, reply)?;
        }
        if matches!(reply.end, End::Close) { self.send(reply.last_chunk()) } else { Ok(()) }
    }

    fn take_step(&self, step: &Step, reply: &Reply) -> Result<(), EndedBy> {
        match step {
            Step::Send(bytes) => self.send(&reply.chunk(bytes)),
            Step::SendEachByte(bytes) => bytes.chunks(1).try_for_each(|byte| {
                self.send(&reply.chunk(byte))?;
                thread::sleep(BETWEEN_BYTES);
                Ok(())
            }),
            Step::SendForever(bytes) => {
                let frame = reply.chunk(bytes);
                loop {
                    self.send(&frame)?;
                }
            }
            Step::Pause(time) => self.pause(*time),
            Step::Wait(gate) => self.watch_while(|| (!gate.is_open()).then_some(LONGEST_READ_AT_GATE)),
        }
    }

    fn pause(&self, time: Duration) -> Result<(), EndedBy> {
        let start = Instant::now();
        self.watch_while(|| time.checked_sub(start.elapsed()))
    }

    /// Ends the reply. If the server only closed its sending half, this waits for the peer to close
    /// the connection.
    fn end(&self, end: End) -> EndedBy {
        match end {
            End::Reset => return self.reset(),
            End::Close | End::Drop => drop(self.stream.shutdown(Shutdown::Write)),
            End::Stall => {}
        }
        self.watch()
    }

    /// Makes the system send a reset when the stream is dropped.
    fn reset(&self) -> EndedBy {
        let armed = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
        if armed.is_ok() { EndedBy::Server } else { EndedBy::Peer }
    }

    fn send(&self, bytes: &[u8]) -> Result<(), EndedBy> {
        let mut to = self;
        match to.write_all(bytes) {
            Ok(()) if !self.server.stopped() => Ok(()),
            _ => Err(self.ended_by()),
        }
    }

    fn watch(&self) -> EndedBy {
        self.watch_while(|| Some(LONGEST_READ)).expect_err("watching ends only with an error")
    }

    /// Watches the peer until `left` returns `None`. Until then, `left` returns the longest time
    /// that the next read may take.
    fn watch_while(&self, left: impl Fn() -> Option<Duration>) -> Result<(), EndedBy> {
        let mut time = PAUSE;
        while let Some(left) = left() {
            self.read_from_peer(time.min(left))?;
            time = time.saturating_mul(2);
        }
        Ok(())
    }

    /// Reads from the peer for at most `time`, to notice that it closed the connection. Bytes that
    /// follow the request are ignored.
    fn read_from_peer(&self, time: Duration) -> Result<(), EndedBy> {
        // A timeout of zero is an error.
        let armed = self.stream.set_read_timeout(Some(time.max(Duration::from_millis(1))));
        if armed.is_err() || self.server.stopped() {
            return Err(self.ended_by());
        }
        match (&*self.stream).read(&mut [0; 1024]) {
            Ok(0) => Err(self.ended_by()),
            Err(error) if !is_timeout(&error) => Err(self.ended_by()),
            _ => Ok(()),
        }
    }

    /// Returns which side caused an error. A stopped server shuts down its connections, so after
    /// that an error says nothing about the peer.
    fn ended_by(&self) -> EndedBy {
        if self.server.stopped() { EndedBy::Server } else { EndedBy::Peer }
    }

    /// Repeats an attempt that timed out, until the server is stopped.
    fn retry_timeouts<T>(&self, mut attempt: impl FnMut(&TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            match attempt(&self.stream) {
                Err(error) if is_timeout(&error) && !self.server.stopped() => {}
                result => return result,
            }
        }
    }
}

impl Read for &Connection<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.retry_timeouts(|mut stream| stream.read(buffer))
    }
}

impl Write for &Connection<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.retry_timeouts(|mut stream| stream.write(bytes))?;
        self.sent.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns whether an operation can be repeated. A timeout is `WouldBlock` on Unix and `TimedOut`
/// on Windows.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
