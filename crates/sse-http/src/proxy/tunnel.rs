//! A tunnel through a proxy (RFC 9110, section 9.3.6).

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use bytes::{Buf, Bytes};
use futures_io::{AsyncRead, AsyncWrite};
use http::header::{HOST, HeaderMap, HeaderValue, PROXY_AUTHORIZATION};
use http::{Method, Uri};

use super::{ProxyError, Server};
use crate::Error;
use crate::connection::Connection;
use crate::pace::Pace;
use crate::redirect::Hop;
use crate::request::{Payload, WireRequest};

/// A dialled stream that first yields the bytes that followed the proxy's response head.
pub(crate) struct Tunnel<S> {
    early: Bytes,
    stream: S,
    pace: Pace,
}

impl<S> Tunnel<S> {
    /// Wraps a stream that goes through no proxy.
    pub(crate) fn none(stream: S) -> Self {
        Self { early: Bytes::new(), stream, pace: Pace::default() }
    }
}

impl Server {
    /// Asks the proxy to connect its stream to a host and port.
    pub(crate) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        (host, port): (&str, u16),
        hop: &Hop,
    ) -> Result<Tunnel<S>, Error> {
        let mut connection = Connection::new(stream, self.connect_request(host, port, hop)?);
        let proxy = || self.to_string();
        match connection.head().await {
            Ok(head) if head.status.is_success() => {
                let (stream, early) = connection.into_parts();
                Ok(Tunnel { early, ..Tunnel::none(stream) })
            }
            Ok(head) => Err(Error::Proxy(ProxyError::Refused { proxy: proxy(), status: head.status })),
            Err(source) => Err(Error::Proxy(ProxyError::Exchange { proxy: proxy(), source })),
        }
    }

    /// Builds the `CONNECT` request. It carries none of the caller's headers but
    /// `Proxy-Authorization`: the others are for the server.
    fn connect_request(&self, host: &str, port: u16, hop: &Hop) -> Result<WireRequest, Error> {
        let authority =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let target = authority.parse::<Uri>().map_err(|error| Error::Url(Box::new(error)))?;
        let value = HeaderValue::try_from(authority).map_err(|error| Error::Url(Box::new(error)))?;
        let mut headers = HeaderMap::from_iter([(HOST, value)]);
        if let Some(authorization) = self.authorization(hop) {
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(WireRequest { method: Method::CONNECT, target, headers, body: Payload::Whole(Bytes::new()) })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tunnel<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.early.is_empty() {
            let Self { stream, pace, .. } = &mut *self;
            return pace.poll(cx, |cx| Pin::new(stream).poll_read(cx, buffer));
        }
        let len = self.early.len().min(buffer.len());
        self.early.copy_to_slice(&mut buffer[..len]);
        Poll::Ready(Ok(len))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tunnel<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use core::task::Waker;

    use futures_util::io::Cursor;

    use super::*;

    #[test]
    fn early_bytes_come_first_and_an_endless_source_yields() {
        let mut tunnel =
            Tunnel { early: Bytes::from("early"), ..Tunnel::none(Cursor::new(vec![b'x'; 1000])) };
        let cx = &mut Context::from_waker(Waker::noop());
        let (mut got, mut pending) = (Vec::<u8>::new(), 0);
        while got.len() < 1005 {
            let mut buffer = [0; 2];
            match Pin::new(&mut tunnel).poll_read(cx, &mut buffer) {
                Poll::Ready(read) => got.extend(&buffer[..read.unwrap()]),
                Poll::Pending => pending += 1,
            }
        }
        assert_eq!(got, [&b"early"[..], &[b'x'; 1000]].concat());
        assert!(pending > 0);
    }
}
