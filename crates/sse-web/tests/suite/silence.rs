//! Silent servers.

use std::time::Duration;

use sse_web::Error;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, data, get, open, refused};
use crate::script::Reply;

const SHORT: Duration = Duration::from_millis(500);

/// A stream without a byte for the idle timeout is dropped, and the client reconnects.
#[wasm_bindgen_test]
async fn a_silent_stream_is_reconnected() {
    let first = Reply::events().send("id: 1\ndata: a\n\n").stall();
    let server = Server::script([first, Reply::events().send("data: b\n\n").stall()]).await;
    let mut session = open(get(&server).idle_timeout(SHORT)).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
    server.closes(0).await;
    assert_eq!(server.requests().await[1].header("last-event-id"), Some("1"));
}

/// Comments count as bytes, so a stream of only comments is not idle.
#[wasm_bindgen_test]
async fn comments_keep_a_stream_alive() {
    let stream = (0..10).fold(Reply::events(), |reply, _| reply.send(":\n").pause(100));
    let server = Server::script([stream.send("data: a\n\n").stall()]).await;
    let mut session = open(get(&server).idle_timeout(SHORT)).await;
    assert_eq!(data(&mut session).await, "a");
    assert_eq!(server.requests().await.len(), 1);
}

/// The client aborts the request when the attempt times out.
#[wasm_bindgen_test]
async fn a_missing_response_times_out() {
    let server = Server::script([Reply::raw().stall()]).await;
    let error = refused(get(&server).response_timeout(SHORT)).await;
    assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    server.closes(0).await;
}
