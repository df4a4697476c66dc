//! Decisions of the application: what is retried, what opens the stream, and which token is sent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request};
use sse_driver::{
    Cause, CloseReason, FailedResponse, Failure, Futile, RequestBody, Retry, State, TokenRequest,
};

use super::*;

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The values that a hook has received.
struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Seen<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn push(&self, value: T) {
        self.0.lock().expect("no panic").push(value);
    }

    fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

#[test]
fn a_post_is_retried_only_until_it_is_open() {
    let test = test([
        Reply::status(429).send("busy"),
        Reply::refuse(),
        events().send("data: a\n\n"),
        events().send("data: b\n\n"),
    ]);
    let client = test.builder().retry_initial(true).max_reconnection_attempts(5).build();
    let (data, end) = test.read(client.post(URL).body("question"));
    end.expect("the end of the stream is a normal end");
    assert_eq!((data, test.net.requests().len()), (vec!["a".to_owned()], 3));
    assert_eq!(test.seconds(), 3 + 6);
}

#[test]
fn total_reconnections_limit_a_replayed_post() {
    let test = test((0..9).map(|_| events().send("data: a\n\n").reset()));
    let policy = ReconnectPolicy::default().jitter_percent(0).max_total_reconnections(2);
    let request = test.builder().build().post(URL).reconnect_policy(policy).replay(true);
    let (data, end) = test.read(request);
    assert_eq!((data.len(), test.net.requests().len()), (3, 3));
    assert!(matches!(end, Err(Error::GaveUp { attempts: 2, .. })), "{end:?}");
}

#[test]
fn reconnect_sends_a_post_again_without_replay() {
    let test = test([events().send("data: a\n\n").stall(), events().send("data: b\n\n")]);
    test.clock.run(async {
        let mut session = test.builder().build().post(URL).body("q").open().await.expect("open");
        for data in ["a", "b"] {
            assert_eq!(session.next().await.expect("an event").expect("no error").data, data);
            if data == "a" {
                session.reconnect();
            }
        }
        assert!(session.next().await.is_none());
        assert_eq!(session.close_reason(), Some(&CloseReason::EndOfStream));
    });
    assert!(test.net.requests().iter().all(|request| request.method == Method::POST));
}

#[test]
fn statuses_of_proxies_are_retried_like_a_500() {
    for status in [520, 521, 524, 529, 530, 561, 598, 599] {
        let test = test([events().send("data: a\n\n"), Reply::status(status), no_content()]);
        test.read(test.get()).1.expect("a 204 is a normal end");
        assert_eq!(test.seconds(), 3 + 6, "{status}");
    }
}

/// Some servers and proxies end healthy connections.
#[test]
fn connections_that_end_regularly_do_not_grow_the_delay() {
    for open_for in [16, 30, 55] {
        let rotated = || events().send(":\n").pause(seconds(open_for));
        let test = test((0..6).map(|_| rotated()).chain([no_content()]));
        test.read(test.get().max_reconnection_attempts(3)).1.expect("the session does not give up");
        assert_eq!(test.seconds(), 6 * (open_for + 3));
    }
}

#[test]
fn a_server_for_polling_does_not_grow_the_delay() {
    let polled = |n: u64| events().send(format!("id: {n}\nretry: 500\n\n"));
    let test = test((7..17).map(polled).chain([no_content()]));
    test.read(test.get().max_reconnection_attempts(1)).1.expect("the session does not give up");
    assert_eq!(test.clock.now().since_origin(), Duration::from_millis(10 * 500));
    assert_eq!(test.header(10, "last-event-id").as_deref(), Some("16"));
}

