//! `sse-reqwest` on wasm32: its requests by fetch, and its timer.

use std::time::Duration;

use sse_reqwest::{ReqwestTimer, Session, Sse, SseResponse, Timer};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{LONG, Server, quick, within};
use crate::reading::PACKED;
use crate::script::Reply;

async fn open(
    server: &Server,
    set: impl FnOnce(sse_reqwest::RequestBuilder) -> sse_reqwest::RequestBuilder,
) -> Session {
    let client = sse_reqwest::client(reqwest::Client::new()).reconnect_policy(quick()).build();
    let request = set(client.get(server.url("/events")));
    within(LONG, request.open()).await.expect("a response in time").expect("an accepted response")
}

async fn data(session: &mut Session) -> String {
    let item = within(LONG, session.next()).await.expect("an item in time");
    item.expect("an event").expect("no error").data
}

#[wasm_bindgen_test]
async fn a_session_over_reqwest_resumes_and_closes_its_connection() {
    let server = Server::script([
        Reply::events().send("retry: 300\nid: 1\ndata: a\n\ndata: cut o").pause(100).cut(),
        Reply::events().send("data: b\n\n").stall(),
    ])
    .await;
    let mut session = open(&server, |request| request).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
    assert_eq!(server.requests().await[1].header("last-event-id"), Some("1"));
    drop(session);
    server.closes(1).await;
}

#[wasm_bindgen_test]
async fn a_silent_session_over_reqwest_is_reconnected() {
    let server = Server::script([
        Reply::events().send("data: a\n\n").stall(),
        Reply::events().send("data: b\n\n").stall(),
    ])
    .await;
    let mut session = open(&server, |request| request.idle_timeout(Duration::from_millis(500))).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
    server.closes(0).await;
}

#[wasm_bindgen_test]
async fn a_compressed_stream_is_decoded_by_reqwests_fetch() {
    let reply = Reply::events().header("content-encoding", "gzip").send(PACKED);
    let server = Server::script([reply]).await;
    assert_eq!(data(&mut open(&server, |request| request).await).await, "packed");
}

#[wasm_bindgen_test]
async fn a_request_and_a_response_of_reqwest_are_streams() {
    let server = Server::script([Reply::events().send("data: a\n\n")]).await;
    let request = reqwest::Client::new()
        .post(server.url("/"))
        .body("x")
        .sse()
        .expect("a request whose body is in memory");
    let mut session = request.open().await.expect("a response");
    assert_eq!(data(&mut session).await, "a");
    assert_eq!(server.requests().await[0].body, b"x");
    let response = reqwest::get(server.url("/")).await.expect("a response");
    let mut events = response.into_events().expect("an event stream");
    assert_eq!(events.next().await.expect("an event").expect("no error").data, "a");
}

#[wasm_bindgen_test]
fn reqwest_timer_has_the_date_and_random_seeds() {
    let timer = ReqwestTimer::default();
    let since_1970 =
        timer.wall_clock().duration_since(std::time::SystemTime::UNIX_EPOCH).expect("a date after 1970");
    assert!((js_sys::Date::now() / 1000.0 - since_1970.as_secs_f64()).abs() < 5.0, "{since_1970:?}");
    assert_ne!(timer.seed(), timer.seed());
}
