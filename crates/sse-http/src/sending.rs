//! Writes a request as fast as the connection accepts it.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io::{self, IoSlice};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use futures_io::AsyncWrite;
use sse_driver::{BodyStream, BoxError};

use crate::exchange::ExchangeError;
use crate::pace::Pace;
use crate::request::{Payload, WireRequest};

/// The part of a request that is not written yet.
pub(crate) struct Sending {
    /// The head, or the line with a chunk's size.
    front: Bytes,
    /// The body, or a chunk of it.
    data: Bytes,
    /// The line end after a chunk, or the last chunk.
    back: &'static [u8],
    /// The chunks that follow.
    chunks: Option<BodyStream>,
    pace: Pace,
}

/// The reason why writing a request failed.
pub(crate) enum SendError {
    Write(io::Error),
    Body(BoxError),
}

impl From<SendError> for ExchangeError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Write(error) => Self::Io(error),
            SendError::Body(error) => Self::RequestBody(error),
        }
    }
}

impl Sending {
    pub(crate) fn new(request: WireRequest) -> Self {
        let front = request.encode_head().into();
        let (data, chunks) = match request.body {
            Payload::Whole(bytes) => (bytes, None),
            Payload::Chunks(chunks) => (Bytes::new(), Some(chunks)),
        };
        Self { front, data, back: b"", chunks, pace: Pace::default() }
    }

    /// Writes and flushes. It is ready once everything is written; do not poll it after an error.
    pub(crate) fn poll<S: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<Result<(), SendError>> {
        loop {
            while self.has_bytes() {
                let slices = [&self.front, &self.data, self.back].map(IoSlice::new);
                let write = |cx: &mut Context<'_>| Pin::new(&mut *stream).poll_write_vectored(cx, &slices);
                let written = ready!(self.pace.poll(cx, write));
                match written.map_err(SendError::Write)? {
                    0 => return Poll::Ready(Err(SendError::Write(io::ErrorKind::WriteZero.into()))),
                    written => self.advance(written),
                }
            }
            let Some(chunks) = &mut self.chunks else { break };
            // Flush before waiting for the next chunk, so that the peer receives this one now.
            let chunk = self.pace.poll(cx, |cx| Pin::new(chunks).poll_next(cx));
            if chunk.is_pending() {
                ready!(Pin::new(&mut *stream).poll_flush(cx)).map_err(SendError::Write)?;
            }
            match ready!(chunk).transpose().map_err(SendError::Body)? {
                Some(chunk) => self.frame(chunk),
                None => {
                    (self.back, self.chunks) = (b"0\r\n\r\n", None);
                }
            }
        }
        Pin::new(stream).poll_flush(cx).map_err(SendError::Write)
    }

    fn has_bytes(&self) -> bool {
        !(self.front.is_empty() && self.data.is_empty() && self.back.is_empty())
    }

    fn advance(&mut self, mut written: usize) {
        for part in [&mut self.front, &mut self.data] {
            let taken = written.min(part.len());
            part.advance(taken);
            written -= taken;
        }
        self.back = self.back.get(written..).unwrap_or_default();
    }

    /// Frames a chunk, and skips an empty one, which would end the body.
    fn frame(&mut self, chunk: Bytes) {
        if !chunk.is_empty() {
            self.front = format!("{:x}\r\n", chunk.len()).into();
            (self.data, self.back) = (chunk, b"\r\n");
        }
    }
}
