//! `send` returns any response as an answer.

use std::future::ready;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{Request, Response};
use sse_driver::{Answer, Instant, Limits, RequestBody, Retry};

use super::*;

async fn other(
    request: RequestBuilder<MockTransport, MockTimer>,
) -> sse_driver::Response<MockTransport, MockTimer> {
    match request.send().await.expect("an answer") {
        Answer::Other(response) => response,
        Answer::Stream(session) => panic!("{session:?}"),
    }
}

#[test]
fn an_event_stream_is_an_answer() {
    let test = test([events().send("data: a\n\n"), no_content()]);
    test.clock.run(async {
        let answer = test.get().send().await.expect("an answer");
        assert!(format!("{answer:?}").starts_with("Stream(Session"), "{answer:?}");
        let Answer::Stream(mut session) = answer else { panic!("expected a stream") };
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert!(session.next().await.is_none());
        assert_eq!(test.net.open_connections(), 0, "the session holds no response");
    });
}

#[test]
fn a_stream_that_is_an_answer_ends_like_any_other() {
    let test = test([events().send("data: a\n\n"), Reply::status(404).send("gone")]);
    test.clock.run(async {
        let Ok(Answer::Stream(mut session)) = test.get().send().await else { panic!("expected a stream") };
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        let error = session.next().await.expect("an error").expect_err("404");
        let response = error.response().expect("a refused response");
        assert_eq!((&response.body()[..], response.is_body_cut()), (&b"gone"[..], false));
        assert_eq!(test.net.open_connections(), 0);
    });
}

#[test]
fn a_204_has_nothing_of_an_earlier_response() {
    let long = "x".repeat(70_000);
    for (status, body) in [
        (503, Reply::send as fn(Reply, String) -> Reply),
        (503, |reply, body| reply.send(body).reset()),
        (401, Reply::send),
    ] {
        let test = test([body(Reply::status(status), long.clone()), no_content()]);
        test.clock.run(async {
            let token = |_| ready(Ok::<_, io::Error>("token".to_owned()));
            let response = other(test.get().retry_initial(true).bearer_auth_with(token)).await;
            assert_eq!(response.status(), 204);
            assert_eq!(response.bytes(0).await.expect("no error"), "");
        });
        assert_eq!(test.net.requests().len(), 2);
    }
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
                // A body of exactly the limit is not too long.
                assert_eq!(response.bytes(len).await.expect("no error").len(), len, "{status} {asks}");
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
fn a_failure_after_a_response_is_the_error() {
    let test = test([Reply::status(503).send("busy")]);
    let request = test.get().retry_initial(true).max_reconnection_attempts(1);
    let error = test.clock.run(request.send()).expect_err("the second attempt is refused");
    let Error::GaveUp { attempts: 1, last } = error else { panic!("{error:?}") };
    assert!(matches!(*last, Error::Connect(_)), "{last:?}");
}

#[test]
fn a_body_is_read_in_parts_and_within_limits() {
    let reply = || {
        Reply::status(404).header("x-part", "1").send("one").pause(Duration::from_secs(8)).send("two").stall()
    };
    let test = test([reply(), reply(), reply(), Reply::status(404).send("a").reset(), reply()]);
    test.clock.run(async {
        let request = || test.get().idle_timeout(Duration::from_secs(10));
        let mut response = other(request()).await;
        assert_eq!(response.headers()["x-part"], "1");
        let debug = format!("{response:?}");
        assert!(debug.starts_with("Response") && debug.contains("404"), "{debug}");
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

/// A body whose bytes are readable only at the poll after the one that they wake, as with a reactor
/// that learns of them late.
fn late_body(clock: MockTimer, arrivals: [u64; 3]) -> impl Stream<Item = io::Result<Bytes>> {
    let (mut arrivals, mut sleep, mut woken) = (arrivals.into_iter().peekable(), None, false);
    stream::poll_fn(move |cx| {
        let Some(at) = arrivals.peek() else { return Poll::Pending };
        let at = Instant::ZERO + Duration::from_secs(*at);
        if clock.now() < at {
            let sleep = sleep.insert(clock.sleep_until(at));
            return Pin::new(sleep).poll(cx).map(|()| unreachable!("it is too early"));
        }
        if !std::mem::replace(&mut woken, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        woken = false;
        arrivals.next();
        Poll::Ready(Some(Ok("x".into())))
    })
}

#[test]
fn bytes_that_arrive_at_the_idle_timeout_are_read() {
    let clock = MockTimer::new();
    let body_clock = clock.clone();
    let transport = move |_: Request<RequestBody>| {
        let body = late_body(body_clock.clone(), [0, 8, 18]);
        ready(Response::builder().status(404).body(body).map_err(io::Error::other))
    };
    let client = Client::builder_with(transport, clock.clone()).build();
    clock.run(async {
        let answer = client.get(URL).idle_timeout(Duration::from_secs(10)).send().await;
        let Ok(Answer::Other(mut response)) = answer else { panic!("{answer:?}") };
        for _ in 0..3 {
            assert_eq!(response.next().await.expect("a part").expect("no error"), "x");
        }
        let error = response.next().await.expect("an error").expect_err("the body is silent");
        assert!(matches!(error, Error::IdleTimeout(_)), "{error:?}");
    });
    assert_eq!(clock.now(), Instant::ZERO + Duration::from_secs(28));
}

#[test]
fn events_that_arrive_at_the_idle_timeout_are_read() {
    let clock = MockTimer::new();
    let body = late_body(clock.clone(), [20, 28, 38]).map(|_| Ok::<_, io::Error>("data: x\n\n".into()));
    let mut events =
        sse_driver::Events::from_stream(body).idle_timeout(Duration::from_secs(10), clock.clone());
    clock.run(async {
        // The time starts with the first read.
        clock.advance(Duration::from_secs(15));
        for _ in 0..3 {
            assert_eq!(events.next().await.expect("an event").expect("no error").data, "x");
        }
        let error = events.next().await.expect("an error").expect_err("the body is silent");
        assert!(matches!(error, Error::IdleTimeout(_)), "{error:?}");
    });
    assert_eq!(clock.now(), Instant::ZERO + Duration::from_secs(48));
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
