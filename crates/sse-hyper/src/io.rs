//! From the streams of futures-io to those of hyper.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io::{self, IoSlice};

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::{Read, ReadBufCursor, Write};

/// The most that one read takes, in bytes: one less than hyper's first buffer has room for. A read that fills it makes
/// hyper double it for the next one, and a fast stream then held twice as much for a few system calls less.
///
/// hyper's buffer is uninitialized memory, which futures-io cannot read into without `unsafe`. So each read goes through
/// a zeroed array on the stack and is copied once more: small next to the system call, and it costs an idle connection
/// no memory.
const SCRATCH: usize = 8 * 1024 - 1;

/// How many reads in a row may succeed before the task yields once.
///
/// hyper reads on through informational responses within one poll, and rustls through empty records, so a peer that sends
/// nothing else, and sends it fast enough, would hold the thread for ever, out of reach of every timeout.
const READS_IN_A_ROW: u8 = 64;

/// A futures-io stream, as hyper wants it.
pub(crate) struct Io<S> {
    stream: S,
    pace: Pace,
}

impl<S> Io<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, pace: Pace::default() }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: AsyncRead + Unpin> Read for Io<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.pace.poll(cx, |cx| {
            let mut scratch = [0; SCRATCH];
            let room = buffer.remaining().min(SCRATCH);
            let read = ready!(Pin::new(&mut this.stream).poll_read(cx, &mut scratch[..room]))?;
            buffer.put_slice(&scratch[..read]);
            Poll::Ready(Ok(()))
        })
    }
}

/// Makes way for other tasks now and then.
#[derive(Default)]
pub(crate) struct Pace {
    in_a_row: u8,
}

impl Pace {
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if self.in_a_row == READS_IN_A_ROW {
            self.in_a_row = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = poll(cx);
        self.in_a_row = if polled.is_ready() { self.in_a_row + 1 } else { 0 };
        polled
    }
}

impl<S: AsyncWrite + Unpin> Write for Io<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    /// Every futures-io stream takes slices, if only one at a time. Without them hyper copies a body in one piece.
    fn is_write_vectored(&self) -> bool {
        true
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
