//! Sessions that open while they are polled, handles that steer them, and the stream of updates.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use sse_driver::{CloseReason, ReadyState, Session, State, Update};

use super::*;

#[test]
fn a_started_session_opens_when_it_is_polled() {
    let test = test([events().delay(Duration::from_secs(2)).send("data: a\n\n").stall()]);
    test.clock.run(async {
        let mut session = test.get().start();
        assert_eq!(
            (session.ready_state(), session.response().is_none(), test.net.open_connections()),
            (ReadyState::Connecting, true, 0)
        );
        assert_eq!(session.opened().await.expect("it opens").status(), 200);
        assert_eq!(session.ready_state(), ReadyState::Open);
        assert_eq!(session.opened().await.expect("it is open").status(), 200, "opened returns at once");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
    });
    assert_eq!(test.seconds(), 2);
}

#[test]
fn next_opens_a_session_or_returns_the_error() {
    let test = test([events().send("data: a\n\n").stall(), Reply::status(404)]);
    test.clock.run(async {
        let mut session = test.get().start();
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        let mut session = test.get().start();
        let error = session.next().await.expect("an item").expect_err("it is refused");
        assert_eq!(error.status().expect("a status"), 404);
        assert!(session.next().await.is_none());
    });
}

#[test]
fn next_does_not_repeat_an_error_of_opened() {
    let test = test([Reply::status(404)]);
    test.clock.run(async {
        let mut session = test.get().start();
        session.opened().await.expect_err("it is refused");
        assert!(session.next().await.is_none());
    });
}

#[test]
fn an_invalid_request_is_the_first_item() {
    let states = Arc::new(Mutex::new(Vec::new()));
    let test = test([]);
    let reported = Arc::clone(&states);
    let request = test.get().header("no name", "x").on_state(move |state| {
        let State::Closed { reason, error, .. } = state else { panic!("{state:?}") };
        reported.lock().expect("no panic").push((reason.clone(), error.is_some()));
    });
    test.clock.run(async {
        let mut session = request.start();
        assert_eq!(session.ready_state(), ReadyState::Closed);
        let error = session.next().await.expect("an item").expect_err("it is not valid");
        assert!(matches!(error, Error::Request(_)), "{error:?}");
        assert!(session.next().await.is_none());
        assert_eq!(session.close_reason(), Some(&CloseReason::Failed(sse_driver::Cause::Futile)));
    });
    let expected = CloseReason::Failed(sse_driver::Cause::Futile);
    assert_eq!(*states.lock().expect("no panic"), [(expected, true)]);
}

#[test]
fn an_invalid_request_is_not_sent_whatever_the_application_does() {
    let test = test([]);
    test.clock.run(async {
        for (act, is_silent) in [
            (Session::close as fn(&mut Session<_, _>), true),
            (Session::finish, true),
            (Session::reconnect, false),
        ] {
            let mut session = test.get().header("no name", "x").start();
            act(&mut session);
            assert_eq!(session.next().await.is_none(), is_silent);
            assert!(session.next().await.is_none());
        }
    });
    assert!(test.net.requests().is_empty());
}

/// Polls the future once and returns whether it is ready.
async fn poll_once<F: Future>(future: F) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

#[test]
fn a_handle_closes_a_session_within_one_poll_in_any_state() {
    let second = Duration::from_secs(1);
    for reply in [events().delay(second), events().send("data: a\n\n").stall(), Reply::refuse()] {
        let test = test([reply]);
        test.clock.run(async {
            let mut session = test.get().retry_initial(true).start();
            let handle = session.handle();
            while poll_once(session.next()).await {}
            handle.close();
            assert!(poll_once(session.next()).await, "it is over");
            assert_eq!(session.close_reason(), Some(&CloseReason::Requested));
            assert_eq!((handle.ready_state(), test.net.open_connections()), (ReadyState::Closed, 0));
        });
    }
}

#[test]
fn a_handle_reconnects_a_waiting_session_at_once() {
    let test = test([events().send("id: 1\ndata: a\n\n"), events().send("data: b\n\n").stall()]);
    test.clock.run(async {
        let mut session = test.get().start();
        let handle = session.handle();
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert!(!poll_once(session.next()).await, "it waits for its reconnection");
        assert_eq!(handle.ready_state(), ReadyState::Connecting);
        handle.reconnect();
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "b");
    });
    assert_eq!(test.seconds(), 0, "it did not wait");
    assert_eq!(test.header(1, "last-event-id").as_deref(), Some("1"));
}

#[test]
fn a_handle_wakes_the_session_and_sees_its_ready_state() {
    let test = test([events().send("data: a\n\n").stall()]);
    let session = test.get().start();
    let (was_read, has_been_read) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let mut session = session;
        let mut handle = session.handle();
        let mut closer = handle.clone();
        scope.spawn(move || {
            futures_executor::block_on(async {
                assert_eq!(closer.changed().await, ReadyState::Open);
                has_been_read.recv().expect("the event is read");
                closer.close();
            });
        });
        futures_executor::block_on(async {
            assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
            was_read.send(()).expect("the other thread waits");
            assert!(session.next().await.is_none(), "the other thread closed it");
            drop(session);
            assert_eq!(handle.changed().await, ReadyState::Closed);
            assert_eq!(handle.changed().await, ReadyState::Closed, "it stays closed");
        });
    });
}

#[test]
fn reconnect_after_close_has_no_effect() {
    let test = test([events().send("data: a\n\n").stall()]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        let handle = session.handle();
        handle.close();
        handle.reconnect();
        assert!(poll_once(session.next()).await, "it is over");
        assert_eq!(session.close_reason(), Some(&sse_driver::CloseReason::Requested));
    });
    assert_eq!(test.net.requests().len(), 1);
}

