//! A connection that writes the request and reads the response while it is polled.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_io::{AsyncRead, AsyncWrite};

use crate::buffer;
use crate::exchange::{Exchange, ExchangeError, Head, InvalidResponse, Output};
use crate::pace::Pace;
use crate::request::WireRequest;
use crate::sending::{SendError, Sending};

/// A stream that carries one request and its response.
pub(crate) struct Connection<S> {
    stream: S,
    pace: Pace,
    /// `None` once the request is written or sending has failed.
    sending: Option<Box<Sending>>,
    /// Why sending failed. It is reported only if no response can be read: a server may send its
    /// response early and then close the connection.
    send_error: Option<SendError>,
    exchange: Exchange,
    /// Body bytes that arrived in the same read as the head.
    early: Bytes,
}

/// The output of one read.
struct Received {
    head: Option<Head>,
    data: Bytes,
}

impl<S> Connection<S> {
    pub(crate) fn new(stream: S, request: WireRequest) -> Self {
        let exchange = Exchange::new(&request.method);
        Self {
            stream,
            pace: Pace::default(),
            sending: Some(Box::new(Sending::new(request))),
            send_error: None,
            exchange,
            early: Bytes::new(),
        }
    }

    /// Returns the stream and the bytes that arrived after the head.
    #[cfg(feature = "tls")]
    pub(crate) fn into_parts(self) -> (S, Bytes) {
        (self.stream, self.early)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Sends the request and returns the response head, which may arrive before the whole request
    /// is sent.
    pub(crate) async fn head(&mut self) -> Result<Head, ExchangeError> {
        poll_fn(|cx| self.poll_head(cx)).await
    }

    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Head, ExchangeError>> {
        loop {
            let received = ready!(self.poll_transfer(cx)).map_err(|error| self.failure(error))?;
            if let Some(head) = received.head {
                self.early = received.data;
                return Poll::Ready(Ok(head));
            }
            self.poll_output().map_err(|error| self.failure(error.into()))?;
        }
    }

    /// Returns the next bytes of the body, and `None` at its end. It also continues to write the
    /// request, though a server need not read all of it (RFC 9112, section 9.3).
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, ExchangeError>>> {
        if !self.early.is_empty() {
            return Poll::Ready(Some(Ok(core::mem::take(&mut self.early))));
        }
        loop {
            if let Output::End = self.poll_output()? {
                return Poll::Ready(None);
            }
            let received = ready!(self.poll_transfer(cx))?;
            if !received.data.is_empty() {
                return Poll::Ready(Some(Ok(received.data)));
            }
        }
    }

    /// Writes as much as the stream accepts, and reads once. If the request's body has failed, it
    /// returns that error as soon as there is nothing to read.
    fn poll_transfer(&mut self, cx: &mut Context<'_>) -> Poll<Result<Received, ExchangeError>> {
        self.poll_send(cx);
        let received = self.poll_read(cx);
        if received.is_pending() {
            let failed = self.send_error.take_if(|error| matches!(error, SendError::Body(_)));
            return failed.map_or(Poll::Pending, |error| Poll::Ready(Err(error.into())));
        }
        received
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) {
        let Some(sending) = &mut self.sending else { return };
        let Poll::Ready(sent) = sending.poll(cx, &mut self.stream) else { return };
        self.sending = None;
        self.send_error = sent.err();
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Received, ExchangeError>> {
        let Self { stream, pace, exchange, .. } = self;
        let (read, data) = buffer::with(|buffer| {
            let read = match pace.poll(cx, |cx| Pin::new(stream).poll_read(cx, buffer)) {
                Poll::Ready(Ok(read)) => read.min(buffer.len()),
                Poll::Ready(Err(error)) => return (Poll::Ready(Err(ExchangeError::Io(error))), 0),
                Poll::Pending => return (Poll::Pending, 0),
            };
            if read == 0 {
                exchange.handle_eof();
            }
            let (head, len) = drain(exchange, &mut buffer[..read]);
            (Poll::Ready(Ok(head)), len)
        });
        read.map_ok(|head| Received { head, data })
    }

    /// Polls the exchange without new bytes.
    fn poll_output(&mut self) -> Result<Output, InvalidResponse> {
        self.exchange.poll_output(&[], &mut 0)
    }

    /// Returns the first error: an earlier one from sending if the response just stopped.
    fn failure(&mut self, read: ExchangeError) -> ExchangeError {
        match (read, self.send_error.take()) {
            (ExchangeError::Io(_) | ExchangeError::Response(InvalidResponse::Incomplete), Some(error)) => {
                error.into()
            }
            (read, _) => read,
        }
    }
}

/// Moves the body bytes of a read to its front, and returns the head, if it is complete, and the
/// number of those bytes. If an end or an error follows them, the exchange returns it at the next
/// poll, so the bytes are delivered first.
fn drain(exchange: &mut Exchange, read: &mut [u8]) -> (Option<Head>, usize) {
    let (mut head, mut len, mut at) = (None, 0, 0);
    loop {
        match exchange.poll_output(read, &mut at) {
            Ok(Output::Head(found)) => head = Some(found),
            Ok(Output::Data(range)) => {
                let (start, end) = (len, len + range.len());
                if range.start != start {
                    read.copy_within(range, start);
                }
                len = end;
            }
            Ok(Output::Wait | Output::End) | Err(_) => return (head, len),
        }
    }
}
