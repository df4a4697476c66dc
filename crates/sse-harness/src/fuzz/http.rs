//! Runs the HTTP transport, and a client on top of it, against a server that sends any bytes.

mod net;
mod run;

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use futures_core::Stream;
use http::{Method, Request};
use sse_driver::{Client, RequestBody, Transport};
use sse_http::{Http, Proxy};
use sse_proto::{Limits, Oversize};

use self::net::{End, Net, Reply};
use self::run::Clock;
use super::draw::Draw;

/// Checks that `sse-http`, alone or with a session on top, handles any bytes of a server: it does
/// not panic, it ends unless the server is silent (a session always ends, since it has timeouts),
/// it does not spin, and it uses little memory.
///
/// `heap` returns how many bytes are allocated, or 0 if nothing counts them.
///
/// The first byte has flags. The next two say how many of the last bytes are repeated, and how
/// often. A number follows (up to 16), and then as many bytes, which define the chunks. The server
/// sends the rest. 0x1E starts the next connection.
///
/// ```
/// let response = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: a\n\n";
/// sse_harness::fuzz::http(&[&[1, 0, 0, 1, 7], &response[..]].concat(), || 0);
/// ```
///
/// # Panics
///
/// Panics if any of that does not hold.
pub fn http(input: &[u8], heap: fn() -> usize) {
    let mut draw = Draw(input);
    let flags = draw.byte();
    let clock = Clock::default();
    let net = Net::new(&clock, replies(flags, &mut draw), heap);
    if flags & 1 == 0 {
        let done = clock.run(exchange(&net, flags), || net.tried());
        assert!(done.is_some() || net.fell_silent(), "the transport waits, but nothing can wake it");
    } else {
        let done = clock.run(session(&net, flags), || net.tried());
        assert!(done.is_some(), "the session does not end");
    }
}

fn replies(flags: u8, draw: &mut Draw<'_>) -> Vec<Reply> {
    let (again, times) = (usize::from(draw.byte()), 1 << (draw.byte() % 15));
    let cuts = usize::from(draw.byte() % 17);
    let cuts = draw.bytes(cuts);
    let reply = |bytes: &[u8]| Reply {
        bytes: bytes.to_vec(),
        again: (again.min(bytes.len()), times),
        cuts: cuts.to_vec(),
        end: [End::Close, End::Reset, End::Silence, End::Close][usize::from(flags >> 2 & 3)],
        speaks_first: flags & 16 != 0,
    };
    draw.0.split(|byte| *byte == 0x1E).take(16).map(reply).collect()
}

/// Sends one request and reads its response to the end.
async fn exchange(net: &Net, flags: u8) {
    let mut request = Request::new(body(flags));
    *request.method_mut() = method(flags);
    *request.uri_mut() = "http://test/events".parse().expect("a URL");
    let transport = Http::new(net.clone()).proxy(Proxy::none());
    let response = transport.connect(request).await;
    assert!(net.dials() <= 11, "more than ten redirects");
    let Ok(response) = response else { return };
    let mut body = pin!(response.into_body());
    while let Some(Ok(_)) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {}
    assert!(poll_fn(|cx| body.as_mut().poll_next(cx)).await.is_none(), "nothing comes after the end");
}

/// Reads a session to its end.
async fn session(net: &Net, flags: u8) {
    let oversize = if flags & 32 == 0 { Oversize::Fail } else { Oversize::Skip };
    let client = Client::builder_with(Http::new(net.clone()).proxy(Proxy::none()), net.clock.clone())
        .limits(Limits::default().max_event_len(64 * 1024).oversize(oversize))
        .max_reconnection_attempts(2)
        .retry_initial(flags & 64 != 0)
        .show_comments(true)
        .show_retries(true)
        .response_timeout(Duration::from_secs(40))
        .idle_timeout(Duration::from_secs(40))
        .build();
    let request = client.request(method(flags), "http://test/events").body(body(flags));
    let Ok(mut session) = request.open().await else { return };
    while let Some(Ok(_)) = session.frames().next().await {}
    assert!(session.frames().next().await.is_none(), "nothing comes after the end");
    assert!(session.close_reason().is_some(), "a closed session has a reason");
}

fn method(flags: u8) -> Method {
    if flags & 128 == 0 { Method::GET } else { Method::POST }
}

fn body(flags: u8) -> RequestBody {
    if flags & 128 == 0 { RequestBody::default() } else { "question".into() }
}
