//! A session before it is open, and one that another task steers.

use std::sync::Arc;
use std::thread;

use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{LONG, case, closes, data, dropped_when, ends, get, open};
use crate::{MockServer, Reply, serve};

/// A server that begins its first response and does not end the head, and then has an event.
fn slow_server(head: &str) -> MockServer {
    serve([Reply::raw().send(head).stall(), Reply::events().send("data: a\n\n").stall()])
}

/// What there is of a head: nothing, or half.
const HEADS: [&str; 2] = ["", "HTTP/1.1 200 \r\ncontent-type: text/ev"];

/// `start` sends nothing by itself.
pub fn a_started_session_opens_as_it_is_read<A: Adapter>() {
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

/// While it connects, too.
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

/// Another thread waits for the request of this number, and then steers.
fn when_asked(server: &Arc<MockServer>, number: usize, steer: impl FnOnce() + Send + 'static) {
    let server = Arc::clone(server);
    thread::spawn(move || {
        server.wait_for_request(number, LONG).expect("a request comes");
        steer();
    });
}

/// The session is woken, and acts, while it waits for the head of a response.
pub fn a_handle_closes_a_session_that_connects<A: Adapter>() {
    case::<A>(async || {
        for head in HEADS {
            let server = Arc::new(slow_server(head));
            let mut session = get::<A>(&server).start();
            let mut handle = session.handle();
            let closer = handle.clone();
            when_asked(&server, 0, move || closer.close());
            ends::<A>(&mut session).await;
            assert_eq!(session.close_reason(), Some(&CloseReason::Requested));
            assert_eq!(handle.changed().await, ReadyState::Closed);
            closes::<A>(&server, 0).await;
            assert_eq!(server.requests().len(), 1);
        }
    });
}

/// It asks again at once, over another connection.
pub fn a_handle_reconnects_a_session_that_connects<A: Adapter>() {
    case::<A>(async || {
        for head in HEADS {
            let server = Arc::new(slow_server(head));
            let mut session = get::<A>(&server).start();
            let handle = session.handle();
            when_asked(&server, 0, move || handle.reconnect());
            assert_eq!(data::<A>(&mut session).await, "a");
            closes::<A>(&server, 0).await;
            assert_eq!(server.requests().len(), 2);
        }
    });
}

/// The same for an open session whose server says nothing.
pub fn a_handle_closes_a_session_that_is_read<A: Adapter>() {
    case::<A>(async || {
        let server = Arc::new(serve([Reply::events().send("data: a\n\n").stall()]));
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let handle = session.handle();
        when_asked(&server, 0, move || handle.close());
        ends::<A>(&mut session).await;
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}
