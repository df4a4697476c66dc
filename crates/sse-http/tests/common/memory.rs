use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::io::{AsyncRead, AsyncWrite};
use sse_http::Dial;

/// The result of one read of the client. The stream ends after the last piece.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Bytes(Vec<u8>),
    Silence,
    Reset,
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self::Bytes(text.into())
    }
}

/// An in-memory network. Each connection sends the next reply once it has received a request head.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Record>>);

#[derive(Default)]
pub(crate) struct Record {
    replies: VecDeque<VecDeque<Piece>>,
    /// The host and port of each dial, separated by a space.
    pub(crate) dialled: Vec<String>,
    /// The request that each connection received.
    pub(crate) sent: Vec<String>,
    /// How many connections are open.
    pub(crate) open: usize,
}

impl Memory {
    pub(crate) fn replying<P: Into<Piece>>(pieces: impl IntoIterator<Item = P>) -> Self {
        Self::default().then(pieces)
    }

    pub(crate) fn then<P: Into<Piece>>(self, pieces: impl IntoIterator<Item = P>) -> Self {
        self.record().replies.push_back(pieces.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap()
    }
}

impl Dial for Memory {
    type Stream = Connection;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Connection> {
        let mut record = self.record();
        record.dialled.push(format!("{host} {port}"));
        let Some(reply) = record.replies.pop_front() else {
            return Err(io::ErrorKind::ConnectionRefused.into());
        };
        record.sent.push(String::new());
        record.open += 1;
        Ok(Connection {
            network: self.clone(),
            number: record.sent.len() - 1,
            reply,
            waker: Waker::noop().clone(),
        })
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}

pub(crate) struct Connection {
    network: Memory,
    number: usize,
    reply: VecDeque<Piece>,
    waker: Waker,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if !self.network.record().sent[self.number].contains("\r\n\r\n") {
            self.waker = cx.waker().clone();
            return Poll::Pending;
        }
        match self.reply.front_mut() {
            None => Poll::Ready(Ok(0)),
            Some(Piece::Silence) => Poll::Pending,
            Some(Piece::Reset) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Some(Piece::Bytes(bytes)) => {
                let length = bytes.len().min(buffer.len());
                buffer[..length].copy_from_slice(&bytes[..length]);
                bytes.drain(..length);
                if bytes.is_empty() {
                    self.reply.pop_front();
                }
                Poll::Ready(Ok(length))
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.network.record().sent[self.number] += core::str::from_utf8(bytes).unwrap();
        self.waker.wake_by_ref();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.network.record().open -= 1;
    }
}
