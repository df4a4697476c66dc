//! What the cases are made of.

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

/// Far more than anything takes: reached only when a case fails.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// How long a connection may be open after its session is gone.
pub(crate) const SOON: Duration = Duration::from_secs(1);

/// The end of a case that does not end by itself.
const CASE: Duration = Duration::from_secs(30);
/// How often a case looks at something that happens elsewhere.
const LOOK: Duration = Duration::from_millis(2);

pub(crate) type BuilderOf<A> = ClientBuilder<<A as Adapter>::Transport, <A as Adapter>::Timer>;
pub(crate) type RequestOf<A> = RequestBuilder<<A as Adapter>::Transport, <A as Adapter>::Timer>;
pub(crate) type SessionOf<A> = Session<<A as Adapter>::Transport, <A as Adapter>::Timer>;

/// Runs a case on one thread, and fails when it does not end: a session that never lets go of its thread would hold up
/// a timeout on that thread too.
pub(crate) fn case<A: Adapter>(body: impl AsyncFnOnce() + Send + 'static) {
    in_time(|| A::block_on(body()));
}

/// Runs it on a thread of its own, and fails when it does not end.
pub(crate) fn in_time(run: impl FnOnce() + Send + 'static) {
    let (running, over) = mpsc::channel::<()>();
    let name = thread::current().name().unwrap_or_default().to_owned();
    let run = move || {
        let _running = running;
        run();
    };
    let thread = thread::Builder::new().name(name).spawn(run).expect("the system has a thread left");
    if over.recv_timeout(CASE) == Err(RecvTimeoutError::Timeout) {
        panic!("not over after {CASE:?}");
    }
    if let Err(panic) = thread.join() {
        panic::resume_unwind(panic);
    }
}

/// A client that reconnects after 10 ms, each time.
pub(crate) fn client<A: Adapter>() -> BuilderOf<A> {
    let ten_ms = Duration::from_millis(10);
    let policy =
        ReconnectPolicy::default().reconnection_time(ten_ms).min_delay(ten_ms).factor(1).jitter_percent(0);
    A::builder().reconnect_policy(policy)
}

/// A GET request of that client.
pub(crate) fn get<A: Adapter>(server: &MockServer) -> RequestOf<A> {
    client::<A>().build().get(server.url("/events"))
}

pub(crate) async fn open<A: Adapter>(request: RequestOf<A>) -> SessionOf<A> {
    within::<A, _>(LONG, request.open()).await.expect("a response comes").expect("it is accepted")
}

pub(crate) async fn refused<A: Adapter>(request: RequestOf<A>) -> Error {
    let opened = within::<A, _>(LONG, request.open()).await.expect("it comes to something");
    opened.expect_err("it is refused")
}

/// The next item, which is there within reason.
pub(crate) async fn next<A: Adapter>(session: &mut SessionOf<A>) -> Option<Result<sse_driver::Event, Error>> {
    within::<A, _>(LONG, session.next()).await.expect("the session goes on")
}

/// The data of the next event.
pub(crate) async fn data<A: Adapter>(session: &mut SessionOf<A>) -> String {
    next::<A>(session).await.expect("there is an event").expect("there is no error").data.to_string()
}

/// The error that the session ends with.
pub(crate) async fn failure<A: Adapter>(session: &mut SessionOf<A>) -> Error {
    let error = next::<A>(session).await.expect("it does not end without it").expect_err("there is no event");
    assert!(next::<A>(session).await.is_none(), "an error is the last item");
    error
}

/// The session ends, without an error, and stays so.
pub(crate) async fn ends<A: Adapter>(session: &mut SessionOf<A>) {
    for _ in 0..2 {
        let item = next::<A>(session).await;
        assert!(item.is_none(), "it is over: {item:?}");
    }
}

pub(crate) async fn sleep<A: Adapter>(time: Duration) {
    let timer = A::Timer::default();
    timer.sleep_until(timer.now() + time).await;
}

/// What the future comes to; `None` when it takes longer than that.
pub(crate) async fn within<A: Adapter, T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(sleep::<A>(time))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// How long the future takes by the adapter's own clock, and what it comes to.
pub(crate) async fn timed<A: Adapter, T>(future: impl Future<Output = T>) -> (Duration, T) {
    let timer = A::Timer::default();
    let start = timer.now();
    let value = future.await;
    (timer.now().saturating_duration_since(start), value)
}

/// Waits for what happens elsewhere, and lets the runtime work meanwhile.
pub(crate) async fn eventually<A: Adapter, T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            sleep::<A>(LOOK).await;
        }
    };
    within::<A, _>(LONG, looking).await.unwrap_or_else(|| panic!("in vain: {what}"))
}

/// Waits in the same way, and polls the future, which has no end by itself, all the while. Then drops it.
pub(crate) async fn dropped_when<A: Adapter, F: Future>(future: F, what: &str, look: impl Fn() -> bool) {
    let looking = eventually::<A, _>(what, || look().then_some(()));
    // Boxed, since a pinned future would live on to the end of this function, and so beyond the look.
    match select(Box::pin(future), pin!(looking)).await {
        Either::Left(_) => panic!("it was to go on until there was {what}"),
        Either::Right(((), future)) => drop(future),
    }
}

/// The server sees that the connection of request `number` is closed, and sees it soon.
pub(crate) async fn closes<A: Adapter>(server: &MockServer, number: usize) {
    let start = std::time::Instant::now();
    eventually::<A, _>("a closed connection", || server.wait_for_close(number, Duration::ZERO)).await;
    let took = start.elapsed();
    assert!(took < SOON, "the connection was closed after {took:?}");
}

pub(crate) fn is_open(server: &MockServer, number: usize) -> bool {
    server.requests().len() > number && server.wait_for_close(number, Duration::ZERO).is_none()
}

/// An error and all its sources, in one line.
pub(crate) fn chain(error: &dyn core::error::Error) -> String {
    let sources = core::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |chain, source| format!("{chain}: {source}"))
}

/// What a hook saw, for the case to look at. Clones are the same notes.
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