#[test]
fn a_handle_sees_the_state_that_a_read_or_a_call_leaves() {
    let test = test([
        events().send("data: a\n\n").stall(),
        events().stall(),
        events().stall(),
        events().send("data: f\n\n").stall(),
        events().stall(),
    ]);
    test.clock.run(async {
        let mut session = test.get().finish_after(|event| event.data == "a").open().await.expect("open");
        let handle = session.handle();
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert_eq!((session.ready_state(), handle.ready_state()), (ReadyState::Closed, ReadyState::Closed));

        for (act, state) in [
            (Session::close as fn(&mut Session<_, _>), ReadyState::Closed),
            (Session::finish, ReadyState::Closed),
        ] {
            let mut session = test.get().open().await.expect("open");
            let mut handle = session.handle();
            act(&mut session);
            assert_eq!((session.ready_state(), handle.changed().await), (state, state));
        }

        let fails = test.get().fail_when(|event| (event.data == "f").then_some("failed"));
        let mut session = fails.open().await.expect("open");
        let handle = session.handle();
        session.next().await.expect("an error").expect_err("the event is one");
        assert_eq!((session.ready_state(), handle.ready_state()), (ReadyState::Closed, ReadyState::Closed));

        let mut session = test.get().open().await.expect("open");
        let handle = session.handle();
        session.reconnect();
        assert_eq!(
            (session.ready_state(), handle.ready_state()),
            (ReadyState::Connecting, ReadyState::Connecting)
        );
    });
}

#[test]
fn handles_see_a_dropped_session_as_closed() {
    let test = test([events().stall()]);
    let mut session = test.get().start();
    let handle = session.handle();
    drop(session);
    assert_eq!(handle.ready_state(), ReadyState::Closed);
}

#[test]
fn the_response_timeout_of_a_started_session_runs_from_its_first_poll() {
    let second = Duration::from_secs(1);
    let test = test([events().delay(second).send("data: a\n\n").stall()]);
    test.clock.run(async {
        let mut session = test.get().response_timeout(2 * second).start();
        test.clock.sleep_until(test.clock.now() + 60 * second).await;
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
    });
    assert_eq!(test.seconds(), 61);
}

#[test]
fn next_returns_an_error_that_updates_has_not_returned_unless_the_session_is_closed() {
    for closes in [false, true] {
        let test = test([Reply::status(404)]);
        test.clock.run(async {
            let mut session = test.get().start();
            assert_eq!(shown(session.updates().next().await.expect("a state")), "connecting 1");
            assert_eq!(shown(session.updates().next().await.expect("a state")), "closed");
            if closes {
                session.close();
            }
            let error = session.next().await.map(|item| item.expect_err("it was refused").status());
            assert_eq!(error, (!closes).then_some(Some(http::StatusCode::NOT_FOUND)));
            assert!(session.next().await.is_none());
        });
    }
}

fn shown(update: Result<Update, Error>) -> String {
    match update {
        Ok(Update::State(State::Connecting { attempt, .. })) => format!("connecting {attempt}"),
        Ok(Update::State(State::Open { .. })) => "open".to_owned(),
        Ok(Update::State(State::Disconnected { .. })) => "disconnected".to_owned(),
        Ok(Update::State(State::Closed { .. })) => "closed".to_owned(),
        Ok(Update::Frame(frame)) => frame.to_string().trim_end().to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn updates_are_states_and_frames_in_order_and_the_error_last() {
    let test = test([events().send("data: a\n\n"), events().send(": c\ndata: b\n\n"), Reply::status(404)]);
    let all: Vec<_> = test.clock.run(async {
        let mut session = test.get().show_comments(true).start();
        session.updates().map(shown).collect().await
    });
    let expected = [
        "connecting 1",
        "open",
        "data: a",
        "disconnected",
        "connecting 2",
        "open",
        ": c",
        "data: b",
        "disconnected",
        "connecting 3",
        "closed",
        "expected status 200 and text/event-stream, got status 404 Not Found",
    ];
    assert_eq!(all, expected);
}

#[test]
fn updates_end_with_the_last_state_of_a_session_without_error() {
    let test = test([no_content()]);
    let all = test.clock.run(async {
        let mut session = test.get().start();
        let mut updates = session.updates();
        assert!(format!("{updates:?}").starts_with("Updates { session: Session"), "{updates:?}");
        let mut all = Vec::new();
        while let Some(update) = updates.next().await {
            all.push(shown(update));
        }
        all
    });
    assert_eq!(all, ["connecting 1", "closed"]);
}

#[test]
fn states_are_kept_only_while_there_are_updates() {
    let test = test([events().send("data: a\n\n"), no_content()]);
    test.clock.run(async {
        let mut session = test.get().start();
        assert_eq!(shown(session.updates().next().await.expect("a state")), "connecting 1");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert_eq!(shown(session.updates().next().await.expect("a state")), "disconnected");
    });
}

#[test]
fn a_boxed_client_reads_and_reconnects() {
    let test = test([events().send("data: a\n\n"), no_content()]);
    let client: sse_driver::AnyClient = test.builder().build().boxed();
    let data = test.clock.run(async {
        let mut session: sse_driver::AnySession = client.get(URL).open().await.expect("it opens");
        let data = session.next().await.expect("an event").expect("no error").data;
        assert!(session.next().await.is_none());
        data
    });
    assert_eq!((data.as_str(), test.seconds()), ("a", 3));
}
