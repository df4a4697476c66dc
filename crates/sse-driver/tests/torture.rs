//! Lets each operation of a scripted run fail in turn: each connect, read and timer, and each point
//! at which the application may drop a future. A client must not panic, must deliver each event
//! once, must end in the right way, and must leave no connection open.
#![allow(missing_docs)]

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use sse_driver::proto::{CloseReason, ReconnectPolicy};
use sse_driver::{Client, Error, Instant, RequestBody, Session, Timer, Transport};
use sse_harness::{MockSleep, MockTimer};

/// The ways in which an operation can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A connect or a read fails. A timer completes at once.
    Failure,
    /// A connect or a read never completes. A timer is late by an hour.
    Silence,
    /// The application drops its future and creates another one.
    DropNext,
    /// The application drops its session, or the future that opens it, and opens another one with
    /// the last event ID.
    DropSession,
    Reconnect,
    Close,
}

/// The faults after which everything is still delivered.
const RECOVERABLE: [Fault; 5] =
    [Fault::Failure, Fault::Silence, Fault::DropNext, Fault::DropSession, Fault::Reconnect];

const EVENTS: u64 = 6;

#[test]
fn any_one_operation() {
    let quiet = World::new(&[]);
    quiet.run();
    for k in 0..operations() {
        for fault in RECOVERABLE {
            let world = World::new(&[(k, fault)]);
            assert_eq!(world.run(), everything(), "operation {k}: {fault:?}");
            let is_early_timer = fault == Fault::Failure && quiet.tally().timers.contains(&k);
            let is_dropped_next = fault == Fault::DropNext && !world.tally().reopened;
            if is_early_timer || is_dropped_next {
                let was_noticed = world.tally().connects != quiet.tally().connects
                    || world.clock.now() != quiet.clock.now();
                assert!(!was_noticed, "operation {k}: {fault:?} is to change nothing");
            }
        }
    }
}

#[test]
fn dropping_every_pending_future_loses_nothing() {
    let world = World::new(&[]);
    world.tally().impatient = true;
    assert_eq!(world.run(), everything());
}

#[test]
fn any_two_operations() {
    let operations = operations();
    for first in 0..operations {
        for second in first + 1..operations + 6 {
            for [one, two] in [
                [Fault::Failure; 2],
                [Fault::Silence, Fault::DropSession],
                [Fault::Reconnect, Fault::Silence],
            ] {
                assert_eq!(
                    run(&[(first, one), (second, two)]),
                    everything(),
                    "{first} {one:?}, {second} {two:?}"
                );
            }
        }
    }
}

#[test]
fn closing_at_any_operation_ends_the_session() {
    for k in 0..operations() {
        let (received, reason) = run(&[(k, Fault::Close)]);
        assert_eq!(received, (1..=received.len() as u64).collect::<Vec<_>>());
        // Before the session exists there is nothing to close.
        let is_end = [CloseReason::Requested, CloseReason::NoContent].contains(&reason);
        assert!(is_end, "operation {k}: {reason:?}");
    }
}

fn everything() -> (Vec<u64>, CloseReason) {
    ((1..=EVENTS).collect(), CloseReason::NoContent)
}

/// The number of operations without a fault.
fn operations() -> usize {
    let world = World::new(&[]);
    assert_eq!(world.run(), everything());
    let operations = world.tally().operations;
    assert!(operations > 30, "{operations} operations are no torture");
    operations
}

fn run(faults: &[(usize, Fault)]) -> (Vec<u64>, CloseReason) {
    World::new(faults).run()
}

/// A server with a log of [`EVENTS`] events, its clock, and the count of operations.
#[derive(Clone)]
struct World {
    clock: MockTimer,
    tally: Arc<Mutex<Tally>>,
}

#[derive(Default)]
struct Tally {
    faults: Vec<(usize, Fault)>,
    operations: usize,
    /// The operations that were timers.
    timers: Vec<usize>,
    connects: usize,
    open: usize,
    /// Whether the application drops its future as soon as it is woken.
    impatient: bool,
    /// Whether a future that opens a session was dropped, so that the request is sent again.
    reopened: bool,
    /// The fault that the application must commit now.
    mind: Option<Fault>,
}

impl World {
    fn new(faults: &[(usize, Fault)]) -> Self {
        let tally = Tally { faults: faults.into(), ..Tally::default() };
        Self { clock: MockTimer::new(), tally: Arc::new(Mutex::new(tally)) }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no thread panics")
    }

    /// Counts an operation and returns its fault. A fault of the application delays the operation
    /// until the application commits it.
    fn operate(&self) -> Option<Fault> {
        let mut tally = self.tally();
        let now = tally.operations;
        tally.operations += 1;
        let fault = tally.faults.iter().find(|(k, _)| *k == now).map(|(_, fault)| *fault)?;
        if !matches!(fault, Fault::Failure | Fault::Silence) {
            tally.mind = Some(fault);
        }
        Some(fault)
    }

    fn run(&self) -> (Vec<u64>, CloseReason) {
        let mut received = Vec::new();
        let reason = self.clock.run(self.follow(&mut received));
        assert_eq!(self.tally().open, 0, "a connection is left open");
        let hours = self.clock.now().since_origin().as_secs() / 3600;
        assert!(hours <= 2, "it took {hours} hours");
        (received, reason)
    }

