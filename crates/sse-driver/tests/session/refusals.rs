//! Responses that do not open a stream, and their bodies.

use sse_driver::{Cause, Retry, State};

use super::*;

#[test]
fn the_application_can_decide_what_opens_the_stream() {
    let other = |status| Reply::status(status).header("content-type", "text/x").send("data: a\n\n");
    let untyped = Reply::status(200).send("data: a\n\n");
    let read = |reply, with: fn(RequestBuilder<_, _>) -> RequestBuilder<_, _>| {
        let test = test([reply]);
        let (data, end) = test.read(with(test.get().max_reconnection_attempts(0)));
        (data.len(), end.err().map(|error| error.to_string()))
    };
    let refused = |got: &str| Some(format!("expected status 200 and text/event-stream, got status {got}"));
    assert_eq!(read(other(200), |get| get), (0, refused("200 OK and content type \"text/x\"")));
    assert_eq!(read(other(200), |get| get.any_content_type(true)), (1, None));
    assert_eq!(read(untyped.clone(), |get| get.any_content_type(true)), (1, None));
    assert_eq!(read(other(201), |get| get.any_content_type(true)), (0, refused("201 Created")));
    assert_eq!(read(other(201), |get| get.accept_when(|head| head.status() == 201)), (1, None));
    assert_eq!(
        read(events(), |get| get.accept_when(|_| false)),
        (0, refused("200 OK and content type \"text/event-stream\""))
    );
    assert_eq!(read(no_content(), |get| get.accept_when(|_| panic!("it is not asked"))), (0, None));
    let packed = no_content().header("content-encoding", "gzip");
    assert_eq!(read(packed, |get| get.accept_when(|_| true)), (0, None));
}

/// Any coding in any header line counts, whichever rule opens the stream, and there is no retry.
#[test]
fn a_compressed_stream_is_futile() {
    for coding in ["gzip", "x-gzip", "deflate", "compress", "br", "zstd", "identity, GZIP"] {
        let reply = events().header("content-encoding", "none").header("content-encoding", coding);
        let test = test([reply.send("data: a\n\n"), no_content()]);
        let request = test.get().retry_initial(true).retry_when(|_| Retry::Backoff);
        let error = test.read(request).1.expect_err("it cannot be read");
        let text = format!("the body of the response is compressed (none, {coding}), which is not decoded");
        assert_eq!((error.to_string(), error.status().map(|status| status.as_u16())), (text, Some(200)));
        assert!(error.response().expect("there was one").is_body_cut(), "the body was not read");
        assert_eq!((test.net.requests().len(), test.net.open_connections()), (1, 0));
    }
    // A refusal is compressed as it likes, unless the application takes it for a stream.
    let busy = || Reply::status(503).header("content-encoding", "gzip");
    let retried = test([busy(), events().send("data: a\n\n"), no_content()]);
    assert_eq!(retried.read(retried.get().retry_initial(true)).0, ["a"]);
    let accepted = test([busy()]);
    let error = accepted.read(accepted.get().retry_initial(true).accept_when(|_| true)).1;
    assert!(matches!(error, Err(Error::ContentEncoding(_))), "{error:?}");
    for coding in ["none", "identity", "utf-8", "binary", "chunked"] {
        let test = test([events().header("content-encoding", coding).send("data: a\n\n"), no_content()]);
        assert_eq!(test.read(test.get()).0, ["a"], "{coding}");
    }
}

/// The error passed to `on_state` has the start of the body, which takes at most a second to read.
#[test]
fn a_retried_status_has_its_body() {
    let slow = Reply::status(503).send("bus").pause(seconds(60)).send("y");
    for (reply, body, is_cut, took) in [
        (Reply::status(502).send("bad ").send("gateway"), "bad gateway", false, 6),
        (slow.clone(), "bus", true, 6),
        (slow.header("retry-after", "0"), "bus", true, 1),
    ] {
        let test = test([events().send("data: a\n\n"), reply, no_content()]);
        let seen = Seen::new();
        let log = seen.clone();
        let request = test.get().on_state(move |state| {
            if let State::Disconnected { cause: Cause::Status(_), error: Some(error), .. } = state {
                let response = error.response().expect("a refused response");
                log.push((response.body().clone(), response.is_body_cut()));
            }
        });
        test.read(request).1.expect("a normal end");
        assert_eq!(seen.take(), [(body.into(), is_cut)]);
        assert_eq!(test.seconds(), 3 + took);
    }
}

/// A slow body of a refusal is read for a second if an attempt may follow, and for ten seconds at
/// the end.
#[test]
fn the_body_of_a_refusal_is_read_longer_at_the_end() {
    let slow = |status| Reply::status(status).send("no").stall();
    let quick = |status| Reply::status(status).send("no");
    for (replies, retries, renews, took) in [
        ([slow(404), quick(404)], false, false, 10),
        ([slow(404), quick(404)], true, false, 1),
        ([slow(401), quick(401)], false, false, 10),
        // The second 401 in a row is final.
        ([slow(401), quick(401)], false, true, 1),
        ([quick(401), slow(401)], false, true, 10),
    ] {
        let case = format!("{replies:?} {retries} {renews}");
        let test = test(replies);
        let mut request = test.get();
        if retries {
            request = request.retry_when(|_| Retry::Default);
        }
        if renews {
            request = request.bearer_auth_with(|_| std::future::ready(Ok::<_, Error>("token".to_owned())));
        }
        let error = test.read(request).1.expect_err("it is refused");
        assert_eq!(error.response().expect("a refused response").body(), "no");
        assert_eq!(test.seconds(), took, "{case}");
    }
}

#[test]
fn a_refused_body_of_exactly_64_kib_needs_no_wait() {
    let page = Reply::status(404).send("x".repeat(60_000)).send("y".repeat(64 * 1024 - 60_000)).stall();
    let test = test([page]);
    let error = test.read(test.get()).1.expect_err("404");
    let response = error.response().expect("a refused response");
    assert_eq!((response.body().len(), response.is_body_cut(), test.seconds()), (64 * 1024, true, 0));
}

#[test]
fn a_refused_response_has_its_truncation_and_retry_after() {
    for (len, is_cut) in
        [(0, false), (1000, false), (64 * 1024 - 1, false), (64 * 1024 + 1, true), (100_000, true)]
    {
        let test = test([Reply::status(404).header("retry-after", "9").send("x".repeat(len))]);
        let error = test.read(test.get()).1.expect_err("404");
        let response = error.response().expect("a refused response");
        assert_eq!((response.body().len(), response.is_body_cut()), (len.min(64 * 1024), is_cut), "{len}");
        assert_eq!(response.retry_after(), Some(seconds(9)));
        let (head, body) = response.clone().into_parts();
        assert_eq!((head.status().as_u16(), body.len()), (404, len.min(64 * 1024)));
    }
}

/// The server sends an endless page without pauses.
#[test]
fn reading_a_refused_body_yields() {
    let test = test([Reply::status(404).send_forever("xy")]);
    let mut opening = Box::pin(test.get().open());
    let turns = (0..).take_while(|_| poll_once(opening.as_mut()).is_pending()).count();
    assert!((100..200).contains(&turns), "{turns} turns for 32 Ki chunks");
}
