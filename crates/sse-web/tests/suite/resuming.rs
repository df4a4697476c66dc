//! What follows a lost connection.

use std::time::Duration;

use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, data, get, has_origins, open, timed};
use crate::script::Reply;

/// The rest of the stream comes, nothing twice and nothing of the event that was cut off; the ID is
/// sent as UTF-8, as it came. Another origin is asked whether it may be.
#[wasm_bindgen_test]
async fn a_stream_that_drops_goes_on_after_its_last_event() {
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
    let asked = server.asked_in_advance().await;
    assert_eq!(asked.first().map(String::as_str), has_origins().then_some("last-event-id"));
}

#[wasm_bindgen_test]
async fn a_reset_stream_is_asked_for_again() {
    let first = Reply::events().send("data: a\n\n").pause(100).reset();
    let server = Server::script([first, Reply::events().send("data: b\n\n").stall()]).await;
    let mut session = open(get(&server)).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
}

/// `retry:` sets the time to the next attempt, by the clock of JavaScript.
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
