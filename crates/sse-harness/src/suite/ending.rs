//! Streams that an event ends.

use std::error::Error as _;
use std::fmt;

use sse_driver::Error;
use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{RequestOf, case, closes, data, ends, failure, get, open};
use crate::{MockServer, Reply, serve};

type Framing = (&'static str, fn(&str) -> Reply);

/// The ways in which a response body can end cleanly.
const FRAMINGS: [Framing; 3] = [
    ("chunked", |body| Reply::events().chunked().send(body)),
    ("length", |body| Reply::events().content_length(body.len() as u64).send(body)),
    ("close", |body| Reply::events().until_close().send(body)),
];

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

/// A stream that ends before the terminal event is incomplete. The session reconnects, or fails if
/// it may not reconnect.
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
pub fn an_error_event_fails_the_session<A: Adapter>() {
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

/// `[DONE]` ends the session, with its blank line or, at any clean end of the body, without it. The
/// application does not see the event, and the client sends no other request.
pub fn finish_before_does_not_deliver_its_event<A: Adapter>() {
    case::<A>(async || {
        for (name, framing) in FRAMINGS {
            for end in ["\n\n", "\n", "", "\r\n\r\n", "\n\ndata: b\n\n"] {
                let server = serve([framing(&format!("data: a\n\ndata: [DONE]{end}"))]);
                let request = get::<A>(&server).finish_before(|event| event.data == "[DONE]");
                let mut session = open::<A>(request).await;
                assert_eq!(data::<A>(&mut session).await, "a");
                ends::<A>(&mut session).await;
                assert_eq!(session.close_reason(), Some(&CloseReason::Finished), "{name} {end:?}");
                closes::<A>(&server, 0).await;
                assert_eq!(server.requests().len(), 1, "{name} {end:?}");
            }
        }
        let server = serve([Reply::events().send("data: a\n\ndata: [DONE]\n\n").stall()]);
        let mut session = open::<A>(get::<A>(&server).finish_before(|event| event.data == "[DONE]")).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        ends::<A>(&mut session).await;
        closes::<A>(&server, 0).await;
    });
}

/// A clean end of the body, in any framing, delivers the event if the option is set and drops it
/// otherwise.
pub fn deliver_unfinished_delivers_the_last_event<A: Adapter>() {
    case::<A>(async || {
        for (name, framing) in FRAMINGS {
            for deliver in [true, false] {
                let server = serve([framing("id: 1\ndata: a\n\nid: 2\ndata: b")]);
                let request = get::<A>(&server).deliver_unfinished(deliver).max_reconnection_attempts(0);
                let mut session = open::<A>(request).await;
                assert_eq!(data::<A>(&mut session).await, "a");
                if deliver {
                    assert_eq!(data::<A>(&mut session).await, "b", "{name}");
                }
                ends::<A>(&mut session).await;
                assert_eq!(session.last_event_id(), if deliver { "2" } else { "1" }, "{name}");
            }
        }
    });
}

/// The event that the failure cut off does not end the session either, although it matches
/// `finish_before`.
pub fn a_broken_connection_drops_the_unfinished_event<A: Adapter>() {
    case::<A>(async || {
        let body = "data: a\n\ndata: [DONE]";
        for reply in [
            Reply::events().chunked().send(body).drop_connection(),
            Reply::events().content_length(body.len() as u64 + 1).send(body).close(),
        ] {
            let server = serve([reply]);
            let request = get::<A>(&server)
                .deliver_unfinished(true)
                .finish_before(|event| event.data == "[DONE]")
                .max_reconnection_attempts(0);
            let mut session = open::<A>(request).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            let error = failure::<A>(&mut session).await;
            assert!(matches!(error, Error::Stream(_)), "{error:?}");
        }
    });
}
