//! The ways in which an application can end a session. Each closes the connection at once.

use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{Notes, SessionOf, case, closes, data, dropped_when, ends, get, is_open, open};
use crate::{MockServer, Reply, serve};

fn server() -> MockServer {
    serve([Reply::events().send("data: a\n\ndata: b\n\ndata: c\n\n").stall()])
}

/// Opens a session and reads the first of three events that arrive together.
async fn reading<A: Adapter>(server: &MockServer) -> SessionOf<A> {
    let mut session = open::<A>(get::<A>(server)).await;
    assert_eq!(data::<A>(&mut session).await, "a");
    assert!(is_open(server, 0));
    session
}

/// Not even events that have already arrived are delivered after `close`.
pub fn close_delivers_nothing_more<A: Adapter>() {
    case::<A>(async || {
        let server = server();
        let mut session = reading::<A>(&server).await;
        session.close();
        assert_eq!(session.close_reason(), Some(&CloseReason::Requested));
        assert_eq!(session.ready_state(), ReadyState::Closed);
        ends::<A>(&mut session).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// The connection closes even if the session is not polled.
pub fn close_closes_the_connection<A: Adapter>() {
    case::<A>(async || {
        let server = server();
        let mut session = reading::<A>(&server).await;
        session.close();
        closes::<A>(&server, 0).await;
    });
}

/// `finish` closes the connection like `close`, with another close reason.
pub fn finish_closes_the_connection<A: Adapter>() {
    case::<A>(async || {
        let server = server();
        let mut session = reading::<A>(&server).await;
        session.finish();
        closes::<A>(&server, 0).await;
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
    });
}

/// Dropping the session is enough.
pub fn a_dropped_session_closes_its_connection<A: Adapter>() {
    case::<A>(async || {
        let server = server();
        drop(reading::<A>(&server).await);
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// The output of the block is returned, and the connection is closed.
pub fn run_closes_its_connection<A: Adapter>() {
    case::<A>(async || {
        let server = server();
        let block = get::<A>(&server).run(async |session| {
            let event = session.next().await.expect("an event")?;
            assert!(is_open(&server, 0));
            Ok(event.data)
        });
        assert_eq!(block.await.expect("a response"), "a");
        closes::<A>(&server, 0).await;
    });
}

/// The block is dropped before it ends.
pub fn a_dropped_run_closes_its_connection<A: Adapter>() {
    case::<A>(async || {
        let server = server();
        let read = Notes::new();
        let block = get::<A>(&server).run(async |session| {
            while let Some(Ok(event)) = session.next().await {
                read.push(event.data.to_string());
            }
            Ok(())
        });
        dropped_when::<A, _>(block, "three events", || read.all().len() == 3).await;
        closes::<A>(&server, 0).await;
    });
}
