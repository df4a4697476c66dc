//! Writing a request while its response is read, and failures of either.

mod common;

use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use common::{chain, direct, empty, get, read};
use futures_util::io::{AsyncRead, AsyncWrite};
use futures_util::{StreamExt, stream};
use http::Request;
use sse_driver::{RequestBody, Transport};
use sse_http::{Dial, Error};

/// A peer whose reads and writes follow a script.
#[derive(Clone, Default)]
struct Peer(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The results of the reads. Later reads are pending.
    reads: VecDeque<io::Result<&'static str>>,
    /// The results of the writes: the maximum number of bytes that each accepts.
    writes: VecDeque<io::Result<usize>>,
    /// Whether writes after the script accept everything. Otherwise they are pending.
    takes_all: bool,
    written: String,
    /// Everything written before the last flush.
    flushed: String,
    open: usize,
}

impl Peer {
    fn new(
        reads: impl IntoIterator<Item = io::Result<&'static str>>,
        writes: impl IntoIterator<Item = io::Result<usize>>,
    ) -> Self {
        let (reads, writes) = (reads.into_iter().collect(), writes.into_iter().collect());
        Self(Arc::new(Mutex::new(State { reads, writes, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

struct Connection(Peer);

impl Dial for Peer {
    type Stream = Connection;

    async fn dial(&self, _: &str, _: u16) -> io::Result<Connection> {
        self.state().open += 1;
        Ok(Connection(self.clone()))
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let Some(read) = self.0.state().reads.pop_front() else { return Poll::Pending };
        Poll::Ready(read.map(|text| {
            buffer[..text.len()].copy_from_slice(text.as_bytes());
            text.len()
        }))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.0.state();
        let max = match state.writes.pop_front() {
            Some(write) => write?,
            None if state.takes_all => usize::MAX,
            None => return Poll::Pending,
        };
        let taken = max.min(bytes.len());
        state.written += core::str::from_utf8(&bytes[..taken]).unwrap();
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.state();
        state.flushed = state.written.clone();
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.state().open -= 1;
    }
}

const BUSY: &str = "HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nbusy";

fn broken() -> io::Result<usize> {
    Err(io::ErrorKind::BrokenPipe.into())
}

fn reset() -> io::Result<&'static str> {
    Err(io::ErrorKind::ConnectionReset.into())
}

#[tokio::test]
async fn a_response_is_read_even_if_writing_the_request_fails() {
    let writes = || [vec![], vec![broken()], vec![Ok(10), broken()], vec![Ok(0)], vec![Ok(10)]];
    for (case, writes) in writes().into_iter().enumerate() {
        let peer = Peer::new([Ok(&BUSY[..20]), Ok(&BUSY[20..])], writes);
        let mut response = direct(peer).connect(empty(get("http://a/"))).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (503, &"7".parse().unwrap())
        );
        assert_eq!(read(response.body_mut()).await.0, "busy", "case {case}");
    }
}

#[tokio::test]
async fn without_a_response_the_first_failure_is_the_error() {
    let prefix = "the server sent no valid response head: ";
    let cases = [
        (Ok(""), broken(), "the connection failed: broken pipe"),
        (reset(), broken(), "the connection failed: broken pipe"),
        (Ok(""), Ok(0), "the connection failed: write zero"),
        (reset(), Ok(99), "the connection failed: connection reset"),
        (Ok("SSH-2.0\r\n"), broken(), "invalid HTTP version in `SSH-2.0`"),
    ];
    for (outcome, write, expected) in cases {
        let peer = Peer::new([outcome], [write]);
        let error = direct(peer.clone()).connect(empty(get("http://a/"))).await.unwrap_err();
        assert_eq!(chain(&error), format!("{prefix}{expected}"));
        assert_eq!(peer.state().open, 0);
    }
}

#[tokio::test]
async fn a_response_sent_at_accept_is_always_received() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let refuses = std::thread::spawn(move || {
        for _ in 0..200 {
            listener.accept().unwrap().0.write_all(BUSY.as_bytes()).unwrap();
        }
    });
    for run in 0..200 {
        let response = sse_tokio::Http::default().connect(empty(get(&url))).await;
        let response = response.unwrap_or_else(|error| panic!("run {run}: {}", chain(&error)));
        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (503, &"7".parse().unwrap())
        );
    }
    refuses.join().unwrap();
}

fn is_pending(future: &mut (impl Future + Unpin)) -> bool {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

fn parts(parts: impl IntoIterator<Item = Result<&'static str, &'static str>>) -> RequestBody {
    let parts: Vec<_> = parts.into_iter().collect();
    RequestBody::stream(move || stream::iter(parts.clone().into_iter().map(|part| part.map(Bytes::from))))
}

#[tokio::test]
async fn small_writes_send_the_whole_request() {
    let bodies = [
        ("one two".into(), "content-length: 7\r\n\r\none two"),
        (
            parts([Ok("one "), Ok(""), Ok("two"), Ok("")]),
            "transfer-encoding: chunked\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n",
        ),
        (parts([]), "transfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    ];
    for (body, expected) in bodies {
        let expected = format!("POST / HTTP/1.1\r\nhost: a\r\naccept-encoding: identity\r\n{expected}");
        for size in 1..expected.len() {
            let peer = Peer::new([], (0..expected.len()).map(|_| Ok(size)));
            let request = Request::post("http://a/").body(body.clone()).unwrap();
            let mut connecting = direct(peer.clone()).connect(request);
            for _ in 0..10 {
                assert!(is_pending(&mut connecting));
            }
            assert_eq!(peer.state().written, expected, "{size} bytes a write");
            assert_eq!(peer.state().flushed, expected, "{size} bytes a write");
        }
    }
}

#[tokio::test]
async fn written_chunks_are_flushed_while_the_next_one_is_pending() {
    let body = || stream::iter([Ok::<_, io::Error>("one".into())]).chain(stream::pending());
    let peer = Peer::default();
    peer.state().takes_all = true;
    let request = Request::post("http://a/").body(RequestBody::stream(body)).unwrap();
    let mut connecting = direct(peer.clone()).connect(request);
    assert!(is_pending(&mut connecting));
    assert!(peer.state().flushed.ends_with("\r\n\r\n3\r\none\r\n"), "{}", peer.state().flushed);
}

/// Counts the polls of a request until all of it is sent.
async fn polls_until_sent(peer: Peer, body: RequestBody, end: &str) -> usize {
    peer.state().takes_all = true;
    let mut connecting = direct(peer.clone()).connect(Request::post("http://a/").body(body).unwrap());
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        assert!(connecting.as_mut().poll(cx).is_pending());
        if peer.state().flushed.ends_with(end) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    polls
}

#[tokio::test]
async fn sending_a_large_body_yields_regularly() {
    for part in ["x", ""] {
        let parts = move || stream::iter((0..10_000).map(move |_| Ok::<_, io::Error>(part.into())));
        let polls = polls_until_sent(Peer::default(), RequestBody::stream(parts), "\r\n0\r\n\r\n").await;
        assert!(polls > 100, "{polls} polls");
    }
    let small_writes = Peer::new([], (0..10_000).map(|_| Ok(1)));
    let polls = polls_until_sent(small_writes, ("x".repeat(20_000) + "!").into(), "!").await;
    assert!(polls > 100, "{polls} polls");
}

#[tokio::test]
async fn the_rest_of_the_request_is_written_while_the_response_is_read() {
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    let peer = Peer::new([Ok(head), Ok("one"), Ok("two")], [Ok(10)]);
    let response =
        direct(peer.clone()).connect(Request::post("http://a/").body("question".into()).unwrap()).await;
    let mut body = response.unwrap().into_body();
    assert_eq!((body.next().await.unwrap().unwrap(), peer.state().written.len()), (Bytes::from("one"), 10));
    peer.state().takes_all = true;
    assert_eq!(body.next().await.unwrap().unwrap(), "two");
    assert!(peer.state().flushed.ends_with("\r\n\r\nquestion"));
}

#[tokio::test]
async fn a_write_that_fails_does_not_end_the_body() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n";
    let peer = Peer::new([Ok(head), Ok("one"), Ok("two")], [Ok(10), broken()]);
    let response = direct(peer).connect(Request::post("http://a/").body("question".into()).unwrap()).await;
    let (body, end) = read(response.unwrap().into_body()).await;
    assert_eq!((body.as_str(), end.is_none()), ("onetwo", true));
}

#[tokio::test]
async fn a_request_body_that_fails_after_the_head_ends_the_response() {
    let peer = Peer::new([Ok("HTTP/1.1 200 OK\r\n\r\n"), Ok("one")], [Ok(10)]);
    let request = Request::post("http://a/").body(parts([Ok("one"), Err("lost the rest")])).unwrap();
    let mut response = direct(peer.clone()).connect(request).await.unwrap();
    peer.state().takes_all = true;
    let (body, end) = read(response.body_mut()).await;
    let end = end.unwrap();
    assert!(body == "one" && matches!(end, Error::Body(_)), "{body} {end:?}");
    assert_eq!(chain(&end), "the response body broke off: the request body failed: lost the rest");
    assert_eq!(peer.state().open, 0);
}

#[tokio::test]
async fn a_request_body_that_fails_does_not_hide_a_response_that_is_there() {
    for reads in
        [vec![Ok(BUSY)], vec![Ok(&BUSY[..20]), Ok(&BUSY[20..])], vec![Ok("HTTP/1.1 100 x\r\n\r\n"), Ok(BUSY)]]
    {
        let peer = Peer::new(reads, []);
        peer.state().takes_all = true;
        let request = Request::post("http://a/").body(parts([Ok("one"), Err("lost the rest")])).unwrap();
        let response = direct(peer).connect(request).await.unwrap();
        assert_eq!(response.status(), 503);
        let (body, end) = read(response.into_body()).await;
        assert_eq!((body.as_str(), end.is_none()), ("busy", true));
    }
}

#[tokio::test]
async fn a_request_body_that_fails_without_a_response_is_the_error() {
    for reads in [vec![], vec![Ok(&BUSY[..20])], vec![Ok(&BUSY[..20]), Ok("")], vec![reset()]] {
        let peer = Peer::new(reads, []);
        peer.state().takes_all = true;
        let request = Request::post("http://a/").body(parts([Ok("one"), Err("lost the rest")])).unwrap();
        let error = direct(peer).connect(request).await.unwrap_err();
        let expected = "the server sent no valid response head: the request body failed: lost the rest";
        assert_eq!(chain(&error), expected);
    }
}
