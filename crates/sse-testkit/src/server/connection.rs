//! One connection: its request is read and recorded, its reply is played, and the peer is watched
//! all the while.

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

const BETWEEN_BYTES: Duration = Duration::from_micros(200);
/// How long a look at a silent peer gets in the end. A thousand connections that look up every few
/// milliseconds would keep two cores busy with nothing else; a gate that opens is seen within the
/// first, the end of the server is not waited for by either.
const LOOK_BESIDE_GATE: Duration = Duration::from_millis(80);
const LOOK: Duration = Duration::from_secs(1);

/// Serves a connection to its end: that of the script, of the peer or of the server.
pub(super) fn serve(stream: Arc<TcpStream>, server: &Shared) {
    let connection = Connection { stream, server, sent: Arc::default() };
    // What goes wrong before there is a whole request is nothing to record.
    let _ = connection.serve();
}

struct Connection<'s> {
    stream: Arc<TcpStream>,
    server: &'s Shared,
    sent: Arc<AtomicU64>,
}

/// Why a connection is over.
#[derive(Debug, PartialEq, Eq)]
enum Over {
    /// The peer has closed it.
    Peer,
    /// The server reset it, or is being dropped.
    Server,
}

impl Connection<'_> {
    fn serve(&self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        self.stream.set_read_timeout(Some(PAUSE))?;
        self.stream.set_write_timeout(Some(PAUSE))?;
        let mut request = self.request()?;
        self.server.enter_request(&mut request, &self.sent);
        let reply = self.server.script.answer(&request);
        if self.play(&reply) == Over::Peer {
            self.server.enter_close(request.number);
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

    fn play(&self, reply: &Reply) -> Over {
        match self.send_reply(reply) {
            Err(over) => over,
            Ok(()) => self.end(reply.end),
        }
    }

    fn send_reply(&self, reply: &Reply) -> Result<(), Over> {
        if let Some(time) = reply.delay {
            self.pause(time)?;
        }
        self.send(&reply.head())?;
        for step in &reply.steps {
            self.take_step(step, reply)?;
        }
        if matches!(reply.end, End::Close) { self.send(reply.last_chunk()) } else { Ok(()) }
    }

    fn take_step(&self, step: &Step, reply: &Reply) -> Result<(), Over> {
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
            Step::Wait(gate) => self.watch_while(|| (!gate.is_open()).then_some(LOOK_BESIDE_GATE)),
        }
    }

    fn pause(&self, time: Duration) -> Result<(), Over> {
        let start = Instant::now();
        self.watch_while(|| time.checked_sub(start.elapsed()))
    }

    /// The peer of a connection that was closed here is still watched until it closes too.
    fn end(&self, end: End) -> Over {
        match end {
            End::Reset => return self.reset(),
            End::Close | End::Drop => drop(self.stream.shutdown(Shutdown::Write)),
            End::Stall => {}
        }
        self.watch()
    }

    /// The reset goes out when the stream is dropped.
    fn reset(&self) -> Over {
        let armed = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
        if armed.is_ok() { Over::Server } else { Over::Peer }
    }

    fn send(&self, bytes: &[u8]) -> Result<(), Over> {
        let mut to = self;
        match to.write_all(bytes) {
            Ok(()) if !self.server.stopped() => Ok(()),
            _ => Err(self.over()),
        }
    }

    fn watch(&self) -> Over {
        self.watch_while(|| Some(LOOK)).expect_err("it goes on until it is over")
    }

    /// Watches the peer until `left` is `None`; until then it is the longest that the next look may
    /// take.
    fn watch_while(&self, left: impl Fn() -> Option<Duration>) -> Result<(), Over> {
        let mut look = PAUSE;
        while let Some(left) = left() {
            self.look_at_peer(look.min(left))?;
            look = look.saturating_mul(2);
        }
        Ok(())
    }

    /// Waits a little for something from the peer. Bytes are of no interest after the request; the
    /// end is.
    fn look_at_peer(&self, time: Duration) -> Result<(), Over> {
        // A timeout of zero would be none.
        let armed = self.stream.set_read_timeout(Some(time.max(Duration::from_millis(1))));
        if armed.is_err() || self.server.stopped() {
            return Err(self.over());
        }
        match (&*self.stream).read(&mut [0; 1024]) {
            Ok(0) => Err(self.over()),
            Err(error) if !is_timeout(&error) => Err(self.over()),
            _ => Ok(()),
        }
    }

    /// A stopped server closes its connections, and then says the peer nothing.
    fn over(&self) -> Over {
        if self.server.stopped() { Over::Server } else { Over::Peer }
    }

    /// Tries again for as long as the peer is slow and the server is there.
    fn patiently<T>(&self, mut attempt: impl FnMut(&TcpStream) -> io::Result<T>) -> io::Result<T> {
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
        self.patiently(|mut stream| stream.read(buffer))
    }
}

impl Write for &Connection<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.patiently(|mut stream| stream.write(bytes))?;
        self.sent.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A timeout has one name on Unix and the other on Windows.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
