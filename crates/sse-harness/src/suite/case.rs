//! Shared parts of the cases.

use core::future::Future;
use core::pin::pin;
use core::time::Duration;
use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;

use futures_util::future::{Either, select};
use sse_driver::proto::ReconnectPolicy;
use sse_driver::{ClientBuilder, Error, RequestBuilder, Session, Timer};

use super::Adapter;
use crate::MockServer;

/// A timeout that only a failing case reaches.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// The maximum time for a connection to close after its session is dropped.
pub(crate) const SOON: Duration = Duration::from_secs(1);

/// The maximum time of a case.
const CASE: Duration = Duration::from_secs(30);
/// The interval at which a case polls for an event on another thread.
const LOOK: Duration = Duration::from_millis(2);

pub(crate) type BuilderOf<A> = ClientBuilder<<A as Adapter>::Transport, <A as Adapter>::Timer>;
pub(crate) type RequestOf<A> = RequestBuilder<<A as Adapter>::Transport, <A as Adapter>::Timer>;
pub(crate) type SessionOf<A> = Session<<A as Adapter>::Transport, <A as Adapter>::Timer>;

/// Runs a case on one thread, and fails if it does not end. Another thread watches the time, since
/// a session that blocks its thread would block a timeout there too.
pub(crate) fn case<A: Adapter>(body: impl AsyncFnOnce() + Send + 'static) {
    in_time(|| A::block_on(body()));
}

/// Runs a function on its own thread, and fails if it does not end.
pub(crate) fn in_time(run: impl FnOnce() + Send + 'static) {
    let (running, over) = mpsc::channel::<()>();
    let name = thread::current().name().unwrap_or_default().to_owned();
    let run = move || {
        let _running = running;
        run();
    };
    let thread = thread::Builder::new().name(name).spawn(run).expect("the system can start a thread");
    if over.recv_timeout(CASE) == Err(RecvTimeoutError::Timeout) {
        panic!("the case still runs after {CASE:?}");
    }
    if let Err(panic) = thread.join() {
        panic::resume_unwind(panic);
    }
}

/// Creates a client that always reconnects after 10 ms.
pub(crate) fn client<A: Adapter>() -> BuilderOf<A> {
    let ten_ms = Duration::from_millis(10);
    let policy =
        ReconnectPolicy::default().reconnection_time(ten_ms).min_delay(ten_ms).factor(1).jitter_percent(0);
    A::builder().reconnect_policy(policy)
}

/// Creates a GET request of that client.
pub(crate) fn get<A: Adapter>(server: &MockServer) -> RequestOf<A> {
    client::<A>().build().get(server.url("/events"))
}

pub(crate) async fn open<A: Adapter>(request: RequestOf<A>) -> SessionOf<A> {
    within::<A, _>(LONG, request.open()).await.expect("a response in time").expect("an accepted response")
}

pub(crate) async fn refused<A: Adapter>(request: RequestOf<A>) -> Error {
    let opened = within::<A, _>(LONG, request.open()).await.expect("a response in time");
    opened.expect_err("a refused response")
}

/// Returns the next item, and fails if it takes too long.
pub(crate) async fn next<A: Adapter>(session: &mut SessionOf<A>) -> Option<Result<sse_driver::Event, Error>> {
    within::<A, _>(LONG, session.next()).await.expect("an item in time")
}

/// Returns the data of the next event.
pub(crate) async fn data<A: Adapter>(session: &mut SessionOf<A>) -> String {
    next::<A>(session).await.expect("an event").expect("no error").data.to_string()
}

/// Returns the error that ends the session.
pub(crate) async fn failure<A: Adapter>(session: &mut SessionOf<A>) -> Error {
    let error = next::<A>(session).await.expect("an error before the end").expect_err("an error");
    assert!(next::<A>(session).await.is_none(), "an error is the last item");
    error
}

/// Checks that the session ends without an error, and stays closed.
pub(crate) async fn ends<A: Adapter>(session: &mut SessionOf<A>) {
    for _ in 0..2 {
        let item = next::<A>(session).await;
        assert!(item.is_none(), "an item after the end: {item:?}");
    }
}

pub(crate) async fn sleep<A: Adapter>(time: Duration) {
    let timer = A::Timer::default();
    timer.sleep_until(timer.now() + time).await;
}

/// Returns the output of a future, or `None` if it takes longer than `time`.
pub(crate) async fn within<A: Adapter, T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(sleep::<A>(time))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// Returns how long a future takes by the adapter's timer, and its output.
pub(crate) async fn timed<A: Adapter, T>(future: impl Future<Output = T>) -> (Duration, T) {
    let timer = A::Timer::default();
    let start = timer.now();
    let value = future.await;
    (timer.now().saturating_duration_since(start), value)
}

/// Waits for an event on another thread while the runtime works.
pub(crate) async fn eventually<A: Adapter, T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            sleep::<A>(LOOK).await;
        }
    };
    within::<A, _>(LONG, looking).await.unwrap_or_else(|| panic!("timeout: {what}"))
}

/// Polls a future that does not end while it waits for an event on another thread. Then drops it.
pub(crate) async fn dropped_when<A: Adapter, F: Future>(future: F, what: &str, look: impl Fn() -> bool) {
    let looking = eventually::<A, _>(what, || look().then_some(()));
    // Boxed, because a future pinned on the stack would live until the end of this function.
    match select(Box::pin(future), pin!(looking)).await {
        Either::Left(_) => panic!("the future ended before {what}"),
        Either::Right(((), future)) => drop(future),
    }
}

/// Checks that the server soon sees the end of the connection of request `number`.
pub(crate) async fn closes<A: Adapter>(server: &MockServer, number: usize) {
    let start = std::time::Instant::now();
    eventually::<A, _>("a closed connection", || server.wait_for_close(number, Duration::ZERO)).await;
    let took = start.elapsed();
    assert!(took < SOON, "the connection was closed after {took:?}");
}

pub(crate) fn is_open(server: &MockServer, number: usize) -> bool {
    server.requests().len() > number && server.wait_for_close(number, Duration::ZERO).is_none()
}

/// Joins an error and its sources in one line.
pub(crate) fn chain(error: &dyn core::error::Error) -> String {
    let sources = core::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |chain, source| format!("{chain}: {source}"))
}

/// Notes that a hook takes for its case. Clones share them.
pub(crate) struct Notes<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Notes<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Notes<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn push(&self, note: T) {
        self.0.lock().expect("nothing panics while it holds the notes").push(note);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().expect("nothing panics while it holds the notes").clone()
    }
}
