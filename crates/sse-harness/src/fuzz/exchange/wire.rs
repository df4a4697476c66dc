//! An in-memory connection for both clients.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_io::{AsyncRead, AsyncWrite};

/// The bytes that a server sends.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) bytes: Bytes,
    /// The sizes of the reads, used in a cycle. A size of 0 makes a read pending once. Without
    /// sizes, one read returns everything.
    pub(super) cuts: Vec<u8>,
    pub(super) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Close,
    Reset,
    Silence,
}

/// The client's end of the connection. The server answers once it has the head of the request.
pub(super) struct Wire {
    script: Script,
    asked: Vec<u8>,
    at: usize,
    turn: usize,
    silent: Arc<AtomicBool>,
}

impl Wire {
    pub(super) fn new(script: &Script, silent: &Arc<AtomicBool>) -> Self {
        Self { script: script.clone(), asked: Vec::new(), at: 0, turn: 0, silent: Arc::clone(silent) }
    }

    fn next_cut(&mut self) -> usize {
        let cut = self.script.cuts.get(self.turn).map_or(usize::MAX, |cut| usize::from(*cut));
        self.turn = if self.turn + 1 < self.script.cuts.len() { self.turn + 1 } else { 0 };
        cut
    }

    /// Returns the next bytes, at most `room`.
    pub(super) fn poll_give(&mut self, room: usize) -> Poll<io::Result<Bytes>> {
        if !self.asked.ends_with(b"\r\n\r\n") {
            return Poll::Pending;
        }
        let left = self.script.bytes.len() - self.at;
        if left > 0 {
            let cut = self.next_cut();
            // If every size were 0, no read would return bytes.
            if cut == 0 && self.script.cuts.iter().any(|cut| *cut > 0) {
                return Poll::Pending;
            }
            let piece = self.script.bytes.slice(self.at..self.at + cut.max(1).min(left).min(room));
            self.at += piece.len();
            return Poll::Ready(Ok(piece));
        }
        match self.script.end {
            End::Close => Poll::Ready(Ok(Bytes::new())),
            End::Reset => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            End::Silence => {
                self.silent.store(true, Ordering::Relaxed);
                Poll::Pending
            }
        }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> usize {
        self.asked.extend_from_slice(bytes);
        bytes.len()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_give(buffer.len()).map_ok(|bytes| {
            buffer[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        })
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.take(bytes)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
