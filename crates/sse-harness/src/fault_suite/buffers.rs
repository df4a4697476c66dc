//! Proxies that keep what they should pass on.

use sse_driver::Frame;
use sse_driver::proto::Cause;

use super::FaultAdapter;
use super::case::{SHORT, bounded_case, causes, delivers, event, with_losses};
use crate::suite::case::{LONG, SessionOf, client, closes, dropped_when, open, within};
use crate::{BufferingProxy, Gate, MockServer, Reply};

/// How much the proxy keeps before it passes it on, in bytes.
const ROOM: usize = 4096;

/// A stream in small pieces that has filled the proxy after event 100, and not before event 80.
fn pieces(gate: &Gate) -> Reply {
    let piece = |n| format!(": comment {n}\n{}", event(n));
    let small = (1..=80).fold(Reply::events(), |reply, n| reply.send(piece(n)));
    (81..=100).fold(small.wait(gate), |reply, n| reply.send(piece(n))).stall()
}

/// Nothing is heard of the stream, not even its comments, until the proxy has enough. Then all of it comes at once, in
/// order, and what one lump ends with in part the next begins with.
pub fn a_proxy_that_buffers_delivers_all_of_it_late<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let gate = Gate::new();
        let held_back = gate.clone();
        let server = MockServer::new().reply_with(move |_| pieces(&held_back));
        let proxy = BufferingProxy::new(&server, ROOM);
        let (request, losses) = with_losses::<A>(client::<A>().build().get(proxy.url("/")));
        let mut session = open::<A>(request.show_comments(true)).await;
        let mut frames = session.frames();
        assert!(within::<A, _>(SHORT, frames.next()).await.is_none(), "it came through the proxy");
        gate.open();
        for n in 1..=85 {
            let comment = within::<A, _>(LONG, frames.next()).await.expect("it comes at last");
            assert!(
                matches!(comment, Some(Ok(Frame::Comment(text))) if text == format!("comment {n}")),
                "{n}"
            );
            let event = within::<A, _>(LONG, frames.next()).await.expect("it comes at last");
            assert!(
                matches!(event, Some(Ok(Frame::Event(event))) if event.last_event_id == n.to_string()),
                "{n}"
            );
        }
        assert_eq!(causes(&losses), []);
    });
}

/// To the client the stream is idle, whatever the server sends: it is dropped and made again, and what the proxy kept of
/// the first one is lost to the proxy alone.
pub fn a_proxy_that_buffers_for_too_long_is_found_by_the_idle_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let server =
            MockServer::new().reply_with(|request| match (request.number, request.last_event_id()) {
                (0 | 1, None) => Reply::events().send(": alive\n").send(event(1)).stall(),
                // It ends, and so the proxy has no reason to wait.
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
        delivers::<A>(&mut session, 1..=4, "at last").await;
        assert_eq!(causes(&losses), [Cause::IdleTimeout, Cause::IdleTimeout, Cause::Eof]);
        closes::<A>(&server, 0).await;
        dropped_when::<A, _>(session.next(), "one more connection", || server.requests().len() > 4).await;
        assert_eq!(server.requests()[4].last_event_id(), Some("4"));
    });
}
