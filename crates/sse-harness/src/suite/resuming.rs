//! Resuming a stream over several connections.

use core::time::Duration;

use sse_driver::State;
use sse_driver::proto::{CloseReason, ReadyState};

use super::Adapter;
use super::case::{Notes, case, closes, data, dropped_when, ends, get, is_open, next, open};
use crate::{Gate, RecordedRequest, Reply, serve};

/// Checks that a stream that breaks off in the middle of its second event resumes after the first.
/// The client sends that ID once, in place of the caller's own, and drops the partial event with
/// its ID.
async fn resumes<A: Adapter>(broken: Reply, gate: &Gate) {
    let server = serve([broken, Reply::events().send("data: b\n\nid: 3\ndata: c\n\n").stall()]);
    let mut session = open::<A>(get::<A>(&server).header("last-event-id", "0")).await;
    let first = next::<A>(&mut session).await.expect("an event").expect("no error");
    assert_eq!((&*first.data, &*first.last_event_id), ("a", "1"));
    gate.open();
    for (data, id) in [("b", "1"), ("c", "3")] {
        let event = next::<A>(&mut session).await.expect("an event").expect("no error");
        assert_eq!((&*event.event_type, &*event.data, &*event.last_event_id), ("message", data, id));
    }
    let ids: Vec<_> = server.requests().iter().map(last_event_ids).collect();
    assert_eq!(ids, [["0"], ["1"]]);
}

fn last_event_ids(request: &RecordedRequest) -> Vec<String> {
    request.header_values("last-event-id").into_iter().map(str::to_owned).collect()
}

/// The start of a stream that breaks off after the first event.
fn half(gate: &Gate) -> Reply {
    Reply::events().send("id: 1\ndata: a\n\nid: 2\nevent: x\ndata: ha").wait(gate)
}

/// The server ends the stream in the middle of an event, with or without a last chunk.
pub fn a_truncated_stream_resumes_after_its_last_event<A: Adapter>() {
    case::<A>(async || {
        for end in [Reply::close, Reply::drop_connection] {
            let gate = Gate::new();
            resumes::<A>(end(half(&gate)), &gate).await;
        }
    });
}

/// The connection is reset in the middle of an event.
pub fn a_reset_stream_resumes_after_its_last_event<A: Adapter>() {
    case::<A>(async || {
        let gate = Gate::new();
        resumes::<A>(half(&gate).reset(), &gate).await;
    });
}

/// A 204 is a normal end, and no other request follows.
pub fn a_later_204_ends_the_session<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n"), Reply::status(204)]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
        assert_eq!(
            session.response().expect("it is open").status(),
            200,
            "the response that opened the session"
        );
        assert_eq!(session.last_response().expect("it is open").status(), 204);
        assert_eq!(server.requests().len(), 2);
    });
}

fn describe(state: &State) -> String {
    match state {
        State::Connecting { attempt, .. } => format!("connecting {attempt}"),
        State::Open { response, .. } => format!("open {}", response.status().as_u16()),
        State::Disconnected { cause, retry_in, error, .. } => {
            // Some of the 10 ms have already passed.
            assert!(*retry_in <= Duration::from_millis(10), "{retry_in:?}");
            format!("{cause} ({})", error.as_deref().map_or("-".into(), ToString::to_string))
        }
        State::Closed { reason, .. } => reason.to_string(),
        state => format!("{state:?}"),
    }
}

/// The callback receives each state, in order and with its cause.
pub fn states_come_in_order<A: Adapter>() {
    case::<A>(async || {
        let stream = |data| Reply::events().send(format!("data: {data}\n\n"));
        let server = serve([stream("a"), Reply::status(503), stream("b").stall(), Reply::status(204)]);
        let notes = Notes::new();
        let seen = notes.clone();
        let request = get::<A>(&server).on_state(move |state| seen.push(describe(state)));
        let mut session = open::<A>(request).await;
        for expected in ["a", "b"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        session.reconnect();
        ends::<A>(&mut session).await;
        let busy = "expected status 200 and text/event-stream, got status 503 Service Unavailable";
        let expected = [
            "connecting 1",
            "open 200",
            "the server ended the stream (the server ended the stream)",
            "connecting 2",
            &format!("the response had status 503 ({busy})"),
            "connecting 3",
            "open 200",
            "the application asked for a new connection (-)",
            "connecting 4",
            "the server has no more content (204)",
        ];
        assert_eq!(notes.all(), expected);
    });
}

/// The server asks for an hour between connections, but the application reconnects at once.
pub fn reconnect_ends_the_wait<A: Adapter>() {
    case::<A>(async || {
        let first = Reply::events().send("retry: 3600000\nid: 1\ndata: a\n\n");
        let server = serve([first, Reply::events().send("data: b\n\n").stall()]);
        let notes = Notes::new();
        let seen = notes.clone();
        let request = get::<A>(&server).on_state(move |state| {
            if let State::Disconnected { retry_in, .. } = state {
                seen.push(*retry_in);
            }
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        dropped_when::<A, _>(session.next(), "a disconnection", || !notes.all().is_empty()).await;
        assert!(notes.all()[0] > Duration::from_secs(3500), "{:?}", notes.all());
        assert_eq!(session.ready_state(), ReadyState::Connecting);
        session.reconnect();
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(last_event_ids(&server.requests()[1]), ["1"]);
    });
}

/// An open connection is dropped at once, even if the session is not polled. The next one resumes
/// after the last event, and has its own response.
pub fn reconnect_drops_an_open_connection<A: Adapter>() {
    case::<A>(async || {
        let server = serve([
            Reply::events().header("x-number", "1").send("id: 1\ndata: a\n\n").stall(),
            Reply::events().header("x-number", "2").send("data: b\n\n").stall(),
        ]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert!(is_open(&server, 0));
        session.reconnect();
        closes::<A>(&server, 0).await;
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(last_event_ids(&server.requests()[1]), ["1"]);
        assert_eq!(session.response().expect("it is open").headers()["x-number"], "1");
        assert_eq!(session.last_response().expect("it is open").headers()["x-number"], "2");
    });
}
