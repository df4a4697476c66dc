use std::error::Error as _;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Wake;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use sse_driver::proto::{CloseReason, ReadyState};
use sse_driver::{BoxError, State};

use super::*;

#[test]
fn a_session_continues_over_several_connections() {
    let test = test([
        events().send("id: 1\ndata: a\n\nid: 2\ndata: ha").reset(),
        Reply::refuse(),
        Reply::status(503),
        events().send("id: 2\ndata: b\n\n"),
        no_content(),
    ]);
    let (data, end) = test.read(test.get());
    assert_eq!(data, ["a", "b"]);
    end.expect("a 204 is a normal end");
    assert_eq!(test.seconds(), 3 + 6 + 12 + 3);
    let ids: Vec<_> = (0..5).map(|n| test.header(n, "last-event-id")).collect();
    assert_eq!(ids, [None, Some("1".into()), Some("1".into()), Some("1".into()), Some("2".into())]);
    assert_eq!(test.header(0, "accept").as_deref(), Some("text/event-stream"));
    assert_eq!(test.header(0, "cache-control").as_deref(), Some("no-cache"));
    assert_eq!(test.net.open_connections(), 0);
}

#[test]
fn sessions_and_frames_are_streams() {
    let script = || [events().send(": c\ndata: a\n\n"), events().send("data: b\n\n"), no_content()];
    let test = self::test(script().into_iter().chain(script()));
    test.clock.run(async {
        let session = test.get().open().await.expect("open");
        let data = session.map(|event| event.expect("no error").data);
        assert_eq!(data.collect::<Vec<_>>().await, ["a", "b"]);
        let mut session = test.get().show_comments(true).open().await.expect("open");
        let frames = session.frames().map(|frame| frame.expect("no error").to_string());
        assert_eq!(frames.collect::<Vec<_>>().await, [": c\n", "data: a\n\n", "data: b\n\n"]);
    });
}

