//! A connection whose bytes are the body of another one, so that reads nest.

mod common;

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::io;

use bytes::{Buf, Bytes};
use common::{Memory, direct, empty, get, read};
use futures_util::io::{AsyncRead, AsyncWrite};
use futures_util::{Stream, StreamExt};
use sse_driver::Transport;
use sse_http::{Body, Dial};

/// Dials by sending a request to another server. The body of its response is the connection.
#[derive(Clone)]
struct Through(Memory);

struct Inner {
    body: Body<<Memory as Dial>::Stream>,
    rest: Bytes,
}

impl Dial for Through {
    type Stream = Inner;

    async fn dial(&self, _: &str, _: u16) -> io::Result<Inner> {
        let response = direct(self.0.clone()).connect(empty(get("http://outer/"))).await;
        Ok(Inner { body: response.map_err(io::Error::other)?.into_body(), rest: Bytes::new() })
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}

impl AsyncRead for Inner {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(chunk) => self.rest = chunk.map_err(io::Error::other)?,
                None => return Poll::Ready(Ok(0)),
            }
        }
        let len = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..len]);
        Poll::Ready(Ok(len))
    }
}

impl AsyncWrite for Inner {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_response_through_another_body_is_complete() {
    let data = "0123456789".repeat(10_000);
    let inner = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{data}", data.len());
    let frame = |piece: &[u8]| format!("{:x}\r\n{}\r\n", piece.len(), core::str::from_utf8(piece).unwrap());
    let chunks: String = inner.as_bytes().chunks(999).map(frame).collect();
    let outer = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
    let network = Memory::replying([outer.as_str()]);
    let response = direct(Through(network.clone())).connect(empty(get("http://inner/"))).await.unwrap();
    let body = response.into_body();
    let (got, end) = read(body).await;
    assert!(got == data && end.is_none(), "{} bytes, {end:?}", got.len());
    assert_eq!(network.record().open, 0);
}

#[tokio::test]
async fn a_failure_of_the_outer_body_fails_the_inner_one() {
    let outer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let inner = "18\r\nHTTP/1.1 200 OK\r\n\r\nhello\r\nzz\r\n";
    let network = Memory::replying([outer, inner]);
    let response = direct(Through(network)).connect(empty(get("http://inner/"))).await.unwrap();
    let mut body = response.into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "hello");
    let error = body.next().await.unwrap().unwrap_err();
    assert!(common::chain(&error).ends_with("the response body broke off: invalid chunk size"), "{error:?}");
}
