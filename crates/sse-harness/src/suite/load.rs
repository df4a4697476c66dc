//! Many sessions, fast servers and slow readers.

use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::time::Duration;

use futures_util::future::{Either, join_all, select};

use super::Adapter;
use super::case::{case, client, closes, data, eventually, get, open, sleep};
use crate::{Gate, MockServer, Reply, serve};

/// A thousand connections are open at the same time, each with its own events.
///
/// The process has both ends of each connection, so it needs a little more than 2000 open files.
pub fn a_thousand_sessions_run_on_one_thread<A: Adapter>() {
    const SESSIONS: usize = 1000;
    const FILES: u64 = 4096;
    case::<A>(async || {
        // If the limit cannot be raised, it may still be high enough.
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

/// A session reads nothing ahead of the application, so the system's buffers fill up and the server
/// has to wait. When the application reads on, nothing is lost.
pub fn a_session_that_is_not_read_stops_its_server<A: Adapter>() {
    /// More bytes than the buffers between two sockets hold on any system.
    const MOST: u64 = 64 << 20;
    case::<A>(async || {
        let long = "x".repeat(64 << 10);
        let server = serve([Reply::events().send_forever(format!("data: {long}\n\n"))]);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert!(data::<A>(&mut session).await == long);
        let mut sent = 0;
        while sent != server.sent(0) {
            sent = server.sent(0);
            assert!(sent < MOST, "the server sent {sent} bytes, although the session is not read");
            sleep::<A>(Duration::from_millis(200)).await;
        }
        for _ in 0..=sent / long.len() as u64 {
            assert!(data::<A>(&mut session).await == long);
        }
        eventually::<A, _>("more bytes from the server", || (server.sent(0) > sent).then_some(())).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// A loop over a server that is always ready yields regularly to other tasks on its thread.
pub fn an_endless_stream_of_events_yields<A: Adapter>() {
    case::<A>(async || yields_to_a_clock::<A>("data: x\n\n").await);
}

/// A single `next` that never completes, because it reads only comments, yields too.
pub fn an_endless_stream_of_comments_yields<A: Adapter>() {
    case::<A>(async || yields_to_a_clock::<A>(": x\n\n").await);
}

/// Runs a reader and a clock on one thread. The clock must tick while the reader reads.
async fn yields_to_a_clock<A: Adapter>(frame: &str) {
    /// The maximum number of events between two turns of the clock.
    const IN_A_ROW: u32 = 1000;
    let server = serve([Reply::events().send_forever(frame.repeat(10_000))]);
    let mut session = open::<A>(get::<A>(&server)).await;
    let in_a_row = Cell::new(0);
    let reader = async {
        while session.next().await.expect("the stream does not end").is_ok() {
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

/// Waits for at least twenty ticks.
async fn ticks_until<A: Adapter>(done: impl Fn() -> bool) {
    for tick in 0.. {
        if tick >= 20 && done() {
            return;
        }
        sleep::<A>(Duration::from_millis(5)).await;
    }
}
