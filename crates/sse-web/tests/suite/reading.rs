//! Reading events and frames.

use std::time::Duration;

use futures_util::StreamExt;
use serde::Deserialize;
use sse_web::{Body, CloseReason, Error, Events, Frame, Limits};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Response;

use crate::case::{Server, client, data, ends, get, next, open};
use crate::script::Reply;

/// `data: packed\n\n` in gzip, as a stored block.
pub(crate) const PACKED: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x0e\x00\xf1\xffdata: packed\n\n?\x91\x96d\x0e\x00\x00\x00";

/// Each byte arrives in its own chunk, so that characters are split too.
#[wasm_bindgen_test]
async fn events_have_all_fields_in_any_chunks() {
    let stream =
        "\u{feff}event: greeting\nid: 1\ndata: h\u{e9}llo \u{1f30d}\ndata: again\n\n:\r\ndata\r\n\r\n";
    let server = Server::script([Reply::events().send_each_byte(stream).stall()]).await;
    let mut session = open(get(&server)).await;
    let first = next(&mut session).await.expect("an event").expect("no error");
    assert_eq!((&*first.event_type, &*first.data), ("greeting", "h\u{e9}llo \u{1f30d}\nagain"));
    let second = next(&mut session).await.expect("an event").expect("no error");
    assert_eq!((&*second.event_type, &*second.data, &*second.last_event_id), ("message", "", "1"));
}

#[wasm_bindgen_test]
async fn comments_and_retries_are_shown_if_configured() {
    let server = Server::script([Reply::events().send(": ping\nretry: 50\ndata: a\n\n").stall()]).await;
    let mut session = open(get(&server).show_comments(true).show_retries(true)).await;
    let frames: Vec<_> = session.frames().take(3).map(|frame| frame.expect("no error")).collect().await;
    assert_eq!(frames[0], Frame::Comment("ping".into()));
    assert_eq!(frames[1], Frame::Retry(Duration::from_millis(50)));
    assert!(matches!(&frames[2], Frame::Event(event) if event.data == "a"), "{frames:?}");
}

/// An event of 1 MiB arrives in many chunks.
#[wasm_bindgen_test]
async fn a_large_event_is_delivered_whole() {
    let large = "0123456789abcdef".repeat(1 << 16);
    let server = Server::script([Reply::events().send(format!("data: {large}\n\n")).stall()]).await;
    let mut session = open(get(&server)).await;
    assert!(data(&mut session).await == large);
}

#[wasm_bindgen_test]
async fn an_event_that_is_too_long_ends_the_session() {
    let server =
        Server::script([Reply::events().send(format!("data: {}\n\n", "x".repeat(2000))).stall()]).await;
    let mut session = open(get(&server).limits(Limits::default().max_event_len(1000))).await;
    let error = next(&mut session).await.expect("an error").expect_err("no event");
    assert!(matches!(error, Error::TooLong { limit: 1000 }), "{error:?}");
    ends(&mut session).await;
}

#[derive(Debug, Deserialize, PartialEq)]
struct Token {
    text: String,
}

#[wasm_bindgen_test]
async fn a_typed_stream_is_read() {
    let stream = "data: {\"text\":\"a\"}\n\ndata: {\"text\":\"b\"}\n\ndata: [DONE]\n\ndata: never\n\n";
    let server = Server::script([Reply::events().send(stream).stall()]).await;
    let mut session = open(get(&server).finish_before(|event| event.data == "[DONE]")).await;
    let tokens: Vec<_> =
        session.json::<Token>().map(|token| token.expect("no error").data.text).collect().await;
    assert_eq!(tokens, ["a", "b"]);
    assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
    server.closes(0).await;
}

/// The application has fetched the response itself.
#[wasm_bindgen_test]
async fn a_javascript_stream_is_read() {
    let response = Response::new_with_opt_str(Some("data: a\n\ndata: b\n\n")).expect("a response");
    let stream = response.body().expect("a body");
    let mut events = Events::from_stream(Body::try_from(stream.clone()).expect("a stream without a reader"));
    assert!(Body::try_from(stream.clone()).is_err(), "the stream already has a reader");
    assert_eq!(events.next().await.expect("an event").expect("no error").data, "a");
    assert_eq!(events.next().await.expect("an event").expect("no error").data, "b");
    assert!(events.next().await.is_none());
    JsFuture::from(stream.cancel()).await.expect_err("the reader locks the stream until it is dropped");
    drop(events);
}

/// Fetch decompresses the stream, and the client does not reject it as compressed.
#[wasm_bindgen_test]
async fn a_compressed_stream_is_decoded_by_fetch() {
    let reply = Reply::events().header("content-encoding", "gzip").send(PACKED);
    let server = Server::script([reply]).await;
    let mut session = open(client().build().get(server.url("/")).max_reconnection_attempts(0)).await;
    assert_eq!(data(&mut session).await, "packed");
    ends(&mut session).await;
}
