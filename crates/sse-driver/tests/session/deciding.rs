//! The application decides what is retried.

use std::time::Duration;

use http::{Method, Request};
use sse_driver::{Cause, CloseReason, Failure, Futile, RequestBody, Retry, State};

use super::*;

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
    let gave_up = "GaveUp { attempts: 1, last: Transport } Some(\"gave up after 1 retry\")";
    assert_eq!(seen.take(), ["Fresh", "Unsendable(\"a\\u{1}b\")", gave_up]);

    let invalid = test([]);
    invalid.read(invalid.builder().build().get("nowhere").on_state(see(&seen))).1.expect_err("no url");
    assert_eq!(seen.take(), ["Failed(Futile) Some(\"the request is not valid\")"]);

    let over = test([no_content()]);
    over.read(over.get().on_state(see(&seen))).1.expect("a normal end");
    assert_eq!(seen.take(), ["Fresh", "NoContent None"]);
}
