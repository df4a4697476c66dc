//! Opening a session.

use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{case, client, closes, ends, get, is_open, open};
use crate::{Reply, serve};

/// A session is open as soon as the response head arrives, before any byte of the body, and returns
/// that head.
pub fn a_session_returns_its_response<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().header("x-served-by", "a").stall()]);
        let session = open::<A>(get::<A>(&server)).await;
        assert_eq!(session.response().expect("it is open").status(), 200);
        assert_eq!(session.response().expect("it is open").headers()["x-served-by"], "a");
        assert_eq!(session.last_response().expect("it is open").headers()["x-served-by"], "a");
        assert_eq!(session.url().as_str(), server.url("/events"));
        assert_eq!(session.ready_state(), ReadyState::Open);
        assert_eq!((session.close_reason(), session.last_event_id()), (None, ""));
        assert!(is_open(&server, 0));
    });
}

/// The request has the headers for an event stream and those of the client, but no last event ID if
/// there is none.
pub fn a_request_has_the_headers_of_an_event_stream<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(204)]);
        let client = client::<A>().header("x-tenant", "7").build();
        open::<A>(client.get(server.url("/a")).query([("b", "c d")]).bearer_auth("secret")).await;
        let [request] = &server.requests()[..] else { panic!("one request") };
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/a?b=c+d"));
        let expected = [
            ("host", server.addr().to_string()),
            ("accept", "text/event-stream".into()),
            ("cache-control", "no-cache".into()),
            ("x-tenant", "7".into()),
            ("authorization", "Bearer secret".into()),
        ];
        for (name, value) in expected {
            assert_eq!(request.header_values(name), [value], "{name}");
        }
        assert_eq!(request.last_event_id(), None);
        assert!(request.body.is_empty());
    });
}

/// A header of the request replaces that of its client for this request only. The last event ID of
/// an earlier session is sent once.
pub fn a_request_overrides_its_client<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(204)]);
        let client =
            client::<A>().header("x-tenant", "7").header("accept", "text/x, text/event-stream").build();
        let request = client.get(server.url("/")).header("x-tenant", "8").last_event_id("41");
        assert_eq!(open::<A>(request).await.last_event_id(), "41");
        open::<A>(client.get(server.url("/"))).await;
        let [first, second] = &server.requests()[..] else { panic!("two requests") };
        assert_eq!(first.header_values("x-tenant"), ["8"]);
        assert_eq!(first.header_values("last-event-id"), ["41"]);
        assert_eq!(first.header_values("accept"), ["text/x, text/event-stream"]);
        assert_eq!(second.header_values("x-tenant"), ["7"]);
        assert_eq!(second.last_event_id(), None);
    });
}

/// A 204 as the first response is a normal end: a session without events, errors and further
/// requests.
pub fn a_first_204_opens_a_closed_session<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(204).header("x-served-by", "a")]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(session.response().expect("it is open").status(), 204);
        assert_eq!(session.response().expect("it is open").headers()["x-served-by"], "a");
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
        assert_eq!(session.ready_state(), ReadyState::Closed);
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}