#[test]
fn states_come_in_order() {
    let test = test([events().send("data: a\n\n"), Reply::status(503), no_content()]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let request = test.get().on_state(move |state| {
        let line = match state {
            State::Connecting { attempt, .. } => format!("connecting {attempt}"),
            State::Open { response, .. } => format!("open {}", response.status().as_u16()),
            State::Disconnected { cause, retry_in, error, .. } => {
                assert!(error.is_some());
                format!("{cause}, again in {retry_in:?}")
            }
            State::Closed { reason, .. } => reason.to_string(),
            _ => panic!("unknown state"),
        };
        log.lock().unwrap().push(line);
    });
    test.read(request).1.expect("a normal end");
    let expected = [
        "connecting 1",
        "open 200",
        "the server ended the stream, again in 3s",
        "connecting 2",
        "the response had status 503, again in 6s",
        "connecting 3",
        "the server has no more content (204)",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn a_session_returns_its_first_and_last_response() {
    let moved = events().header("x-number", "2").send("id: 7\ndata: b\n\n");
    let over = no_content().header("x-number", "3");
    let test = test([events().header("x-number", "1").send("data: a\n\n"), moved, over]);
    let request = test.get().before_each(|attempt, mut request| async move {
        *request.uri_mut() = format!("http://test/{}", attempt.number).parse()?;
        Ok::<_, http::uri::InvalidUri>(request)
    });
    test.clock.run(async {
        let mut session = request.open().await.expect("open");
        for (data, newest, id) in [("a", "1", ""), ("b", "2", "7")] {
            assert_eq!(session.next().await.expect("an event").expect("no error").data, data);
            assert_eq!(session.response().expect("an open session").headers()["x-number"], "1");
            assert_eq!(session.response().expect("an open session").url().path(), "/1");
            assert_eq!(session.last_response().expect("an open session").headers()["x-number"], newest);
            assert_eq!(session.url().path(), format!("/{newest}"));
            assert_eq!((session.last_event_id(), session.close_reason()), (id, None));
            assert_eq!(session.ready_state(), ReadyState::Open);
        }
        assert!(session.next().await.is_none());
        assert_eq!(
            session.response().expect("an open session").headers()["x-number"],
            "1",
            "a 204 that ends it did not open it"
        );
        assert_eq!(session.last_response().expect("an open session").headers()["x-number"], "3");
        assert_eq!(session.url().path(), "/3");
    });
}

#[test]
fn a_204_opens_a_closed_session() {
    let test = test([no_content()]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("no error");
        assert_eq!(session.response().expect("an open session").status(), 204);
        assert!(session.next().await.is_none());
        assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
        assert_eq!(session.ready_state(), ReadyState::Closed);
    });
}

#[test]
fn a_first_failure_is_final_without_retry_initial() {
    let script = || [Reply::refuse(), Reply::status(500), events().send("data: a\n\n"), no_content()];
    let refused = test(script());
    let error = refused.read(refused.get()).1.expect_err("refused");
    assert!(matches!(error, Error::Connect(_)) && error.source().is_some());
    let retried = test(script());
    let (data, end) = retried.read(retried.get().retry_initial(true));
    end.expect("a normal end");
    assert_eq!((data, retried.seconds()), (vec!["a".to_owned()], 3 + 6 + 3));
}

#[test]
fn attempts_run_out() {
    let test = test([events(), events(), Reply::status(503).send("busy"), events()]);
    let error = test.read(test.get().max_reconnection_attempts(2)).1.expect_err("no attempt is left");
    assert_eq!(error.to_string(), "gave up after 2 retries");
    assert_eq!(error.response().expect("a refused response").body(), "busy");
    let unlimited: Option<u32> = None;
    let _ = test.get().max_reconnection_attempts(unlimited);
}

#[test]
fn retry_after_sets_the_delay() {
    let date = |value| Reply::status(503).header("retry-after", value);
    for (reply, seconds) in [
        (date("100"), 100),
        // The clock starts on 1 January 2020, and the first delay has passed.
        (date("Wed, 01 Jan 2020 00:01:03 GMT"), 60),
        (date("Wed, 01 Jan 2020 00:01:03 GMT").header("date", "Wed, 01 Jan 2020 00:00:43 GMT"), 20),
        (date("2"), 2),
        // A date in the past gives the shortest delay that a server may set.
        (date("Wed, 01 Jan 2020 00:00:00 GMT"), 0),
        (date("soon"), 6),
    ] {
        let test = test([events(), reply, no_content()]);
        test.read(test.get()).1.expect("a normal end");
        assert_eq!(test.seconds(), 3 + seconds);
    }
}

#[test]
fn the_idle_timeout_ends_a_silent_stream_and_comments_reset_it() {
    let pause = Duration::from_secs(8);
    let test =
        test([events().pause(pause).send(":\n").pause(pause).send("data: a\n\n").stall(), no_content()]);
    let (data, end) = test.read(test.get().idle_timeout(Duration::from_secs(10)));
    end.expect("a normal end");
    assert_eq!((data, test.seconds()), (vec!["a".to_owned()], 8 + 8 + 10 + 3));
}

#[test]
fn the_response_timeout_is_an_error() {
    let test = test([events().delay(Duration::from_secs(60))]);
    let error = test.read(test.get().response_timeout(Duration::from_secs(5))).1.expect_err("too late");
    assert!(error.is_timeout(), "{error}");
    assert_eq!((test.seconds(), test.net.open_connections()), (5, 0));
}

#[test]
fn close_finish_and_reconnect() {
    let test = test([
        events().send("id: 1\ndata: a\n\ndata: b\n\n").stall(),
        events().send("id: 2\ndata: c\n\n").stall(),
    ]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert_eq!((session.last_event_id(), test.net.open_connections()), ("1", 1));
        session.reconnect();
        assert_eq!(test.net.open_connections(), 0);
        // Events that the first connection has already received come first.
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "b");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "c");
        assert_eq!((session.last_event_id(), test.seconds(), test.net.open_connections()), ("2", 0, 1));
        session.finish();
        assert_eq!(test.net.open_connections(), 0);
        assert!(session.next().await.is_none());
        session.close();
        assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
    });
}

#[test]
fn the_response_timeout_starts_with_the_attempt() {
    let second = Duration::from_secs(1);
    let test =
        test([events().send("data: a\n\ndata: b\n\n").stall(), events().delay(second).send("data: c\n\n")]);
    test.clock.run(async {
        let mut session = test.get().response_timeout(2 * second).open().await.expect("open");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        session.reconnect();
        for data in ["b", "c"] {
            test.clock.sleep_until(test.clock.now() + 60 * second).await;
            assert_eq!(session.next().await.expect("an event").expect("no error").data, data);
        }
    });
    assert_eq!((test.net.requests().len(), test.seconds()), (2, 60 + 60 + 1));
}

