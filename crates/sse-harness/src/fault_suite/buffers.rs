//! Proxies that buffer the stream.

use sse_driver::Frame;
use sse_driver::proto::Cause;

use super::FaultAdapter;
use super::case::{SHORT, bounded_case, causes, delivers, event, with_losses};
use crate::suite::case::{LONG, SessionOf, client, closes, dropped_when, open, within};
use crate::{BufferingProxy, Gate, MockServer, Reply};

/// The size of the proxy's buffer in bytes.
const ROOM: usize = 4096;

/// A stream in small writes that fills the proxy's buffer between event 80 and event 100.
fn pieces(gate: &Gate) -> Reply {
    let piece = |n| format!(": comment {n}\n{}", event(n));
    let small = (1..=80).fold(Reply::events(), |reply, n| reply.send(piece(n)));
    (81..=100).fold(small.wait(gate), |reply, n| reply.send(piece(n))).stall()
}

/// Nothing arrives, not even comments, until the proxy's buffer is full. Then everything arrives at
/// once and in order, and an event may be split between two writes of the proxy.
pub fn a_buffering_proxy_delivers_everything_late<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let gate = Gate::new();
        let held_back = gate.clone();
        let server = MockServer::new().reply_with(move |_| pieces(&held_back));
        let proxy = BufferingProxy::new(&server, ROOM);
        let (request, losses) = with_losses::<A>(client::<A>().build().get(proxy.url("/")));
        let mut session = open::<A>(request.show_comments(true)).await;
        let mut frames = session.frames();
        assert!(within::<A, _>(SHORT, frames.next()).await.is_none(), "the proxy forwarded early");
        gate.open();
        for n in 1..=85 {
            let comment = within::<A, _>(LONG, frames.next()).await.expect("the proxy forwards");
            assert!(
                matches!(comment, Some(Ok(Frame::Comment(text))) if text == format!("comment {n}")),
                "{n}"
            );
            let event = within::<A, _>(LONG, frames.next()).await.expect("the proxy forwards");
            assert!(
                matches!(event, Some(Ok(Frame::Event(event))) if event.last_event_id == n.to_string()),
                "{n}"
            );
        }
        assert_eq!(causes(&losses), []);
    });
}

/// The stream seems idle to the client, whatever the server sends. The client reconnects, and only
/// the proxy loses the bytes that it buffered.
pub fn a_buffering_proxy_is_found_by_the_idle_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let server =
            MockServer::new().reply_with(|request| match (request.number, request.last_event_id()) {
                (0 | 1, None) => Reply::events().send(": alive\n").send(event(1)).stall(),
                // The stream ends, so the proxy forwards it at once.
                (2, None) => {
                    Reply::events().send(": alive\n").send(event(1)).send(event(2)).send("id: 3\nda")
                }
                (3, Some("2")) => Reply::events().send(event(3)).send(event(4)),
                _ => Reply::events().stall(),
            });
        let proxy = BufferingProxy::new(&server, ROOM);
        let request = client::<A>().idle_timeout(SHORT).build().get(proxy.url("/"));
        let (request, losses) = with_losses::<A>(request);
        let mut session: SessionOf<A> = open::<A>(request).await;
        delivers::<A>(&mut session, 1..=4, "after the timeouts").await;
        assert_eq!(causes(&losses), [Cause::IdleTimeout, Cause::IdleTimeout, Cause::Eof]);
        closes::<A>(&server, 0).await;
        dropped_when::<A, _>(session.next(), "one more connection", || server.requests().len() > 4).await;
        assert_eq!(server.requests()[4].last_event_id(), Some("4"));
    });
}
