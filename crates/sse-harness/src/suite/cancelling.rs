//! Futures that are dropped while they wait.

use core::future::pending;
use core::time::Duration;

use sse_driver::proto::Cause;
use sse_driver::{Error, State};

use super::Adapter;
use super::case::{Notes, case, closes, data, dropped_when, get, is_open, open, sleep, within};
use crate::{Gate, Reply, serve};

/// `open` is dropped before the response head arrives, or in the middle of it.
pub fn a_dropped_open_closes_its_connection<A: Adapter>() {
    case::<A>(async || {
        for head in ["", "HTTP/1.1 200 \r\ncontent-type: text/ev"] {
            let server = serve([Reply::raw().send(head).stall()]);
            let open = get::<A>(&server).open();
            dropped_when::<A, _>(open, "a request", || server.requests().len() == 1).await;
            closes::<A>(&server, 0).await;
        }
    });
}

/// A `next` that is dropped in the middle of an event loses nothing: each event arrives once and in
/// order.
pub fn a_dropped_next_loses_nothing<A: Adapter>() {
    case::<A>(async || {
        let gate = Gate::new();
        let more: String = (1..30).map(|n| format!("id: {n}\ndata: {n}\n\n")).collect();
        let reply =
            Reply::events().send("id: 0\nda").wait(&gate).send("ta: 0\n\n").send_each_byte(more).stall();
        let server = serve([reply]);
        let mut session = open::<A>(get::<A>(&server)).await;
        let (mut events, mut dropped) = (Vec::new(), 0);
        while events.len() < 30 {
            match within::<A, _>(Duration::from_millis(1), session.next()).await {
                Some(event) => events.push(event.expect("an event").expect("no error").data.to_string()),
                None => dropped += 1,
            }
            if dropped == 3 {
                gate.open();
            }
        }
        assert_eq!(events, (0..30).map(|n| n.to_string()).collect::<Vec<_>>());
        assert!(dropped >= 3);
        assert_eq!(server.requests().len(), 1);
    });
}

/// A `next` that is dropped between two connections loses nothing, and each connection has one
/// request.
pub fn a_dropped_next_of_a_reconnection_loses_nothing<A: Adapter>() {
    case::<A>(async || {
        let gate = Gate::new();
        let head = "HTTP/1.1 200 \r\ncontent-type: text/event-stream\r\n";
        let server = serve([
            Reply::events().send("id: 1\ndata: a\n\n"),
            Reply::raw().send(head).wait(&gate).send("\r\ndata: b\n\n").stall(),
        ]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        dropped_when::<A, _>(session.next(), "a second request", || server.requests().len() == 2).await;
        for _ in 0..3 {
            assert!(
                within::<A, _>(Duration::from_millis(1), session.next()).await.is_none(),
                "the response head is incomplete"
            );
        }
        gate.open();
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(session.last_event_id(), "1");
        assert_eq!(server.requests().len(), 2);
    });
}

/// The session is dropped before the response head of the reconnection arrives.
pub fn a_session_dropped_while_it_reconnects_closes_its_connection<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n"), Reply::raw().stall()]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        dropped_when::<A, _>(session.next(), "a second request", || server.requests().len() == 2).await;
        assert!(is_open(&server, 1));
        drop(session);
        closes::<A>(&server, 1).await;
    });
}

/// The session is dropped while it waits for the next attempt.
pub fn a_session_dropped_while_it_waits_sends_no_request<A: Adapter>() {
    case::<A>(async || {
        let wait = Duration::from_millis(500);
        let server = serve([Reply::events().send("data: a\n\n")]);
        let losses = Notes::new();
        let seen = losses.clone();
        let request = get::<A>(&server).reconnection_time(wait).on_state(move |state| {
            if let State::Disconnected { cause, .. } = state {
                seen.push(*cause);
            }
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        dropped_when::<A, _>(session.next(), "a disconnection", || !losses.all().is_empty()).await;
        drop(session);
        sleep::<A>(wait + Duration::from_millis(100)).await;
        assert_eq!((losses.all(), server.requests().len()), (vec![Cause::Eof], 1));
    });
}

/// The session is dropped while its hook prepares an attempt.
pub fn a_session_dropped_before_an_attempt_sends_no_request<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n")]);
        let attempts = Notes::new();
        let seen = attempts.clone();
        let request = get::<A>(&server).before_each(move |attempt, request| {
            seen.push(attempt.number);
            async move {
                if attempt.number > 1 {
                    pending::<()>().await;
                }
                Ok::<_, Error>(request)
            }
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        dropped_when::<A, _>(session.next(), "a second attempt", || attempts.all().len() == 2).await;
        drop(session);
        sleep::<A>(Duration::from_millis(50)).await;
        assert_eq!((attempts.all(), server.requests().len()), (vec![1, 2], 1));
    });
}