#[test]
fn retry_when_receives_the_failure() {
    let test = test([
        Reply::status(500).header("retry-after", "7").send("down"),
        events().send("id: 9\nretry: 5000\ndata: a\n\n").reset(),
        Reply::status(404).send("gone"),
        no_content(),
    ]);
    let seen = Seen::new();
    let log = seen.clone();
    let request = test.get().retry_initial(true).retry_when(move |failure: &Failure| {
        let body = failure.error.response().map(|response| response.body().clone());
        let known = (failure.attempt, failure.failures, failure.was_open, failure.delivered, failure.delay);
        let id = failure.last_event_id.clone();
        log.push((failure.cause, body, known, id, failure.reconnection_time));
        Retry::Backoff
    });
    let (data, end) = test.read(request);
    end.expect("a normal end");
    assert_eq!(data, ["a"]);
    let expected = [
        (Cause::Status(500), Some("down".into()), (1, 1, false, false, Some(seconds(7))), "", seconds(3)),
        (Cause::Transport, None, (2, 1, true, true, Some(seconds(5))), "9", seconds(5)),
        (Cause::Status(404), Some("gone".into()), (3, 2, true, true, None), "9", seconds(5)),
    ];
    let expected = expected.map(|(cause, body, known, id, time)| (cause, body, known, id.to_owned(), time));
    assert_eq!(seen.take(), expected);
    assert_eq!(test.seconds(), 7 + 5 + 10);
}

#[test]
fn each_answer_of_retry_when_takes_effect() {
    for (answer, ends_at, requests) in [
        (Retry::Default, None, 2),
        (Retry::Backoff, Some(3 + 6), 3),
        (Retry::After(seconds(50)), Some(3 + 50), 3),
        (Retry::Stop, None, 2),
    ] {
        let test = test([events().send("data: a\n\n"), Reply::status(403).send("no"), no_content()]);
        let request = test.get().retry_when(move |failure| match failure.cause {
            Cause::Status(_) => answer,
            _ => Retry::Default,
        });
        let (_, end) = test.read(request);
        match ends_at {
            Some(seconds) => {
                end.expect("a normal end");
                assert_eq!(test.seconds(), seconds);
            }
            None => assert_eq!(end.expect_err("403").response().expect("a refused response").body(), "no"),
        }
        assert_eq!(test.net.requests().len(), requests, "{answer:?}");
    }
    let stopped = test([events().send("data: a\n\n")]);
    stopped.read(stopped.get().retry_when(|_| Retry::Stop)).1.expect("a clean end is not an error");
}

/// It overrides each of the rules that would close, also before the first open.
#[test]
fn an_answer_overrides_the_rules() {
    let html = || Reply::status(200).header("content-type", "text/html");
    for reply in [Reply::refuse(), Reply::status(404), Reply::status(500), html()] {
        let test = test([reply, events().send("data: a\n\n"), no_content()]);
        let (data, end) = test.read(test.get().retry_when(|_| Retry::Backoff));
        end.expect("a normal end");
        assert_eq!(data, ["a"]);
    }
}

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
    assert_eq!(read(no_content(), |get| get.accept_when(|_| true)), (0, None));
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

/// An error with another one as its source.
#[derive(Debug)]
struct Around(Futile);

impl std::fmt::Display for Around {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("around")
    }
}