    async fn follow(&self, received: &mut Vec<u64>) -> CloseReason {
        let mut id = String::new();
        loop {
            let opened = {
                let opening = pin!(self.request(&id));
                self.unless_dropped(opening).await
            };
            let Ok(opened) = opened else {
                self.tally().reopened = true;
                continue;
            };
            let mut session = opened.expect("opening is retried until it succeeds");
            if let Some(reason) = self.read(&mut session, received).await {
                return reason;
            }
            id = session.last_event_id().to_owned();
        }
    }

    async fn request(&self, id: &str) -> Result<Session<World, World>, Error> {
        let policy = ReconnectPolicy::default().retry_initial(true).jitter_percent(0);
        let client = Client::builder_with(self.clone(), self.clone()).reconnect_policy(policy);
        let client =
            client.response_timeout(Duration::from_secs(20)).idle_timeout(Duration::from_secs(20)).build();
        client.get("http://test/").last_event_id(id.to_owned()).open().await
    }

    /// Reads events. Returns `None` if the application drops the session.
    async fn read(
        &self,
        session: &mut Session<World, World>,
        received: &mut Vec<u64>,
    ) -> Option<CloseReason> {
        loop {
            let next = {
                let next = pin!(session.next());
                self.unless_dropped(next).await
            };
            match next {
                Ok(Some(event)) => {
                    let event = event.expect("each failure is retried");
                    assert_eq!(*event.data, format!("event {}", &*event.last_event_id));
                    received.push(event.last_event_id.parse().expect("a number"));
                }
                Ok(None) => return session.close_reason().cloned(),
                Err(Fault::DropSession) => return None,
                Err(Fault::Reconnect) => session.reconnect(),
                Err(Fault::Close) => {
                    session.close();
                    assert_eq!(self.tally().open, 0, "the connection closes at once");
                }
                Err(_) => {}
            }
        }
    }

    /// Awaits a future, unless the application drops it. Then returns the fault.
    async fn unless_dropped<F: Future>(&self, mut future: Pin<&mut F>) -> Result<F::Output, Fault> {
        let mut was_pending = false;
        poll_fn(|cx| {
            if was_pending && self.tally().impatient {
                return Poll::Ready(Err(Fault::DropNext));
            }
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            was_pending = true;
            self.tally().mind.take().map_or(Poll::Pending, |fault| Poll::Ready(Err(fault)))
        })
        .await
    }
}

impl Transport for World {
    type Body = Body;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<Body>>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let connection = Connection::new(self);
        let number = self.tally().connects;
        Box::pin(async move {
            let mut operation = Operation::default();
            match poll_fn(|cx| operation.poll(&connection.0, cx)).await {
                Some(_) => Err(io::ErrorKind::ConnectionRefused.into()),
                None => Ok(answer(&request, number, connection)),
            }
        })
    }
}

/// Returns two events per connection in odd pieces, sometimes a 503, and a 204 after the last
/// event.
fn answer(request: &Request<RequestBody>, number: usize, connection: Connection) -> Response<Body> {
    let from: u64 = match request.headers().get("last-event-id") {
        Some(id) => id.to_str().expect("ASCII").parse().expect("a number"),
        None => 0,
    };
    let wire: String =
        (from + 1..=EVENTS).take(2).map(|id| format!("id: {id}\ndata: event {id}\n\n: ok\n")).collect();
    let pieces = wire.as_bytes().chunks(7).map(Bytes::copy_from_slice).rev().collect();
    let fails = number % 3 == 0;
    let body = Body { connection, pieces, fails, operation: Operation::default() };
    let response = match (from, number % 4) {
        (EVENTS, _) => Response::builder().status(204),
        (_, 2) => Response::builder().status(503),
        _ => Response::builder().header("content-type", "text/event-stream"),
    };
    response.body(body).expect("a valid response")
}

/// Counts as an open connection until it is dropped.
struct Connection(World);

impl Connection {
    fn new(world: &World) -> Self {
        let mut tally = world.tally();
        assert_eq!(tally.open, 0, "two connections at once");
        tally.open += 1;
        tally.connects += 1;
        Self(world.clone())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.tally().open -= 1;
    }
}

/// An operation that may be polled several times.
#[derive(Default)]
struct Operation(Option<Option<Fault>>);

impl Operation {
    /// Returns whether the operation fails. Silence is always pending, and a fault of the
    /// application once.
    fn poll(&mut self, world: &World, cx: &mut Context<'_>) -> Poll<Option<Fault>> {
        let is_new = self.0.is_none();
        match *self.0.get_or_insert_with(|| world.operate()) {
            Some(Fault::Silence) => Poll::Pending,
            Some(Fault::Failure) => Poll::Ready(Some(Fault::Failure)),
            Some(_) if is_new => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(None),
        }
    }
}

struct Body {
    connection: Connection,
    /// The chunks in reverse order.
    pieces: Vec<Bytes>,
    fails: bool,
    operation: Operation,
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Poll::Ready(fault) = this.operation.poll(&this.connection.0, cx) else { return Poll::Pending };
        this.operation = Operation::default();
        let reset = || Some(Err(io::ErrorKind::ConnectionReset.into()));
        Poll::Ready(match (fault, this.pieces.pop()) {
            (Some(_), _) => reset(),
            (None, Some(piece)) => Some(Ok(piece)),
            (None, None) if this.fails => reset(),
            (None, None) => None,
        })
    }
}

impl Timer for World {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        let now = self.tally().operations;
        self.tally().timers.push(now);
        let deadline = match self.operate() {
            Some(Fault::Failure) => Instant::ZERO,
            Some(Fault::Silence) => deadline + Duration::from_secs(3600),
            _ => deadline,
        };
        Sleep(self.clock.sleep_until(deadline))
    }
}

struct Sleep(MockSleep);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}
