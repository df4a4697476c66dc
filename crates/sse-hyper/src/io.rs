//! From the streams of futures-io to those of hyper.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{Read, ReadBufCursor, Write};

/// The most that one read takes, in bytes.
///
/// hyper's buffer is uninitialized memory, which futures-io cannot read into without `unsafe`. So each read goes through
/// a zeroed array on the stack and is copied once more: small next to the system call, and it costs an idle connection
/// no memory.
const SCRATCH: usize = 8 * 1024;

/// How many reads in a row may succeed before the task yields once.
///
/// hyper reads on through informational responses within one poll, so a peer that sends nothing else, and sends it fast
/// enough, would hold the thread for ever, out of reach of every timeout.
const READS_IN_A_ROW: u8 = 64;

/// A futures-io stream, as hyper wants it.
pub(crate) struct Io<S> {
    stream: S,
    reads_in_a_row: u8,
}

impl<S> Io<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, reads_in_a_row: 0 }
    }
}

impl<S: AsyncRead + Unpin> Read for Io<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.reads_in_a_row == READS_IN_A_ROW {
            self.reads_in_a_row = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut scratch = [0; SCRATCH];
        let room = buffer.remaining().min(SCRATCH);
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, &mut scratch[..room]) else {
            self.reads_in_a_row = 0;
            return Poll::Pending;
        };
        buffer.put_slice(&scratch[..read?]);
        self.reads_in_a_row += 1;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Write for Io<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

#[cfg(test)]
mod tests;