impl std::error::Error for Around {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn futile_errors_of_a_transport_are_not_retried() {
    type Make = fn() -> sse_driver::BoxError;
    let makes: [(Make, bool); 5] = [
        (|| Box::new(Futile("no such scheme".into())), true),
        (|| Box::new(Around(Futile("no such scheme".into()))), true),
        (|| std::io::Error::other(Futile("no such scheme".into())).into(), true),
        (|| std::io::Error::other(Around(Futile("no such scheme".into()))).into(), true),
        (|| "a cable is cut".into(), false),
    ];
    for (make, is_futile) in makes {
        let asked = Seen::new();
        let log = asked.clone();
        let transport = move |_: Request<RequestBody>| {
            log.push(());
            let answer: Result<http::Response<futures_util::stream::Empty<_>>, _> = Err(make());
            std::future::ready(answer)
        };
        let clock = MockTimer::new();
        let policy = ReconnectPolicy::whatwg().max_attempts(4);
        let client = Client::builder_with(transport, clock.clone()).reconnect_policy(policy).build();
        let error = clock.run(client.get(URL).open()).expect_err("it fails");
        assert_eq!(asked.take().len(), if is_futile { 1 } else { 5 }, "{error:?}");
        assert_eq!(matches!(error, Error::Connect(_)), is_futile, "{error:?}");
        assert!(error.into_cause().is_some());
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
    let log = Seen::new();
    for (status, retries, renews, took) in [
        (404, false, false, 10),
        (404, true, false, 1),
        // The second 401 in a row is final.
        (401, false, true, 1 + 10),
        (401, false, false, 10),
    ] {
        let test = test([slow(status), slow(status)]);
        let mut request = test.get();
        if retries {
            request = request.retry_when(|_| Retry::Default);
        }
        if renews {
            request = request.bearer_auth_with(tokens(&log));
        }
        let error = test.read(request).1.expect_err("it is refused");
        assert_eq!(error.response().expect("a refused response").body(), "no");
        assert_eq!(test.seconds(), took, "{status} {retries} {renews}");
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

fn tokens(log: &Seen<String>) -> impl Fn(TokenRequest) -> std::future::Ready<Result<String, String>> + use<> {
    let log = log.clone();
    let made = Arc::new(Mutex::new(0));
    move |why| {
        let mut made = made.lock().expect("no panic");
        *made += 1;
        log.push(match why {
            TokenRequest::First => "first".into(),
            TokenRequest::Refused(response) => {
                format!("{} {}", response.status().as_u16(), String::from_utf8_lossy(response.body()))
            }
            _ => "unknown".into(),
        });
        std::future::ready(if *made < 4 { Ok(format!("t{made}")) } else { Err("no more".into()) })
    }
}

#[test]
fn a_token_is_renewed_after_a_401_and_kept_otherwise() {
    let expired = || Reply::status(401).send("expired");
    let test = test([
        expired(),
        events().send("data: a\n\n"),
        events().send("data: b\n\n"),
        expired(),
        events().send("data: c\n\n"),
        no_content(),
    ]);
    let log = Seen::new();
    let states = Seen::new();
    let told = states.clone();
    let request = test.get().bearer_auth_with(tokens(&log)).on_state(move |state| {
        if let State::Disconnected { cause: Cause::Status(status), error, retry_in, .. } = state {
            told.push((*status, error.as_ref().and_then(|error| error.status()).is_some(), *retry_in));
        }
    });
    let (data, end) = test.read(request);
    end.expect("a normal end");
    assert_eq!(data, ["a", "b", "c"]);
    assert_eq!(log.take(), ["first", "401 expired", "401 expired"]);
    let sent: Vec<_> = (0..6).map(|n| test.header(n, "authorization").expect("a header")).collect();
    assert_eq!(sent, ["t1", "t2", "t2", "t2", "t3", "t3"].map(|token| format!("Bearer {token}")));
    assert_eq!(states.take(), [(401, true, Duration::ZERO); 2]);
    assert_eq!(test.seconds(), 3 + 3 + 3, "a renewed token is tried at once");
    assert!(test.net.requests().iter().all(|request| request.headers["authorization"].is_sensitive()));
}

#[test]
fn a_second_consecutive_401_is_final_unless_the_application_retries() {
    let refused = || Reply::status(401).send("no");
    let test = self::test([refused(), refused(), events()]);
    let log = Seen::new();
    let asked = Seen::new();
    let seen = asked.clone();
    let request = test.get().bearer_auth_with(tokens(&log)).retry_when(move |failure| {
        seen.push(failure.attempt);
        Retry::Default
    });
    let error = test.read(request).1.expect_err("401");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!((test.net.requests().len(), asked.take()), (2, vec![2]));

    let retried = self::test([refused(), refused(), refused(), no_content()]);
    let log = Seen::new();
    let request = retried.get().bearer_auth_with(tokens(&log)).retry_when(|failure| match failure.attempt {
        2 => Retry::Backoff,
        _ => Retry::Default,
    });
    retried.read(request).1.expect_err("401");
    assert_eq!(log.take(), ["first", "401 no", "401 no"], "each 401 asks for another token");
}

#[test]
fn an_error_of_the_token_function_is_a_failed_attempt() {
    for (answer, requests) in [(Retry::Default, 1), (Retry::Backoff, 2)] {
        let test = test([events().send("data: a\n\n"), Reply::status(401), no_content()]);
        let asked = Arc::new(Mutex::new(0));
        let request = test
            .get()
            .bearer_auth_with(move |_| {
                let mut asked = asked.lock().expect("no panic");
                *asked += 1;
                std::future::ready(if *asked == 2 { Err("down") } else { Ok(format!("t{asked}")) })
            })
            .retry_when(move |failure| match failure.cause {
                Cause::HookFailed => answer,
                _ => Retry::Default,
            });
        let (_, end) = test.read(request);
        assert_eq!(test.net.requests().len(), requests + 1, "{answer:?}");
        match answer {
            Retry::Default => assert!(matches!(end, Err(Error::BearerAuth(_))), "{end:?}"),
            _ => end.expect("a normal end"),
        }
    }
}

#[test]
fn a_token_that_a_header_cannot_carry_is_an_error() {
    let test = test([]);
    let request = test.get().bearer_auth_with(|_| async { Ok::<_, Error>("a\nb".to_owned()) });
    let error = test.read(request).1.expect_err("no such header");
    assert!(matches!(error, Error::BearerAuth(_)), "{error:?}");
    assert!(test.net.requests().is_empty());
}

#[test]
fn retry_when_decides_about_errors_of_before_each() {
    for (answer, requests) in [(Retry::Default, 1), (Retry::Backoff, 2)] {
        let test = test([events().send("data: a\n\n"), no_content()]);
        let request = test
            .get()
            .before_each(|attempt, request| async move {
                if attempt.number == 2 { Err("no token") } else { Ok(request) }
            })
            .retry_when(move |failure| match failure.cause {
                Cause::HookFailed => answer,
                _ => Retry::Default,
            });
        let (_, end) = test.read(request);
        assert_eq!(test.net.requests().len(), requests);
        match answer {
            Retry::Default => assert!(matches!(end, Err(Error::BeforeEach(_))), "{end:?}"),
            _ => end.expect("a normal end"),
        }
    }
}

#[test]
fn before_each_receives_a_sensitive_authorization() {
    for request in 0..3 {
        let test = test([no_content()]);
        let client = test.builder().build();
        let request = match request {
            0 => client.get("http://u:p@test/"),
            1 => test.get().basic_auth("u", "p"),
            _ => test.get().bearer_auth("t"),
        };
        let request = request.before_each(|_, request: Request<RequestBody>| async move {
            assert!(request.headers()["authorization"].is_sensitive());
            Ok::<_, Error>(request)
        });
        test.read(request).1.expect("a normal end");
    }
}

#[test]
fn a_reconnect_is_not_a_failure() {
    let test = test([
        events().send("data: a\n\n").reset(),
        events().send("data: b\n\n").stall(),
        events().send("data: c\n\n").stall(),
    ]);
    let failures = Seen::new();
    let log = failures.clone();
    let request = test.get().before_each(move |attempt, request| {
        log.push(attempt.last_failure.is_some());
        async { Ok::<_, Error>(request) }
    });
    test.clock.run(async {
        let mut session = request.open().await.expect("open");
        for data in ["a", "b", "c"] {
            assert_eq!(session.next().await.expect("an event").expect("no error").data, data);
            if data == "b" {
                session.reconnect();
            }
        }
    });
    assert_eq!(failures.take(), [false, true, false]);
}

/// An event of one connection is not progress of the next.
#[test]
fn events_count_as_progress_of_their_own_connection() {
    let test = test([events().send("data: a\n\n"), events(), events(), events()]);
    let error = test.read(test.get().max_reconnection_attempts(2)).1.expect_err("no attempt is left");
    assert!(matches!(error, Error::GaveUp { attempts: 2, .. }), "{error:?}");
    assert_eq!((test.net.requests().len(), test.seconds()), (3, 3 + 6));
}

#[test]
fn a_post_is_resumed_by_get() {
    let test = test([
        events().send("id: 1\ndata: a\n\n"),
        events().send("id: 2\ndata: b\n\n"),
        events().send("id\ndata: c\n\n"),
    ]);
    let client = test.builder().build();
    let post =
        client.post(URL).header("content-type", "application/json").header("x-session", "7").body("{}");
    let (data, end) = test.read(post.resume_by_get(true));
    end.expect("without an ID there is nothing to resume");
    assert_eq!(data, ["a", "b", "c"]);
    let sent: Vec<_> = test
        .net
        .requests()
        .iter()
        .map(|request| {
            let has_type = request.headers.contains_key("content-type");
            (request.method.clone(), request.body.len(), has_type)
        })
        .collect();
    assert_eq!(sent, [(Method::POST, 2, true), (Method::GET, 0, false), (Method::GET, 0, false)]);
    assert_eq!(test.header(2, "last-event-id").as_deref(), Some("2"));
    assert_eq!(test.header(2, "x-session").as_deref(), Some("7"));
}

/// Before the first open, the original request is sent.
#[test]
fn a_post_that_never_opened_is_not_resumed_by_get() {
    let test = test([Reply::status(503), events().send("data: a\n\n")]);
    let client = test.builder().retry_initial(true).max_reconnection_attempts(1).build();
    test.read(client.post(URL).last_event_id("7").resume_by_get(true)).1.expect_err("the script is empty");
    assert!(test.net.requests()[..2].iter().all(|request| request.method == Method::POST));
}

#[test]
fn unusual_ids_are_sent() {
    for id in ["a\tb", "7 ", " 7"] {
        let test = test([no_content()]);
        test.read(test.get().last_event_id(id)).1.expect("a normal end");
        assert_eq!(test.header(0, "last-event-id").as_deref(), Some(id));
    }
}

#[test]
fn on_state_receives_all_ends_and_unsendable_ids() {
    let see = |seen: &Seen<String>| {
        let log = seen.clone();
        move |state: &State| match state {
            State::Connecting { resume, .. } => log.push(format!("{resume:?}")),
            State::Closed { reason, error, .. } => {
                log.push(format!("{reason:?} {:?}", error.as_ref().map(ToString::to_string)));
            }
            _ => {}
        }
    };
    let seen = Seen::new();
    let broken = test([events().send("id: a\u{1}b\ndata: a\n\n").reset()]);
    broken.read(broken.get().max_reconnection_attempts(1).on_state(see(&seen))).1.expect_err("refused");
    let gave_up = "GaveUp { attempts: 1, last: Transport } Some(\"gave up after 1 failed attempt\")";
    assert_eq!(seen.take(), ["Fresh", "Unsendable(\"a\\u{1}b\")", gave_up]);

    let invalid = test([]);
    invalid.read(invalid.builder().build().get("nowhere").on_state(see(&seen))).1.expect_err("no url");
    assert_eq!(seen.take(), ["Failed(Futile) Some(\"the request is not valid\")"]);

    let over = test([no_content()]);
    over.read(over.get().on_state(see(&seen))).1.expect("a normal end");
    assert_eq!(seen.take(), ["Fresh", "NoContent None"]);
}

#[test]
fn an_empty_query_changes_nothing() {
    let test = test([]);
    let none: [(&str, &str); 0] = [];
    test.read(test.get().query(none)).1.expect_err("the script is empty");
    test.read(test.get().query([("a", "b")])).1.expect_err("the script is empty");
    let urls: Vec<_> = test.net.requests().into_iter().map(|request| request.url).collect();
    assert_eq!(urls, [URL.to_owned(), format!("{URL}?a=b")]);
}

#[test]
fn an_unknown_status_is_displayed_as_its_number() {
    let test = test([Reply::status(599).send("x")]);
    let error = test.read(test.get()).1.expect_err("599");
    assert_eq!(error.to_string(), "expected status 200 and text/event-stream, got status 599");
    let _: &FailedResponse = error.response().expect("a refused response");
}
