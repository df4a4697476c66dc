//! From the request to the open session.

use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{case, client, closes, ends, get, is_open, open};
use crate::{Reply, serve};

/// A session is open as soon as the response head is there, before any byte of the body, and tells what is in it.
pub fn a_session_tells_of_its_response<A: Adapter>() {
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

/// The request has the headers of an event stream and the settings of the client; no last event ID where there is none.
pub fn a_request_says_what_it_wants<A: Adapter>() {
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

/// A header of the request takes the place of its client's, for this request only. The last event ID of an earlier
/// session is sent, once.
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

/// 204 is a normal end, also at first: a session without events and without an error, and no other request.
pub fn a_first_204_is_a_session_that_is_over<A: Adapter>() {
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
