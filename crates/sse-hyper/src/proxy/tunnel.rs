//! A tunnel through a proxy (RFC 9110, section 9.3.6).

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll};
use std::io;

use bytes::{Buf, Bytes};
use futures_io::{AsyncRead, AsyncWrite};
use http::header::{HOST, HeaderMap, HeaderValue, PROXY_AUTHORIZATION};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1;

use super::{ProxyError, Server};
use crate::Error;
use crate::exchange::MAX_BUFFER;
use crate::io::{Io, Pace};

/// A dialled stream, in front of which lie the bytes that came right behind the proxy's answer.
pub(crate) struct Tunnel<S> {
    early: Bytes,
    stream: S,
    pace: Pace,
}

impl<S> Tunnel<S> {
    /// No tunnel: the stream itself.
    pub(crate) fn none(stream: S) -> Self {
        Self { early: Bytes::new(), stream, pace: Pace::default() }
    }
}

impl Server {
    /// Has the proxy connect its stream to a host and port.
    pub(crate) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        (host, port): (&str, u16),
        asked: &HeaderMap,
    ) -> Result<Tunnel<S>, Error> {
        let request = self.connect_request(host, port, asked)?;
        let proxy = || self.to_string();
        match connect(stream, request).await {
            Ok((status, tunnel)) if status.is_success() => Ok(tunnel),
            Ok((status, _)) => Err(Error::Proxy(ProxyError::Refused { proxy: proxy(), status })),
            Err(source) => Err(Error::Proxy(ProxyError::Exchange { proxy: proxy(), source })),
        }
    }

    /// Of the caller's headers none but the one that is for proxies: the others are for the host behind.
    fn connect_request(
        &self,
        host: &str,
        port: u16,
        asked: &HeaderMap,
    ) -> Result<Request<Empty<Bytes>>, Error> {
        let authority =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::CONNECT;
        *request.uri_mut() = authority.parse::<Uri>().map_err(|error| Error::Url(Box::new(error)))?;
        let value = HeaderValue::try_from(authority).map_err(|error| Error::Url(Box::new(error)))?;
        request.headers_mut().insert(HOST, value);
        if let Some(authorization) = self.authorization(asked) {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }
}

/// Sends the request and waits for the response head, and after a good one for hyper to let go of the stream.
async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    request: Request<Empty<Bytes>>,
) -> hyper::Result<(StatusCode, Tunnel<S>)> {
    let (mut sender, mut connection) =
        http1::Builder::new().max_buf_size(MAX_BUFFER).handshake(Io::new(stream)).await?;
    let mut done = false;
    let status = {
        let mut response = pin!(sender.send_request(request));
        let head = poll_fn(|cx| {
            done = done || connection.poll_without_shutdown(cx).is_ready();
            response.as_mut().poll(cx)
        });
        head.await?.status()
    };
    if status.is_success() && !done {
        poll_fn(|cx| connection.poll_without_shutdown(cx)).await?;
    }
    let parts = connection.into_parts();
    let tunnel = Tunnel { early: parts.read_buf, ..Tunnel::none(parts.io.into_inner()) };
    Ok((status, tunnel))
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
    fn the_early_bytes_come_first_and_an_endless_source_makes_way() {
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
