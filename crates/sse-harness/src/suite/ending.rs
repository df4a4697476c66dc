//! Streams with an event that ends them.

use std::error::Error as _;
use std::fmt;

use sse_driver::Error;
use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{RequestOf, case, closes, data, ends, failure, get, open};
use crate::{MockServer, Reply, serve};

fn until_done<A: Adapter>(server: &MockServer) -> RequestOf<A> {
    get::<A>(server).finish_after(|event| event.data == "[DONE]")
}

/// The terminal event is the last one delivered. The connection is closed without another attempt,
/// and the end is normal.
pub fn the_terminal_event_finishes_the_session<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\ndata: [DONE]\n\ndata: b\n\n").stall()]);
        let mut session = open::<A>(until_done::<A>(&server)).await;
        for expected in ["a", "[DONE]"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        closes::<A>(&server, 0).await;
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
        assert_eq!(session.ready_state(), ReadyState::Closed);
        assert_eq!(server.requests().len(), 1);
    });
}

/// A stream that ends before that event is incomplete. That is an error without reconnection, and
/// the cause of a reconnection otherwise.
pub fn a_stream_without_its_terminal_event_is_truncated<A: Adapter>() {
    case::<A>(async || {
        let half = || Reply::events().send("data: a\n\n");
        let server = serve([half()]);
        let mut session = open::<A>(until_done::<A>(&server).max_reconnection_attempts(0)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let error = failure::<A>(&mut session).await;
        assert!(matches!(error, Error::Truncated), "{error:?}");
        assert_eq!(server.requests().len(), 1);

        let server = serve([half(), Reply::events().send("data: [DONE]\n\n").stall()]);
        let mut session = open::<A>(until_done::<A>(&server)).await;
        for expected in ["a", "[DONE]"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        ends::<A>(&mut session).await;
        assert_eq!(server.requests().len(), 2);
    });
}

#[derive(Debug, PartialEq)]
struct Overloaded(String);

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "overloaded: {}", self.0)
    }
}

impl std::error::Error for Overloaded {}

/// An event that reports an error ends the session with that error.
pub fn an_event_can_be_an_error<A: Adapter>() {
    case::<A>(async || {
        let body = "data: a\n\nevent: error\ndata: come back later\n\ndata: b\n\n";
        let server = serve([Reply::events().send(body).stall()]);
        let request = get::<A>(&server)
            .fail_when(|event| (event.event_type == "error").then(|| Overloaded(event.data.to_string())));
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let error = failure::<A>(&mut session).await;
        assert!(matches!(error, Error::Rejected(_)), "{error:?}");
        let source = error.source().and_then(|source| source.downcast_ref());
        assert_eq!(source, Some(&Overloaded("come back later".into())));
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}
