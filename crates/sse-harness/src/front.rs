//! Accepts connections in front of a [`MockServer`](crate::MockServer) and forwards their bytes
//! both ways.

use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use socket2::SockRef;

/// The time that a thread sleeps when there is nothing to forward.
pub(crate) const PAUSE: Duration = Duration::from_millis(1);

/// A listener on a free port of 127.0.0.1 that serves each connection on its own thread. Dropping
/// it ends all of them.
pub(crate) struct Front {
    addr: SocketAddr,
    stopped: StopFlag,
    accepting: Option<JoinHandle<()>>,
}

/// A flag that is set when the front is dropped.
#[derive(Clone, Default)]
pub(crate) struct StopFlag(Arc<AtomicBool>);

impl Front {
    pub(crate) fn start(
        serve: impl Fn(TcpStream, &StopFlag) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of 127.0.0.1 is free");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let stopped = StopFlag::default();
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
        // The accepting thread waits in `accept`, so wake it with a connection.
        let _ = TcpStream::connect(self.addr);
        let _ = self.accepting.take().map(JoinHandle::join);
    }
}

impl StopFlag {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Repeats an attempt while it would block, until the front is dropped.
    pub(crate) fn until_ready<T>(&self, mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        loop {
            match attempt() {
                Err(error) if is_idle(&error) && !self.is_set() => thread::sleep(PAUSE),
                result => return result,
            }
        }
    }
}

fn accept(
    listener: &TcpListener,
    serve: &(impl Fn(TcpStream, &StopFlag) -> io::Result<()> + Sync),
    stopped: &StopFlag,
) {
    thread::scope(|threads| {
        loop {
            let accepted = listener.accept();
            if stopped.is_set() {
                break;
            }
            if let Ok((stream, _)) = accepted {
                threads.spawn(move || {
                    // The peers see how the connection ended.
                    let _ = stream.set_nonblocking(true).and_then(|()| serve(stream, stopped));
                });
            }
        }
    });
}

/// One of the two peers of a front.
pub(crate) trait Peer: Read + Write {
    fn tcp(&self) -> &TcpStream;

    /// Shuts the connection down for writing.
    fn end(&mut self) {
        let _ = self.tcp().shutdown(Shutdown::Write);
    }
}

impl Peer for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// Forwards bytes both ways until both peers have ended, one has failed, or the front is dropped.
/// Both must be non-blocking.
pub(crate) fn forward_both_ways(near: &mut impl Peer, far: &mut impl Peer, stopped: &StopFlag) {
    let (mut up, mut down) = (Lane::default(), Lane::default());
    while !(stopped.is_set() || up.ended && down.ended) {
        match (up.step(near, far), down.step(far, near)) {
            (Ok(false), Ok(false)) => thread::sleep(PAUSE),
            (Ok(_), Ok(_)) => {}
            _ => return reset(near, far),
        }
    }
}

/// Resets both connections as soon as the streams are dropped.
fn reset(near: &impl Peer, far: &impl Peer) {
    for stream in [near.tcp(), far.tcp()] {
        let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    }
}

/// One direction of the forwarding.
#[derive(Default)]
struct Lane {
    /// Bytes that were read and are not written yet.
    pending: Vec<u8>,
    ended: bool,
}

impl Lane {
    /// Reads or writes, and returns whether either was possible.
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

/// Treats TLS that ends without `close_notify` as a normal end, like TCP.
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
