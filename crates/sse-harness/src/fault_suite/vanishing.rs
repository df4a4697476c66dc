//! Peers that send nothing, or nothing useful, while the connection itself does not fail.

use sse_driver::Error;
use sse_driver::proto::Cause;

use super::FaultAdapter;
use super::case::{
    CHUNKED, SHORT, bounded_case, causes, chunk, delivers, event, events, large_body, with_losses,
};
use crate::suite::case::{client, closes, get, open, refused, timed};
use crate::{MockServer, Reply, ReservedPort};

/// A peer that vanishes sends no end. The idle timeout expires, and a partial event is dropped.
pub fn a_peer_that_vanishes_within_an_event_is_found_by_the_idle_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let server = MockServer::new().reply_with(|request| match request.number {
            0 => Reply::events().send(event(1)).send("id: 2\nevent: half\ndata: ev").stall(),
            // In the middle of a character and of a chunk.
            1 => Reply::raw().send(CHUNKED).send(b"ff\r\nid: 2\ndata: \xe2\x82").stall(),
            _ => events(2..=3),
        });
        let (request, losses) = with_losses::<A>(get::<A>(&server).idle_timeout(SHORT));
        let mut session = open::<A>(request).await;
        delivers::<A>(&mut session, 1..=1, "before").await;
        let (took, ()) = timed::<A, _>(delivers::<A>(&mut session, 2..=3, "after")).await;
        assert!(took >= SHORT, "two idle timeouts took only {took:?}");
        assert_eq!(causes(&losses), [Cause::IdleTimeout; 2]);
        for number in [1, 2] {
            assert_eq!(server.requests()[number].last_event_id(), Some("1"));
        }
        closes::<A>(&server, 0).await;
    });
}

/// Leading zeros of a chunk size are framing, so a stream of nothing else counts as silent.
pub fn an_endless_chunk_size_is_found_by_the_idle_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let server = MockServer::new().reply_with(|request| match request.number {
            0 => Reply::raw().send([CHUNKED, &chunk(&event(1))].concat()).send_forever("0".repeat(1 << 14)),
            _ => events(2..=2),
        });
        let (request, losses) = with_losses::<A>(get::<A>(&server).idle_timeout(SHORT));
        let mut session = open::<A>(request).await;
        delivers::<A>(&mut session, 1..=2, "zeros").await;
        assert_eq!(causes(&losses), [Cause::IdleTimeout]);
        closes::<A>(&server, 0).await;
    });
}

/// A peer that does not read never gets the whole request.
pub fn a_peer_that_does_not_read_is_found_by_the_response_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let port = ReservedPort::new();
        let url = port.url("/");
        let _listener = port.listen_without_accepting(false);
        let request = client::<A>().response_timeout(SHORT).build().post(url).body(large_body());
        let error = refused::<A>(request).await;
        assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    });
}

/// A response that never completes is an error on the first attempt, and is retried later.
async fn times_out<A: FaultAdapter>(incomplete: fn() -> Reply) {
    let server = MockServer::new().reply_with(move |request| match request.number {
        0 | 2 => incomplete(),
        1 => Reply::events().send(event(1)),
        _ => events(2..=2),
    });
    let request = || get::<A>(&server).response_timeout(SHORT);
    let (took, error) = timed::<A, _>(refused::<A>(request())).await;
    assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    assert!(took >= SHORT, "{took:?}");
    closes::<A>(&server, 0).await;
    let (request, losses) = with_losses::<A>(request());
    let mut session = open::<A>(request).await;
    delivers::<A>(&mut session, 1..=2, "later").await;
    assert_eq!(causes(&losses), [Cause::Eof, Cause::ResponseTimeout]);
    closes::<A>(&server, 2).await;
}

/// A head that arrives byte by byte is never idle and never complete. The timeout covers the whole
/// head.
pub fn a_head_that_drips_is_found_by_the_response_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        times_out::<A>(|| {
            Reply::raw()
                .send("HTTP/1.1 200 OK\r\n")
                .send_each_byte("x: ".to_owned() + &"y".repeat(100_000))
                .stall()
        })
        .await;
    });
}
