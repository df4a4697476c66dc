//! Timeouts of connections that are not silent, and timers that complete too early.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;
use http::{Request, Response};
use sse_driver::{Instant, RequestBody};

use super::*;

/// Always has an event, except at every 65th read, as with a runtime that limits the work of a
/// task.
struct Busy {
    reads: u32,
}

impl Stream for Busy {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.reads += 1;
        if self.reads % 65 == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(Bytes::from("data: a\n\n"))))
    }
}

#[test]
fn a_slow_reader_of_a_server_that_always_sends_is_not_idle() {
    let transport = |_: Request<RequestBody>| {
        let response =
            Response::builder().header("content-type", "text/event-stream").body(Busy { reads: 0 });
        ready(Ok::<_, Infallible>(response.expect("the header above is valid")))
    };
    let clock = MockTimer::new();
    let client = Client::builder_with(transport, clock.clone()).max_reconnection_attempts(0).build();
    clock.run(async {
        let request = client.get(URL).idle_timeout(Duration::from_millis(50));
        let mut session = request.open().await.expect("open");
        for _ in 0..1000 {
            session.next().await.expect("an event").expect("no error");
            clock.advance(Duration::from_millis(70));
        }
    });
}

#[test]
fn a_slow_reader_of_a_body_that_always_sends_is_not_idle() {
    let clock = MockTimer::new();
    let timeout = Duration::from_millis(50);
    let mut events = sse_driver::Events::from_stream(Busy { reads: 0 }).idle_timeout(timeout, clock.clone());
    clock.run(async {
        for _ in 0..1000 {
            events.next().await.expect("an event").expect("no error");
            clock.advance(Duration::from_millis(70));
        }
    });
}

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Infallible>> + Send>>;

/// The first response is silent. The second one arrives at its timeout of five seconds, and can be
/// read only at the poll after the one that it wakes.
#[test]
fn a_late_response_is_received_though_the_connection_before_was_about_to_time_out() {
    let clock = MockTimer::new();
    let (server, connections) = (clock.clone(), AtomicUsize::new(0));
    let transport = move |_: Request<RequestBody>| {
        let is_first = connections.fetch_add(1, Ordering::Relaxed) == 0;
        let (clock, mut sleep, mut woken) = (server.clone(), None, false);
        std::future::poll_fn(move |cx| {
            let at = Instant::ZERO + seconds(15);
            if !is_first && clock.now() < at {
                let sleep = sleep.insert(clock.sleep_until(at));
                return Pin::new(sleep).poll(cx).map(|()| unreachable!("it is too early"));
            }
            if !is_first && !std::mem::replace(&mut woken, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let body: Chunks =
                if is_first { Box::pin(stream::pending()) } else { Box::pin(Busy { reads: 0 }) };
            let response = Response::builder().header("content-type", "text/event-stream").body(body);
            Poll::Ready(Ok::<_, Infallible>(response.expect("the header above is valid")))
        })
    };
    let client = Client::builder_with(transport, clock.clone()).build();
    let request = client.get(URL).idle_timeout(seconds(10)).response_timeout(seconds(5));
    clock.run(async {
        let mut session = request.open().await.expect("open");
        clock.advance(seconds(10));
        assert!(poll_once(std::pin::pin!(session.next())).is_pending(), "it polls once more");
        session.reconnect();
        assert_eq!(session.next().await.expect("an event").expect("no timeout").data, "a");
    });
    assert_eq!(clock.now(), Instant::ZERO + seconds(15));
}

/// The clock of the documentation of `Timer`: it stands still, and its sleeps complete at once.
struct Frozen;

impl Timer for Frozen {
    type Sleep = Ready<()>;

    fn now(&self) -> Instant {
        Instant::ZERO + Duration::from_secs(1)
    }

    fn sleep_until(&self, _: Instant) -> Ready<()> {
        ready(())
    }
}

#[test]
fn a_timer_that_completes_too_early_yields() {
    let page = || Reply::status(404).send("half a page").stall();
    let test = test([events().stall(), page(), Reply::refuse()]);
    let client = Client::builder_with(test.net.clone(), Frozen).idle_timeout(Duration::from_secs(9)).build();
    let mut opening = Box::pin(client.get(URL).open());
    let Poll::Ready(Ok(mut session)) = poll_once(opening.as_mut()) else {
        panic!("expected an open session")
    };
    for _ in 0..10 {
        assert!(poll_once(std::pin::pin!(session.next())).is_pending());
    }
    let body = stream::pending::<Result<Bytes, Infallible>>();
    let mut events = sse_driver::Events::from_stream(body).idle_timeout(Duration::from_secs(9), Frozen);
    for _ in 0..10 {
        assert!(poll_once(std::pin::pin!(events.next())).is_pending());
    }
    // A page that never ends, or a delay, does not block the thread either.
    for _ in 0..2 {
        let mut opening = Box::pin(client.get(URL).retry_initial(true).open());
        for _ in 0..10 {
            assert!(poll_once(opening.as_mut()).is_pending());
        }
    }
}
