//! Tokio's network and clock, as the client sees them.

use core::time::Duration;
use std::io::{self, Read};
use std::net::TcpListener;

use sse_http::Dial;
use sse_tokio::{Client, Instant, Session, Timer, TokioDial, TokioTimer};
use tokio::time;

#[tokio::test]
async fn a_dial_reaches_a_listener_by_name_and_by_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in ["localhost", "127.0.0.1"] {
        let stream = TokioDial.dial(host, port).await.unwrap();
        assert!(stream.get_ref().nodelay().unwrap());
        let (mut peer, _) = listener.accept().unwrap();
        drop(stream);
        assert_eq!(peer.read(&mut [0]).unwrap(), 0, "dropping the stream closes it");
    }
}

#[tokio::test]
async fn a_dial_to_a_closed_port_is_refused() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = TokioDial.dial("127.0.0.1", port).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn the_timer_follows_tokios_clock() {
    let timer = TokioTimer::default();
    assert_eq!(timer.now(), Instant::ZERO);
    let hour = Instant::ZERO + Duration::from_secs(3600);
    timer.sleep_until(hour).await;
    assert_eq!(timer.now(), hour);
    timer.sleep_until(Instant::ZERO).await;
    assert_eq!(timer.now(), hour, "what is past is over at once");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_past_the_end_of_time_is_never_reached() {
    let sleep = TokioTimer::default().sleep_until(Instant::ZERO + Duration::MAX);
    assert!(time::timeout(Duration::from_secs(100_000_000), sleep).await.is_err());
}

#[test]
fn sessions_are_send() {
    fn is_send<T: Send>(_: impl FnOnce() -> T) {}
    is_send::<Session>(|| unreachable!("only its type counts"));
    is_send(|| Client::new().get("http://localhost/").open());
    is_send(|| async { Client::new().get("http://localhost/").open().await?.next().await.transpose() });
}

/// Without TLS only: `cargo test -p sse-tokio --no-default-features --test adapter`.
#[cfg(not(any(
    feature = "ring",
    feature = "aws-lc-rs",
    feature = "platform-verifier",
    feature = "webpki-roots"
)))]
#[tokio::test]
async fn https_without_tls_names_the_feature_to_enable() {
    fn deepest(error: &dyn std::error::Error) -> String {
        error.source().map_or_else(|| error.to_string(), deepest)
    }

    let expected = "https is not built in: enable a TLS feature, such as `ring` with `platform-verifier`";
    let error = Client::new().get("https://a.invalid/?secret").open().await.unwrap_err();
    assert_eq!(deepest(&error), expected);
    let server =
        sse_harness::serve([sse_harness::Reply::status(302).header("location", "https://a.invalid/?secret")]);
    let error = Client::new().get(server.url("/")).open().await.unwrap_err();
    assert_eq!(deepest(&error), expected);
}
