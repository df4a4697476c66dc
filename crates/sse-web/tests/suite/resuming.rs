//! Resuming a stream over several connections.

use std::time::Duration;

use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, data, get, has_origins, open, timed};
use crate::script::Reply;

/// No event arrives twice, and nothing of the truncated event arrives. The client sends the ID as
/// UTF-8, as it arrived. For another origin, the browser sends a preflight for it.
#[wasm_bindgen_test]
async fn a_truncated_stream_resumes_after_its_last_event() {
    let server = Server::script([
        Reply::events().send("id: \u{e9}\u{1f30d}1\ndata: a\n\nid: 2\ndata: cut o").pause(100).cut(),
        Reply::events().send("id: 2\ndata: b\n\n"),
        Reply::events().send("data: c\n\n").stall(),
    ])
    .await;
    let mut session = open(get(&server)).await;
    for expected in ["a", "b", "c"] {
        assert_eq!(data(&mut session).await, expected);
    }
    let requests = server.requests().await;
    let ids: Vec<_> = requests.iter().map(|request| request.header("last-event-id")).collect();
    assert_eq!(ids, [None, Some("\u{e9}\u{1f30d}1"), Some("2")]);
    let preflights = server.preflight_headers().await;
    assert_eq!(preflights.first().map(String::as_str), has_origins().then_some("last-event-id"));
}

#[wasm_bindgen_test]
async fn a_reset_stream_is_reconnected() {
    let first = Reply::events().send("data: a\n\n").pause(100).reset();
    let server = Server::script([first, Reply::events().send("data: b\n\n").stall()]).await;
    let mut session = open(get(&server)).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
}

/// `retry:` sets the delay of the next attempt, as JavaScript's clock measures it.
#[wasm_bindgen_test]
async fn the_server_sets_the_reconnection_time() {
    let first = Reply::events().send("retry: 700\ndata: a\n\n");
    let server = Server::script([first, Reply::events().send("data: b\n\n").stall()]).await;
    let mut session = open(get(&server)).await;
    assert_eq!(data(&mut session).await, "a");
    let (took, second) = timed(data(&mut session)).await;
    assert_eq!((second.as_str(), session.reconnection_time()), ("b", Duration::from_millis(700)));
    assert!((Duration::from_millis(600)..Duration::from_secs(5)).contains(&took), "{took:?}");
}

#[wasm_bindgen_test]
async fn a_handle_reconnects_and_closes() {
    let stream = |data| Reply::events().send(format!("id: {data}\ndata: {data}\n\n")).stall();
    let server = Server::script([stream("1"), stream("2")]).await;
    let mut session = open(get(&server)).await;
    assert_eq!(data(&mut session).await, "1");
    let handle = session.handle();
    handle.reconnect();
    assert_eq!(data(&mut session).await, "2");
    server.closes(0).await;
    handle.close();
    assert!(session.next().await.is_none());
    server.closes(1).await;
}