#[test]
fn dropping_closes_the_connection_at_once() {
    let test = test([events().delay(Duration::from_secs(9)), events().stall(), events().stall()]);
    let mut pending = Box::pin(test.get().open());
    assert!(poll_once(pending.as_mut()).is_pending());
    assert_eq!(test.net.open_connections(), 1);
    drop(pending);
    assert_eq!(test.net.open_connections(), 0);

    let session = test.clock.run(test.get().open()).expect("open");
    assert_eq!(test.net.open_connections(), 1);
    drop(session);
    assert_eq!(test.net.open_connections(), 0);

    let left = test.clock.run(test.get().run(async |session| {
        assert_eq!(session.ready_state(), ReadyState::Open);
        assert_eq!(test.net.open_connections(), 1);
        Ok("left")
    }));
    assert_eq!((left.expect("open"), test.net.open_connections()), ("left", 0));
}

#[test]
fn dropping_a_pending_next_loses_nothing() {
    let second = Duration::from_secs(1);
    let reply = events().send("da").pause(second).send("ta: a\n\ndata: b\n").pause(second).send("\n").stall();
    let test = test([reply]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        let mut data = Vec::new();
        while data.len() < 2 {
            let polled = poll_once(pin!(session.next()));
            match polled {
                Poll::Ready(event) => data.push(event.expect("an event").expect("no error").data.to_string()),
                Poll::Pending => test.clock.sleep_until(test.clock.now() + second / 2).await,
            }
        }
        assert_eq!(data, ["a", "b"]);
    });
}

#[test]
fn a_session_with_a_fast_server_yields() {
    let chunk = Bytes::from("data: x\n\n".repeat(1000));
    let comments = Bytes::from(":\n".repeat(1000));
    for chunk in [chunk, comments, Bytes::from("data: x\n\n")] {
        let much = (0..500).fold(events(), |reply, _| reply.send(chunk.clone())).stall();
        let test = test([much]);
        let mut session = test.clock.run(test.get().open()).expect("open");
        let turn = Arc::new(Turn::default());
        let waker = Waker::from(Arc::clone(&turn));
        let mut cx = Context::from_waker(&waker);
        let events = (0..).take_while(|_| Pin::new(&mut session).poll_next(&mut cx).is_ready()).count();
        assert!(events <= 768, "{events} in one turn");
        assert!(turn.0.load(Ordering::Relaxed), "the session yielded, though the server was ready");
    }
}

/// A task that waits within a chunk keeps the chunk, which may be a read buffer that others need.
#[test]
fn a_turn_ends_between_two_chunks() {
    for (in_a_chunk, in_a_turn) in [(1, 128), (100, 300), (200, 400), (500, 500)] {
        let chunk = Bytes::from("data: x\n\n".repeat(in_a_chunk));
        let reply = (0..400).fold(events(), |reply, _| reply.send(chunk.clone()));
        let test = test([reply]);
        let session = test.clock.run(test.get().open()).expect("open");
        let chunks = (0..400).map(|_| Ok::<_, BoxError>(chunk.clone()));
        let events = sse_driver::Events::from_stream(futures_util::stream::iter(chunks));
        assert_eq!(turns(session, 2), [in_a_turn; 2], "a session, {in_a_chunk} in a chunk");
        assert_eq!(turns(events, 2), [in_a_turn; 2], "a body, {in_a_chunk} in a chunk");
    }
}

/// Returns how many events each of the first turns yields.
fn turns(mut stream: impl Stream + Unpin, turns: usize) -> Vec<usize> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut turn = || (0..).take_while(|_| Pin::new(&mut stream).poll_next(&mut cx).is_ready()).count();
    (0..turns).map(|_| turn()).collect()
}

/// Whether the task was woken.
#[derive(Default)]
struct Turn(AtomicBool);

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn close_ends_the_reading_of_a_refused_body() {
    let page = Reply::status(404).send("half a page").pause(Duration::from_secs(5)).send("the rest");
    let test = test([events().send("data: a\n\n"), page]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        let deadline = test.clock.now() + Duration::from_secs(4);
        let mut asleep = pin!(test.clock.sleep_until(deadline));
        poll_fn(|cx| {
            assert!(Pin::new(&mut session).poll_next(cx).is_pending(), "the page is incomplete");
            asleep.as_mut().poll(cx)
        })
        .await;
        session.close();
        assert!(session.next().await.is_none());
        assert_eq!(session.close_reason(), Some(&CloseReason::Requested));
    });
    assert_eq!((test.seconds(), test.net.open_connections()), (3 + 1, 0), "the session stops reading");
}
