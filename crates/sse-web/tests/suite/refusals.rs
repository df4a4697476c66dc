//! Responses that do not open a stream, and failed requests.

use std::time::Duration;

use sse_web::{Answer, Cause, CloseReason, Error, State};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, chain, client, data, ends, get, next, open, quick, refused, timed};
use crate::script::Reply;

#[wasm_bindgen_test]
async fn a_refusal_is_an_error_with_its_body() {
    for status in [404, 500] {
        let server = Server::script([Reply::status(status).send("no such stream")]).await;
        let error = refused(get(&server)).await;
        let Error::Response(response) = &error else { panic!("{error:?}") };
        assert_eq!((response.status().as_u16(), &response.body()[..]), (status, &b"no such stream"[..]));
        assert_eq!(server.requests().await.len(), 1);
    }
}

#[wasm_bindgen_test]
async fn another_content_type_is_refused() {
    let server = Server::script([Reply::status(200).header("content-type", "text/html").send("<p>")]).await;
    let error = refused(get(&server)).await;
    assert!(matches!(&error, Error::Response(response) if &response.body()[..] == b"<p>"), "{error:?}");
}

#[wasm_bindgen_test]
async fn a_500_is_retried_with_retry_initial() {
    let server = Server::script([Reply::status(500), Reply::events().send("data: a\n\n").stall()]).await;
    let mut session = open(get(&server).retry_initial(true)).await;
    assert_eq!(data(&mut session).await, "a");
    assert_eq!(server.requests().await.len(), 2);
}

/// The server exposes the header to other origins.
#[wasm_bindgen_test]
async fn retry_after_delays_the_next_attempt() {
    let busy = Reply::status(503).header("retry-after", "1");
    let server = Server::script([busy, Reply::events().send("data: a\n\n").stall()]).await;
    let (took, _) = timed(open(get(&server).retry_initial(true))).await;
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

#[wasm_bindgen_test]
async fn every_response_is_an_answer() {
    let server = Server::script([Reply::status(202).send("later")]).await;
    let answer = client().build().post(server.url("/")).body("x").send().await.expect("a response");
    let Answer::Other(response) = answer else { panic!("expected a response that is not a stream") };
    assert_eq!((response.status().as_u16(), &*response.text().await.expect("a body")), (202, "later"));
}

/// The exception of fetch is the source of the error.
#[wasm_bindgen_test]
async fn a_stopped_server_is_an_error() {
    let server = Server::script([Reply::status(204)]).await;
    server.stop().await;
    let error = refused(get(&server)).await;
    assert!(matches!(error, Error::Connect(_)) && chain(&error).contains("TypeError"), "{}", chain(&error));
    let gave_up = refused(get(&server).retry_initial(true).max_reconnection_attempts(2)).await;
    assert!(matches!(gave_up, Error::GaveUp { .. }), "{gave_up:?}");
}

/// Fetch would reject the same request again, so the session ends.
#[wasm_bindgen_test]
async fn a_request_that_fetch_rejects_is_not_retried() {
    let server = Server::script([Reply::status(204)]).await;
    let client = client().retry_initial(true).reconnect_policy(quick()).build();
    let requests = [
        (client.get(server.url("/")).body("a GET with a body"), "TypeError"),
        (client.request("TRACE".parse().expect("a method"), server.url("/")), "TypeError"),
        (client.get("ftp://localhost/"), "http or https"),
    ];
    for (request, expected) in requests {
        let error = refused(request.retry_initial(true)).await;
        assert!(matches!(error, Error::Connect(_)) && chain(&error).contains(expected), "{}", chain(&error));
    }
    assert_eq!(server.requests().await.len(), 0);
}

/// The session fails with the exception and drops the unfinished event. (With `Connection: close`,
/// Node reports the broken connection as a clean end.)
#[wasm_bindgen_test]
async fn a_broken_stream_is_an_error() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\naccess-control-allow-origin: *\r\n";
    let head = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let stream = "14\r\ndata: a\n\ndata: cut o\r\n";
    let server = Server::script([Reply::raw().send(head).send(stream).pause(100).cut()]).await;
    let mut session = open(get(&server).max_reconnection_attempts(0)).await;
    assert_eq!(data(&mut session).await, "a");
    let error = next(&mut session).await.expect("an error").expect_err("no event");
    assert!(matches!(error, Error::Stream(_)) && chain(&error).contains("TypeError"), "{}", chain(&error));
}

#[wasm_bindgen_test]
async fn a_later_204_ends_the_session() {
    let server = Server::script([Reply::events().send("data: a\n\n"), Reply::status(204)]).await;
    let causes = std::rc::Rc::new(std::cell::RefCell::new(vec![]));
    let seen = causes.clone();
    let request = get(&server).on_state(move |state| {
        if let State::Disconnected { cause, .. } = state {
            seen.borrow_mut().push(*cause);
        }
    });
    let mut session = open(request).await;
    assert_eq!(data(&mut session).await, "a");
    ends(&mut session).await;
    assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
    assert_eq!(*causes.borrow(), [Cause::Eof]);
}
