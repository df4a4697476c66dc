//! Connections: established, refused, timed out, and closed as soon as the future or body is
//! dropped.

mod common;

use core::error::Error as StdError;
use core::time::Duration;
use std::io;

use common::{Memory, Piece, chain, direct, empty, get, read};
use futures_util::StreamExt;
use sse_driver::{ConnectTimeout, Transport};
use sse_harness::{Gate, Reply, ReservedPort, serve};
use sse_http::{Dial, Error};
use tokio::time;

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

const SHORT: Duration = Duration::from_millis(20);

/// A dial that never completes.
#[derive(Clone)]
struct BlackHole;

impl Dial for BlackHole {
    type Stream = futures_util::io::Cursor<Vec<u8>>;

    async fn dial(&self, _: &str, _: u16) -> io::Result<Self::Stream> {
        core::future::pending().await
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        time::sleep(time)
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_connection_fails_with_the_connect_timeout() {
    let request =
        empty(get("http://user:secret@a/?secret").extension(ConnectTimeout(Duration::from_secs(5))));
    let start = time::Instant::now();
    let error = direct(BlackHole).connect(request).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    assert_eq!(chain(&error), "cannot connect to a port 80: no connection within 5s");
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>()).unwrap();
    assert_eq!(source.kind(), io::ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn without_a_connect_timeout_connecting_never_times_out() {
    let connecting = direct(BlackHole).connect(empty(get("http://a/")));
    time::timeout(Duration::from_secs(1_000_000), connecting).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn the_connect_timeout_does_not_limit_the_body() {
    let network = Memory::replying([CHUNKED.into(), Piece::Silence]);
    let request = empty(get("http://a/").extension(ConnectTimeout(Duration::from_secs(5))));
    let mut response = direct(network).connect(request).await.unwrap();
    time::timeout(Duration::from_secs(60), response.body_mut().next()).await.unwrap_err();
}

#[tokio::test]
async fn a_refused_connection_is_an_error_with_host_and_port() {
    let port = ReservedPort::new();
    let address = port.addr();
    let request = empty(get(&format!("http://{address}/?secret")));
    let error = sse_tokio::Http::default().connect(request).await.unwrap_err();
    assert!(
        matches!(&error, Error::Connect { source, .. } if source.kind() == io::ErrorKind::ConnectionRefused)
    );
    let expected = format!("cannot connect to 127.0.0.1 port {}: ", address.port());
    assert!(chain(&error).starts_with(&expected), "{}", chain(&error));
}

#[tokio::test]
async fn connects_by_address_and_by_name() {
    let server = serve([Reply::events().send("a").send("b")]);
    let urls = [server.url("/"), format!("http://localhost:{}/", server.addr().port())];
    for url in urls {
        let mut response = sse_tokio::Http::default().connect(empty(get(&url))).await.unwrap();
        let (body, end) = read(response.body_mut()).await;
        assert_eq!((body.as_str(), end.is_none()), ("ab", true), "{url}");
    }
}

#[tokio::test]
async fn a_truncated_body_ends_with_an_error() {
    let gate = Gate::new();
    for end in [
        Reply::events().send("a").wait(&gate).drop_connection(),
        Reply::events().send("a").wait(&gate).reset(),
    ] {
        let server = serve([end]);
        let response = sse_tokio::Http::default().connect(empty(get(&server.url("/")))).await.unwrap();
        let mut body = response.into_body();
        assert_eq!(body.next().await.unwrap().unwrap(), "a");
        gate.open();
        let (rest, end) = read(&mut body).await;
        assert!(rest.is_empty() && matches!(end, Some(Error::Body(_))), "{rest} {end:?}");
    }
}

#[tokio::test]
async fn dropping_the_pending_future_closes_the_socket() {
    let server = serve([Reply::raw().stall()]);
    let mut connecting = sse_tokio::Http::default().connect(empty(get(&server.url("/"))));
    while server.requests().is_empty() {
        time::timeout(SHORT, &mut connecting).await.unwrap_err();
    }
    drop(connecting);
    assert!(server.wait_for_close(0, Duration::from_secs(1)).is_some());
}

#[tokio::test]
async fn dropping_the_body_closes_the_socket() {
    let server = serve([Reply::events().send("hi").stall()]);
    let response = sse_tokio::Http::default().connect(empty(get(&server.url("/")))).await.unwrap();
    let mut body = response.into_body();
    assert_eq!(body.next().await.unwrap().unwrap(), "hi");
    assert!(server.wait_for_close(0, SHORT).is_none());
    drop(body);
    assert!(server.wait_for_close(0, Duration::from_secs(1)).is_some());
}
