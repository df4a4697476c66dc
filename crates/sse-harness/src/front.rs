//! What stands in front of a [`MockServer`](crate::MockServer): connections are accepted, and their bytes passed on both ways.

use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use socket2::SockRef;

/// How long a thread sleeps when there is nothing to pass on.
pub(crate) const PAUSE: Duration = Duration::from_millis(1);

/// A free port of 127.0.0.1, each of whose connections is served on a thread of its own. Dropping it ends them all.
pub(crate) struct Front {
    addr: SocketAddr,
    stopped: Stopped,
    accepting: Option<JoinHandle<()>>,
}

/// Whether the front is being dropped.
#[derive(Clone, Default)]
pub(crate) struct Stopped(Arc<AtomicBool>);

impl Front {
    pub(crate) fn start(
        serve: impl Fn(TcpStream, &Stopped) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let stopped = Stopped::default();
        let accepting = thread::spawn({
            let stopped = stopped.clone();
            move || accept(&listener, &serve, &stopped)
        });
        Self { addr, stopped, accepting: Some(accepting) }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stopped.0.store(true, Ordering::Relaxed);
        // The accepting thread sleeps in `accept`: a connection wakes it.
        let _ = TcpStream::connect(self.addr);
        let _ = self.accepting.take().map(JoinHandle::join);
    }
}

impl Stopped {
    pub(crate) fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Tries again while nothing can be read or written, until the front is dropped.
    pub(crate) fn patiently<T>(&self, mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        loop {
            match attempt() {
                Err(error) if is_idle(&error) && !self.is_so() => thread::sleep(PAUSE),
                result => return result,
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    serve: &(impl Fn(TcpStream, &Stopped) -> io::Result<()> + Sync),
    stopped: &Stopped,
) {
    thread::scope(|threads| {
        loop {
            let accepted = listener.accept();
            if stopped.is_so() {
                break;
            }
            if let Ok((stream, _)) = accepted {
                threads.spawn(move || {
                    // How a connection ended is seen by its peers.
                    let _ = stream.set_nonblocking(true).and_then(|()| serve(stream, stopped));
                });
            }
        }
    });
}

/// One of the two peers of a front.
pub(crate) trait Peer: Read + Write {
    fn tcp(&self) -> &TcpStream;

    /// Tells the peer that nothing more will come.
    fn end(&mut self) {
        let _ = self.tcp().shutdown(Shutdown::Write);
    }
}

impl Peer for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// Passes bytes on both ways, until both peers have ended, one has failed, or the front is dropped. Neither may block.
pub(crate) fn pass_on(near: &mut impl Peer, far: &mut impl Peer, stopped: &Stopped) {
    let (mut up, mut down) = (Lane::default(), Lane::default());
    while !(stopped.is_so() || up.ended && down.ended) {
        match (up.step(near, far), down.step(far, near)) {
            (Ok(false), Ok(false)) => thread::sleep(PAUSE),
            (Ok(_), Ok(_)) => {}
            _ => return reset(near, far),
        }
    }
}

/// The resets go out when the streams are dropped.
fn reset(near: &impl Peer, far: &impl Peer) {
    for stream in [near.tcp(), far.tcp()] {
        let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    }
}

/// One direction.
#[derive(Default)]
struct Lane {
    /// What was read and is not written yet.
    pending: Vec<u8>,
    ended: bool,
}

impl Lane {
    /// Whether anything could be done.
    fn step(&mut self, from: &mut impl Peer, to: &mut impl Peer) -> io::Result<bool> {
        if !self.pending.is_empty() {
            let written = unless_idle(to.write(&self.pending))?.unwrap_or(0);
            self.pending.drain(..written);
            return Ok(written > 0);
        }
        unless_idle(to.flush())?;
        if self.ended {
            return Ok(false);
        }
        let mut buffer = [0; 16 * 1024];
        match from.read(&mut buffer).map(Some).or_else(ended_or_idle)? {
            None => return Ok(false),
            Some(0) => {
                self.ended = true;
                to.end();
            }
            Some(read) => self.pending.extend(&buffer[..read]),
        }
        Ok(true)
    }
}

/// TLS that ends without a word about it is an end here, as TCP has it.
fn ended_or_idle(error: io::Error) -> io::Result<Option<usize>> {
    match error.kind() {
        ErrorKind::UnexpectedEof => Ok(Some(0)),
        _ if is_idle(&error) => Ok(None),
        _ => Err(error),
    }
}

pub(crate) fn unless_idle<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if is_idle(&error) => Ok(None),
        result => result.map(Some),
    }
}

fn is_idle(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
