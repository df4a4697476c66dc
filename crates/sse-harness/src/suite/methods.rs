//! Requests other than GET.

use http::Method;
use sse_driver::proto::CloseReason;

use super::Adapter;
use super::case::{RequestOf, case, client, data, ends, open};
use crate::{MockServer, Reply, serve};

const BODY: &str = r#"{"stream":true}"#;

fn ask<A: Adapter>(server: &MockServer) -> RequestOf<A> {
    let request = client::<A>().build().post(server.url("/ask")).body(BODY);
    request.header("content-type", "application/json").header("x-tenant", "7")
}

/// A repeated POST could do its work twice, so the session ends with its stream.
pub fn a_post_is_sent_once<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n")]);
        let mut session = open::<A>(ask::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::EndOfStream));
        assert_eq!(server.requests().len(), 1);
    });
}

/// If the request allows it, each attempt has the same method, headers and body.
pub fn a_post_is_replayed_if_allowed<A: Adapter>() {
    case::<A>(async || {
        let stream = |data| Reply::events().send(format!("data: {data}\n\n"));
        let server = serve([stream("a"), stream("b"), stream("c").stall()]);
        let mut session = open::<A>(ask::<A>(&server).replay(true)).await;
        for expected in ["a", "b", "c"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        for request in &requests {
            assert_eq!((request.method.as_str(), &*request.path), ("POST", "/ask"));
            assert_eq!(request.header_values("content-type"), ["application/json"]);
            assert_eq!(request.header_values("x-tenant"), ["7"]);
            assert_eq!(request.body, BODY.as_bytes());
            assert_eq!(request.headers, requests[0].headers);
        }
    });
}

/// Any method can carry a body of any length.
pub fn other_methods_carry_their_body<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n").stall()]);
        let client = client::<A>().build();
        let large = "x".repeat(300_000);
        let methods = ["PUT", "PATCH", "REPORT", "POST", "DELETE", "QUERY"];
        for (number, method) in methods.into_iter().enumerate() {
            let body = [BODY, "", &large][number % 3].to_owned();
            let name = Method::from_bytes(method.as_bytes()).expect("a method's name");
            let mut session = open::<A>(client.request(name, server.url("/")).body(body.clone())).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            let request = &server.requests()[number];
            assert_eq!(request.method, method);
            assert!(request.body == body.as_bytes(), "{method}: {} bytes arrived", request.body.len());
        }
    });
}
