//! Opening a session.

use sse_web::{CloseReason, ReadyState};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, client, ends, get, has_origins, open};
use crate::script::Reply;

/// A session is open as soon as the response head arrives, before any byte of the body, and returns
/// that head.
#[wasm_bindgen_test]
async fn a_session_returns_its_response() {
    let server = Server::script([Reply::events().header("x-number", "7").stall()]).await;
    let session = open(get(&server)).await;
    let response = session.response().expect("an open session");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-number"]),
        (200, &"7".parse().expect("valid"))
    );
    assert_eq!(session.url().as_str(), server.url("/events"));
    assert_eq!((session.ready_state(), session.last_event_id()), (ReadyState::Open, ""));
}

/// The first request of a session is a simple request. The browser itself adds `Cache-Control`.
#[wasm_bindgen_test]
async fn a_plain_request_sends_no_preflight() {
    let server = Server::script([Reply::events().stall()]).await;
    open(get(&server)).await;
    assert_eq!(server.preflight_headers().await, [""; 0]);
    let request = &server.requests().await[0];
    assert_eq!((&*request.method, &*request.path), ("GET", "/events"));
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    assert_eq!(request.header("cache-control"), Some("no-cache"));
    assert_eq!((request.header("last-event-id"), request.body.len()), (None, 0));
}

/// Unlike `EventSource`, the client sends custom headers. The browser sends a preflight for them.
#[wasm_bindgen_test]
async fn custom_headers_are_sent() {
    let server = Server::script([Reply::events().stall()]).await;
    let client = client().header("x-tenant", "7").header("cache-control", "max-age=0").build();
    open(client.get(server.url("/a")).query([("b", "c d")]).bearer_auth("secret")).await;
    let request = &server.requests().await[0];
    assert_eq!(request.path, "/a?b=c+d");
    let expected = [("x-tenant", "7"), ("authorization", "Bearer secret"), ("cache-control", "max-age=0")];
    for (name, value) in expected {
        assert_eq!(request.header(name), Some(value), "{name}");
    }
    let asked = if has_origins() { &["authorization,cache-control,x-tenant"][..] } else { &[] };
    assert_eq!(server.preflight_headers().await, asked);
}

#[wasm_bindgen_test]
async fn a_first_204_opens_a_closed_session() {
    let server = Server::script([Reply::status(204)]).await;
    let mut session = open(get(&server)).await;
    ends(&mut session).await;
    assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
    assert_eq!(server.requests().await.len(), 1);
}
