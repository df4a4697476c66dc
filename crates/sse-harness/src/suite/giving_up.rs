//! Policies that end a session.

use sse_driver::Error;
use sse_driver::proto::{Cause, CloseReason};

use super::Adapter;
use super::case::{case, data, ends, failure, get, open};
use crate::{Gate, Reply, serve};

/// The session has no error.
pub fn without_reconnection_the_session_ends_with_the_stream<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n")]);
        let mut session = open::<A>(get::<A>(&server).max_reconnection_attempts(0)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::EndOfStream));
        assert_eq!(server.requests().len(), 1);
    });
}

/// The error says how the stream broke off.
pub fn without_reconnection_a_broken_stream_is_an_error<A: Adapter>() {
    case::<A>(async || {
        for end in [Reply::drop_connection, Reply::reset] {
            let gate = Gate::new();
            let server = serve([end(Reply::events().send("data: a\n\n").wait(&gate))]);
            let mut session = open::<A>(get::<A>(&server).max_reconnection_attempts(0)).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            gate.open();
            let error = failure::<A>(&mut session).await;
            assert!(matches!(error, Error::Stream(_)), "{error:?}");
            assert_eq!(server.requests().len(), 1);
        }
    });
}

/// Consecutive failures count. An event resets the count, but an open stream without one does not.
/// The error says how the last attempt failed.
pub fn a_session_gives_up_when_its_attempts_are_used_up<A: Adapter>() {
    case::<A>(async || {
        let stream = |data| Reply::events().send(format!("data: {data}\n\n"));
        let busy = || Reply::status(503).send("busy");
        let server = serve([stream("a"), busy(), stream("b"), Reply::events(), busy()]);
        let mut session = open::<A>(get::<A>(&server).max_reconnection_attempts(2)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b");
        let error = failure::<A>(&mut session).await;
        assert_eq!(error.to_string(), "gave up after 2 retries");
        let Error::GaveUp { attempts: 2, last } = &error else { panic!("{error:?}") };
        assert_eq!(last.response().expect("the last one was refused").body(), "busy");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
        let reason = CloseReason::GaveUp { attempts: 2, last: Cause::Status(503) };
        assert_eq!(session.close_reason(), Some(&reason));
        assert_eq!(server.requests().len(), 5);
    });
}
