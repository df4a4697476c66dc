//! Many sessions, fast servers and slow readers.

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::time::Duration;

use futures_util::future::{Either, join_all, select};

use super::Adapter;
use super::case::{case, client, closes, data, eventually, get, open, sleep};
use crate::{Gate, MockServer, Reply, serve};

/// A thousand connections that are all open at the same time, each with its own events.
///
/// Its process has both ends of each, and so needs two thousand files and a few.
pub fn a_thousand_sessions_on_one_thread<A: Adapter>() {
    const SESSIONS: usize = 1000;
    const FILES: u64 = 4096;
    case::<A>(async || {
        // Where the limit cannot be raised, it may be high enough.
        let _ = rlimit::increase_nofile_limit(FILES);
        let gate = Gate::new();
        let before_second = gate.clone();
        let server = MockServer::new().reply_with(move |request| {
            let first = Reply::events().send(format!("data: first of {}\n\n", request.path));
            first.wait(&before_second).send(format!("data: second of {}\n\n", request.path)).stall()
        });
        let client = client::<A>().build();
        let mut sessions = join_all((0..SESSIONS).map(|n| {
            let request = client.get(server.url(&format!("/{n}")));
            async move {
                let mut session = open::<A>(request).await;
                assert_eq!(data::<A>(&mut session).await, format!("first of /{n}"));
                session
            }
        }))
        .await;
        let closed = (0..SESSIONS).find(|number| server.wait_for_close(*number, Duration::ZERO).is_some());
        assert_eq!((server.requests().len(), closed), (SESSIONS, None));
        gate.open();
        join_all(sessions.iter_mut().enumerate().map(async |(n, session)| {
            assert_eq!(data::<A>(session).await, format!("second of /{n}"));
        }))
        .await;
        drop(sessions);
        for number in 0..SESSIONS {
            closes::<A>(&server, number).await;
        }
        assert_eq!(server.requests().len(), SESSIONS);
    });
}

/// Nothing is read ahead of the reader, so the buffers of the system fill up and the server has to wait; it goes on when
/// the reader does, and nothing is lost.
pub fn a_session_that_is_not_read_stops_its_server<A: Adapter>() {
    /// More than the buffers between two sockets hold on any system.
    const MOST: u64 = 64 << 20;
    case::<A>(async || {
        let long = "x".repeat(64 << 10);
        let server = serve([Reply::events().send_forever(format!("data: {long}\n\n"))]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert!(data::<A>(&mut session).await == long);
        let mut sent = 0;
        while sent != server.sent(0) {
            sent = server.sent(0);
            assert!(sent < MOST, "{sent} bytes went to a reader that does not read");
            sleep::<A>(Duration::from_millis(200)).await;
        }
        for _ in 0..=sent / long.len() as u64 {
            assert!(data::<A>(&mut session).await == long);
        }
        eventually::<A, _>("a server that goes on", || (server.sent(0) > sent).then_some(())).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// A loop over a server that is always ready gives way, after so many events, to whatever else is on its thread.
pub fn a_stream_of_events_without_end_lets_others_run<A: Adapter>() {
    case::<A>(async || lets_others_run::<A>("data: x\n\n").await);
}

/// So does a single `next` that never comes to an end, since what it reads is nothing to tell.
pub fn a_stream_of_comments_without_end_lets_others_run<A: Adapter>() {
    case::<A>(async || lets_others_run::<A>(": x\n\n").await);
}

/// A reader and a clock on one thread: the clock ticks in spite of the reader, and the reader reads all the while.
async fn lets_others_run<A: Adapter>(frame: &str) {
    /// The most events that may come between two turns of the other.
    const IN_A_ROW: u32 = 1000;
    let server = serve([Reply::events().send_forever(frame.repeat(10_000))]);
    let mut session = open::<A>(get::<A>(&server)).await;
    let in_a_row = Cell::new(0);
    let reader = async {
        while session.next().await.expect("it has no end").is_ok() {
            in_a_row.set(in_a_row.get() + 1);
            assert!(in_a_row.get() <= IN_A_ROW, "nothing else ran for {IN_A_ROW} events");
        }
    };
    let mut clock = Box::pin(ticks_until::<A>(|| server.sent(0) > 8 << 20));
    let other = poll_fn(|cx| {
        in_a_row.set(0);
        clock.as_mut().poll(cx)
    });
    let reader = pin!(reader);
    assert!(matches!(select(reader, other).await, Either::Right(_)), "the stream has an error");
}

/// At least twenty ticks.
async fn ticks_until<A: Adapter>(done: impl Fn() -> bool) {
    for tick in 0.. {
        if tick >= 20 && done() {
            return;
        }
        sleep::<A>(Duration::from_millis(5)).await;
    }
}
