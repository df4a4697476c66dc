//! TLS over a stream.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use futures_io::{AsyncRead, AsyncWrite};
use futures_rustls::client::TlsStream;

use crate::proxy::Tunnel;

/// A TLS stream that returns an error only after the data that arrived before it.
pub(crate) struct Secured<S> {
    stream: TlsStream<Tunnel<S>>,
    /// An error of reading, until all data before it is read.
    error: Option<io::Error>,
}

impl<S> Secured<S> {
    pub(crate) fn new(stream: TlsStream<Tunnel<S>>) -> Self {
        Self { stream, error: None }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Secured<S> {
    /// If one read of the connection ends in an invalid record, rustls returns the error although it
    /// has decrypted the records before. They are returned by the next calls.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.error.is_none() {
            match Pin::new(&mut self.stream).poll_read(cx, buffer) {
                Poll::Ready(Err(error)) => self.error = Some(error),
                polled => return polled,
            }
        }
        let rest = Pin::new(&mut self.stream).poll_read(cx, buffer);
        match self.error.take_if(|_| !matches!(rest, Poll::Ready(Ok(1..)))) {
            Some(error) => Poll::Ready(Err(error)),
            None => rest,
        }
    }

    /// Returns the stream to write to.
    pub(super) fn writer(&mut self) -> Pin<&mut TlsStream<Tunnel<S>>> {
        Pin::new(&mut self.stream)
    }
}
