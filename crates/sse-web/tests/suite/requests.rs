//! Requests other than GET.

use futures_util::stream;
use sse_web::{CloseReason, RequestBody};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, client, data, ends, open};
use crate::script::Reply;

const BODY: &str = r#"{"stream":true}"#;

/// A repeated POST could do its work twice, so the session ends with its stream.
#[wasm_bindgen_test]
async fn a_post_is_sent_once() {
    let server = Server::script([Reply::events().send("data: a\n\n")]).await;
    let mut session = open(client().build().post(server.url("/ask")).body(BODY)).await;
    assert_eq!(data(&mut session).await, "a");
    ends(&mut session).await;
    assert_eq!(session.close_reason(), Some(&CloseReason::EndOfStream));
    assert_eq!(server.requests().await.len(), 1);
}

/// If the request allows it, each attempt has the same method, headers and body.
#[wasm_bindgen_test]
async fn a_post_is_replayed_if_allowed() {
    let stream = |data| Reply::events().send(format!("data: {data}\n\n"));
    let server = Server::script([stream("a"), stream("b"), stream("c").stall()]).await;
    let request =
        client().build().post(server.url("/ask")).body(BODY).header("content-type", "application/json");
    let mut session = open(request.replay(true)).await;
    for expected in ["a", "b", "c"] {
        assert_eq!(data(&mut session).await, expected);
    }
    let requests = server.requests().await;
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!((&*request.method, &*request.path), ("POST", "/ask"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.body, BODY.as_bytes());
    }
}

/// Any method can carry a body, which may be empty, large or a stream.
#[wasm_bindgen_test]
async fn other_methods_carry_their_body() {
    let server = Server::script([Reply::events().send("data: a\n\n").stall()]).await;
    let large = "x".repeat(300_000);
    let parts = || {
        RequestBody::stream(|| stream::iter(["one ", "two"].map(|part| Ok::<_, std::io::Error>(part.into()))))
    };
    let bodies: [(&str, RequestBody, &str); 4] = [
        ("PUT", BODY.into(), BODY),
        ("DELETE", "".into(), ""),
        ("QUERY", large.clone().into(), &large),
        ("POST", parts(), "one two"),
    ];
    for (number, (method, body, expected)) in bodies.into_iter().enumerate() {
        let method = method.parse().expect("a method's name");
        let mut session = open(client().build().request(method, server.url("/")).body(body)).await;
        assert_eq!(data(&mut session).await, "a");
        let request = &server.requests().await[number];
        assert!(
            request.body == expected.as_bytes(),
            "{}: {} bytes arrived",
            request.method,
            request.body.len()
        );
    }
}

/// The attempt fails with the error of the body's stream.
#[wasm_bindgen_test]
async fn a_request_whose_body_fails_is_not_sent() {
    let server = Server::script([Reply::status(204)]).await;
    let body = RequestBody::stream(|| stream::iter([Err(std::io::Error::other("no more"))]));
    let error = crate::case::refused(client().build().post(server.url("/")).body(body)).await;
    assert!(crate::case::chain(&error).contains("no more"), "{error:?}");
    assert_eq!(server.requests().await.len(), 0);
}
