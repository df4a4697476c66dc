//! A network with one server, which sends the bytes of an input.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use sse_driver::{Instant, Timer};
use sse_http::Dial;

use super::run::Clock;

/// Each connection sends the next reply. When there is none left, connections are refused.
#[derive(Clone)]
pub(super) struct Net {
    pub(super) clock: Clock,
    state: Arc<Mutex<State>>,
}

struct State {
    replies: VecDeque<Reply>,
    heap: fn() -> usize,
    heap_before: usize,
    /// The number of polls and empty reads since a byte was transferred.
    idle_polls: u32,
    /// Whether a server will never send again.
    silent: bool,
    dials: u32,
}

/// The bytes that a server sends, and how it sends them.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) bytes: Vec<u8>,
    /// The number of last bytes that are repeated, and the number of repetitions.
    pub(super) again: (usize, usize),
    /// Each byte has the size of a read in its lower six bits. The other bits delay the read by a
    /// second, or wake the task first. They are used in a cycle.
    pub(super) cuts: Vec<u8>,
    pub(super) end: End,
    /// Whether it sends without waiting for the request.
    pub(super) speaks_first: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Close,
    Reset,
    Silence,
}

/// The maximum memory of a client in bytes: its buffers, and a response head, the body of an error
/// and an event of 64 KiB each.
const MAX_HELD: usize = 256 * 1024;
/// The maximum number of polls without transferring a byte.
const MAX_IDLE_POLLS: u32 = 200;

impl Net {
    pub(super) fn new(clock: &Clock, replies: impl IntoIterator<Item = Reply>, heap: fn() -> usize) -> Self {
        let replies = replies.into_iter().collect();
        let state = State { replies, heap, heap_before: heap(), idle_polls: 0, silent: false, dials: 0 };
        Self { clock: clock.clone(), state: Arc::new(Mutex::new(state)) }
    }

    pub(super) fn fell_silent(&self) -> bool {
        self.state().silent
    }

    pub(super) fn dials(&self) -> u32 {
        self.state().dials
    }

    /// Counts an operation that may transfer no byte.
    pub(super) fn tried(&self) {
        let mut state = self.state();
        state.idle_polls += 1;
        assert!(state.idle_polls < MAX_IDLE_POLLS, "the client spins");
        let held = (state.heap)().saturating_sub(state.heap_before);
        assert!(held < MAX_HELD, "the client holds {held} bytes");
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progressed(&self) {
        self.state().idle_polls = 0;
    }
}

impl Dial for Net {
    type Stream = Peer;

    /// Accepts port 80 only. TLS would load root certificates, whose memory would count.
    async fn dial(&self, _host: &str, port: u16) -> io::Result<Peer> {
        self.state().dials += 1;
        if port != 80 {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let reply = self.state().replies.pop_front().ok_or(io::ErrorKind::ConnectionRefused)?;
        self.progressed();
        let (again, times) = reply.again;
        let left = reply.bytes.len() + again * times;
        Ok(Peer { net: self.clone(), asked: 0, sent: 0, left, turn: 0, pause: None, reader: None, reply })
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        self.clock.sleep_until(self.clock.now() + time)
    }
}

/// The client's end of a connection.
pub(super) struct Peer {
    net: Net,
    reply: Reply,
    /// The number of bytes that have arrived of the end of the request head (`\r\n\r\n`).
    asked: usize,
    sent: usize,
    left: usize,
    turn: usize,
    /// The time at which the next read may continue. It stays `Some` after the wait.
    pause: Option<Instant>,
    reader: Option<Waker>,
}

impl Peer {
    /// Waits for the pause before the next read, and returns its size.
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        let cut = self.reply.cuts.get(self.turn).copied().unwrap_or(0x3F);
        if self.pause.is_none() && cut & 0x80 != 0 {
            cx.waker().wake_by_ref();
            self.pause = Some(Instant::ZERO);
            return Poll::Pending;
        }
        let pause = Duration::from_secs(u64::from(cut >> 6 & 1));
        let until = *self.pause.get_or_insert_with(|| self.net.clock.now() + pause);
        ready!(self.net.clock.poll_until(until));
        self.pause = None;
        self.turn = if self.turn + 1 < self.reply.cuts.len() { self.turn + 1 } else { 0 };
        Poll::Ready(usize::from(cut & 0x3F).max(1))
    }

    /// Copies the next bytes into the buffer. Repeated bytes come in large reads.
    fn give(&mut self, piece: usize, buffer: &mut [u8]) -> usize {
        let Reply { bytes, again: (again, _), .. } = &self.reply;
        let mut given = 0;
        while given < buffer.len() && self.left > 0 && (given < piece || self.sent >= bytes.len()) {
            let at = match self.sent.checked_sub(bytes.len()) {
                None => self.sent,
                Some(over) => bytes.len() - again + over % again,
            };
            buffer[given] = bytes[at];
            (given, self.sent, self.left) = (given + 1, self.sent + 1, self.left - 1);
        }
        given
    }
}

impl AsyncRead for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.net.tried();
        if self.asked < 4 && !self.reply.speaks_first {
            self.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if self.left > 0 {
            let piece = ready!(self.poll_turn(cx));
            self.net.progressed();
            return Poll::Ready(Ok(self.give(piece, buffer)));
        }
        match self.reply.end {
            End::Close => Poll::Ready(Ok(0)),
            End::Reset => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            End::Silence => {
                self.net.state().silent = true;
                Poll::Pending
            }
        }
    }
}

impl AsyncWrite for Peer {
    /// Accepts as many bytes as a read would return.
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let most = self.reply.cuts.first().map_or(usize::MAX, |cut| usize::from(cut & 0x3F).max(1));
        let taken = &bytes[..bytes.len().min(most)];
        for byte in taken {
            self.asked = match (self.asked, byte) {
                (4, _) => 4,
                (1 | 3, b'\n') | (0 | 2, b'\r') => self.asked + 1,
                (_, b'\r') => 1,
                _ => 0,
            };
        }
        if !taken.is_empty() {
            self.net.progressed();
        }
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
