//! Sessions that `start` creates, and handles that steer a session.

use std::sync::Arc;
use std::thread;

use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{LONG, case, closes, data, dropped_when, ends, get, open};
use crate::{MockServer, Reply, serve};

/// Returns a server that never completes the head of its first response. The second response has an
/// event.
fn slow_server(head: &str) -> MockServer {
    serve([Reply::raw().send(head).stall(), Reply::events().send("data: a\n\n").stall()])
}

/// The part of the head that the first response sends.
const HEADS: [&str; 2] = ["", "HTTP/1.1 200 \r\ncontent-type: text/ev"];

/// `start` sends no request. The first read does.
pub fn a_started_session_opens_when_it_is_read<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n").stall()]);
        let mut session = get::<A>(&server).start();
        assert_eq!(session.ready_state(), ReadyState::Connecting);
        assert!(session.response().is_none());
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(session.ready_state(), ReadyState::Open);
        assert_eq!(session.opened().await.expect("it is open").status(), 200);
        assert_eq!(server.requests().len(), 1);
    });
}

/// A session that is dropped while it connects closes its connection.
pub fn a_started_session_that_is_dropped_closes_its_connection<A: Adapter>() {
    case::<A>(async || {
        for head in HEADS {
            let server = slow_server(head);
            let mut session = get::<A>(&server).start();
            dropped_when::<A, _>(session.next(), "a request", || server.requests().len() == 1).await;
            drop(session);
            closes::<A>(&server, 0).await;
            assert_eq!(server.requests().len(), 1);
        }
    });
}

/// Calls `steer` on another thread after the request of this number.
fn after_request(server: &Arc<MockServer>, number: usize, steer: impl FnOnce() + Send + 'static) {
    let server = Arc::clone(server);
    thread::spawn(move || {
        server.wait_for_request(number, LONG).expect("a request");
        steer();
    });
}

/// The handle wakes a session that waits for the head of a response, and the session closes.
pub fn a_handle_closes_a_connecting_session<A: Adapter>() {
    case::<A>(async || {
        for head in HEADS {
            let server = Arc::new(slow_server(head));
            let mut session = get::<A>(&server).start();
            let mut handle = session.handle();
            let closer = handle.clone();
            after_request(&server, 0, move || closer.close());
            ends::<A>(&mut session).await;
            assert_eq!(session.close_reason(), Some(&CloseReason::Requested));
            assert_eq!(handle.changed().await, ReadyState::Closed);
            closes::<A>(&server, 0).await;
            assert_eq!(server.requests().len(), 1);
        }
    });
}

/// The session sends another request at once, over another connection.
pub fn a_handle_reconnects_a_connecting_session<A: Adapter>() {
    case::<A>(async || {
        for head in HEADS {
            let server = Arc::new(slow_server(head));
            let mut session = get::<A>(&server).start();
            let handle = session.handle();
            after_request(&server, 0, move || handle.reconnect());
            assert_eq!(data::<A>(&mut session).await, "a");
            closes::<A>(&server, 0).await;
            assert_eq!(server.requests().len(), 2);
        }
    });
}

/// The handle wakes an open session whose server is silent, and the session closes.
pub fn a_handle_closes_an_open_session<A: Adapter>() {
    case::<A>(async || {
        let server = Arc::new(serve([Reply::events().send("data: a\n\n").stall()]));
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let handle = session.handle();
        after_request(&server, 0, move || handle.close());
        ends::<A>(&mut session).await;
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}
