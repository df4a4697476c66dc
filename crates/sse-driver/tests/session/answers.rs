//! `send` returns any response as an answer.

use std::time::Duration;

use futures_util::StreamExt;
use sse_driver::{Answer, Limits, Response, Retry};

use super::*;

async fn other(request: RequestBuilder<MockTransport, MockTimer>) -> Response<MockTransport, MockTimer> {
    match request.send().await.expect("an answer") {
        Answer::Other(response) => response,
        Answer::Stream(session) => panic!("{session:?}"),
    }
}

#[test]
fn an_event_stream_is_an_answer() {
    let test = test([events().send("data: a\n\n"), no_content()]);
    test.clock.run(async {
        let Answer::Stream(mut session) = test.get().send().await.expect("an answer") else {
            panic!("expected a stream")
        };
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert!(session.next().await.is_none());
    });
}

#[test]
fn a_response_has_its_whole_body() {
    let json = || Reply::status(200).header("content-type", "application/json");
    let large = "x".repeat(50_000);
    for (reply, status, len) in [
        (json().send(large.clone()).pause(Duration::from_secs(60)).send(large.clone()), 200, 100_000),
        (json().send(large.clone()).send(large.clone()), 200, 100_000),
        (Reply::status(202), 202, 0),
        (no_content(), 204, 0),
        (Reply::status(404).send("no session"), 404, 10),
        (Reply::status(405), 405, 0),
        (Reply::status(503).send(large.clone()).send(large.clone()), 503, 100_000),
    ] {
        for asks in [false, true] {
            let test = test([reply.clone()]);
            test.clock.run(async {
                let request = test.builder().build().post(URL);
                let request = if asks { request.retry_when(|_| Retry::Default) } else { request };
                let response = other(request).await;
                assert_eq!(response.status().as_u16(), status);
                assert_eq!(response.bytes(1_000_000).await.expect("no error").len(), len, "{status} {asks}");
            });
            assert_eq!(test.net.open_connections(), 0);
        }
    }
}

/// The part of the body that was read for the decision of the application comes first, then the
/// rest.
#[test]
fn the_last_response_is_the_answer_when_attempts_run_out() {
    let busy = || Reply::status(503).send("x".repeat(70_000)).pause(Duration::from_secs(9)).send("end");
    let test = test([busy(), busy()]);
    test.clock.run(async {
        let response = other(test.get().retry_initial(true).max_reconnection_attempts(1)).await;
        let body = response.text().await.expect("no error");
        assert_eq!((body.len(), &body[70_000..]), (70_003, "end"));
    });
    assert_eq!((test.net.requests().len(), test.net.open_connections()), (2, 0));
    let refused = self::test([]);
    let error = refused.clock.run(refused.get().send()).expect_err("nobody is there");
    assert!(matches!(error, Error::Connect(_)), "{error:?}");
}

#[test]
fn a_body_is_read_in_parts_and_within_limits() {
    let reply = || Reply::status(404).send("one").pause(Duration::from_secs(8)).send("two").stall();
    let test = test([reply(), reply(), reply(), Reply::status(404).send("a").reset(), reply()]);
    test.clock.run(async {
        let request = || test.get().idle_timeout(Duration::from_secs(10));
        let mut response = other(request()).await;
        for part in ["one", "two"] {
            assert_eq!(response.next().await.expect("a part").expect("no error"), part);
        }
        let error = response.next().await.expect("an error").expect_err("the body stalls");
        assert!(matches!(error, Error::IdleTimeout(_)), "{error:?}");
        assert!(response.next().await.is_none());
        assert_eq!((test.seconds(), test.net.open_connections()), (18, 0));

        let error = other(request()).await.bytes(5).await.expect_err("it is longer");
        assert!(matches!(error, Error::BodyTooLong { limit: 5 }), "{error:?}");
        let limits = Limits::default().max_event_len(4);
        let error = other(request().limits(limits)).await.text().await.expect_err("it is longer");
        assert!(matches!(error, Error::BodyTooLong { limit: 4 }), "{error:?}");
        let error = other(request()).await.text().await.expect_err("it fails");
        assert!(matches!(error, Error::Stream(_)), "{error:?}");

        let response = other(request()).await;
        assert_eq!(test.net.open_connections(), 1);
        drop(response);
        assert_eq!(test.net.open_connections(), 0, "dropping it closes the connection");
    });
}

#[cfg(feature = "json")]
#[test]
fn a_body_in_json() {
    let test = test([Reply::status(200).send("[1,").send("2]"), Reply::status(200).send("[")]);
    test.clock.run(async {
        assert_eq!(other(test.get()).await.json::<Vec<u8>>().await.expect("json"), [1, 2]);
        let error = other(test.get()).await.json::<Vec<u8>>().await.expect_err("no json");
        assert!(matches!(error, Error::Json(_)), "{error:?}");
    });
}
