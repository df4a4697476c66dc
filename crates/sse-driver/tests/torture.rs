//! The k-th operation of a scripted run goes wrong, for every k in turn: each connect, each read, each timer, and each
//! point at which the application may think again. After each: no panic, nothing lost or doubled, the right end, and no
//! connection left open.
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

/// What goes wrong with an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A connect or a read fails. A timer fires at once, although it is not time.
    Failure,
    /// Nothing ever comes of a connect or a read. A timer is late by an hour.
    Silence,
    /// The application drops its future and makes another one.
    DropNext,
    /// The application drops its session, or what would have become one, and opens another with the last event ID.
    DropSession,
    Reconnect,
    Close,
}

/// Those after which everything is delivered all the same.
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
fn a_future_that_is_dropped_whenever_it_is_pending() {
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
fn closing_at_any_operation() {
    for k in 0..operations() {
        let (received, reason) = run(&[(k, Fault::Close)]);
        assert_eq!(received, (1..=received.len() as u64).collect::<Vec<_>>());
        // Before there is a session there is nothing to close.
        let is_end = [CloseReason::Requested, CloseReason::NoContent].contains(&reason);
        assert!(is_end, "operation {k}: {reason:?}");
    }
}

fn everything() -> (Vec<u64>, CloseReason) {
    ((1..=EVENTS).collect(), CloseReason::NoContent)
}

/// How many there are when nothing goes wrong.
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

/// A server with a log of [`EVENTS`] events, its clock, and the count of what is done with them.
#[derive(Clone)]
struct World {
    clock: MockTimer,
    tally: Arc<Mutex<Tally>>,
}

#[derive(Default)]
struct Tally {
    faults: Vec<(usize, Fault)>,
    operations: usize,
    /// Which of them were timers.
    timers: Vec<usize>,
    connects: usize,
    open: usize,
    /// The application drops its future as soon as that is woken.
    impatient: bool,
    /// What would have become a session was dropped, and so its request was made again.
    reopened: bool,
    /// What the application is to do now.
    mind: Option<Fault>,
}

impl World {
    fn new(faults: &[(usize, Fault)]) -> Self {
        let tally = Tally { faults: faults.into(), ..Tally::default() };
        Self { clock: MockTimer::new(), tally: Arc::new(Mutex::new(tally)) }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no test panics with it")
    }

    /// Counts an operation, and says what goes wrong with it. A fault of the application's is its own to commit: the
    /// operation is put off until then.
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
                self.unless_minded(opening).await
            };
            let Ok(opened) = opened else {
                self.tally().reopened = true;
                continue;
            };
            let mut session = opened.expect("it is retried until there is a session");
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

    /// `None`: the session is to be dropped.
    async fn read(
        &self,
        session: &mut Session<World, World>,
        received: &mut Vec<u64>,
    ) -> Option<CloseReason> {
        loop {
            let next = {
                let next = pin!(session.next());
                self.unless_minded(next).await
            };
            match next {
                Ok(Some(event)) => {
                    let event = event.expect("no failure is the last one");
                    assert_eq!(*event.data, format!("event {}", &*event.last_event_id));
                    received.push(event.last_event_id.parse().expect("a number"));
                }
                Ok(None) => return session.close_reason().cloned(),
                Err(Fault::DropSession) => return None,
                Err(Fault::Reconnect) => session.reconnect(),
                Err(Fault::Close) => {
                    session.close();
                    assert_eq!(self.tally().open, 0, "closed at once");
                }
                Err(_) => {}
            }
        }
    }

    /// What becomes of a future, or what the application does in its place.
    async fn unless_minded<F: Future>(&self, mut future: Pin<&mut F>) -> Result<F::Output, Fault> {
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

/// Two events for each connection, in pieces that fit nothing; a 503 now and then; 204 when all is told.
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
    response.body(body).expect("it is valid")
}

/// Counts as open as long as it lives.
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

/// One operation that may be polled several times.
#[derive(Default)]
struct Operation(Option<Option<Fault>>);

impl Operation {
    /// Whether it fails. Silence never ends; the application's faults put it off once.
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
    /// The first one last.
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
