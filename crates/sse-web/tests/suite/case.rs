//! Shared parts of the cases.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use js_sys::{Function, Promise, Reflect};
use serde::de::DeserializeOwned;
use sse_web::{
    Client, ClientBuilder, Error, Event, ReconnectPolicy, RequestBuilder, Session, Timer, WebTimer,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

use crate::script::{Address, Command, End, Received, Reply, Step};

/// A timeout that only a failing case reaches.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// The maximum time for a connection to close after its session is dropped.
const SOON: Duration = Duration::from_secs(1);

/// A scripted server outside the browser. It runs until the whole suite ends.
pub(crate) struct Server(Address);

impl Server {
    pub(crate) async fn script(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(ask(&Command::Start(replies.into_iter().collect())).await)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.origin)
    }

    async fn all_requests(&self) -> Vec<Received> {
        ask(&Command::Requests(self.0.number)).await
    }

    /// Returns all requests except preflights.
    pub(crate) async fn requests(&self) -> Vec<Received> {
        self.all_requests().await.into_iter().filter(|request| request.method != "OPTIONS").collect()
    }

    /// Returns the headers that each preflight asks for.
    pub(crate) async fn preflight_headers(&self) -> Vec<String> {
        let preflights = self.all_requests().await.into_iter().filter(|request| request.method == "OPTIONS");
        preflights
            .map(|request| request.header("access-control-request-headers").unwrap_or_default().to_owned())
            .collect()
    }

    /// Checks that the server soon sees the end of the connection of request `number`.
    pub(crate) async fn closes(&self, number: usize) {
        let requests = self.all_requests().await.into_iter().enumerate();
        let mut numbers =
            requests.filter(|(_, request)| request.method != "OPTIONS").map(|(number, _)| number);
        let request = numbers.nth(number).expect("a request with this number");
        let (took, closed) = timed(ask::<bool>(&Command::Closed { server: self.0.number, request })).await;
        assert!(closed && took < SOON, "closed: {closed}, after waiting for {took:?}");
    }

    pub(crate) async fn stop(&self) {
        ask(&Command::Stop(self.0.number)).await
    }
}

/// Sends a command to the control server, and returns its answer.
async fn ask<T: DeserializeOwned>(command: &Command) -> T {
    let Some(url) = option_env!("SSE_TEST_SERVER") else { panic!("`.ci/web` sets SSE_TEST_SERVER") };
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&serde_json::to_string(command).expect("the command has only string keys").into());
    let fetch: Function =
        Reflect::get(&js_sys::global(), &"fetch".into()).expect("a scope has properties").unchecked_into();
    let promise: Promise =
        fetch.call2(&JsValue::NULL, &url.into(), &init).expect("a request").unchecked_into();
    let response: Response =
        JsFuture::from(promise).await.expect("the control server answers").unchecked_into();
    let text = JsFuture::from(response.text().expect("an unread body")).await.expect("the whole body");
    let text = text.as_string().expect("text");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

impl Reply {
    pub(crate) fn events() -> Self {
        Self::status(200).header("content-type", "text/event-stream")
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status: Some(status), headers: vec![], steps: vec![], end: End::Close }
    }

    /// Creates a reply that sends only its steps, which must include the head.
    pub(crate) fn raw() -> Self {
        Self { status: None, headers: vec![], steps: vec![], end: End::Close }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn send(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::Send(bytes.as_ref().into()))
    }

    pub(crate) fn send_each_byte(self, bytes: &str) -> Self {
        self.step(Step::SendEachByte(bytes.into()))
    }

    pub(crate) fn pause(self, millis: u64) -> Self {
        self.step(Step::Pause(millis))
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    pub(crate) fn cut(self) -> Self {
        Self { end: End::Cut, ..self }
    }

    pub(crate) fn reset(self) -> Self {
        Self { end: End::Reset, ..self }
    }

    pub(crate) fn stall(self) -> Self {
        Self { end: End::Stall, ..self }
    }
}

/// Creates a client that always reconnects after 10 ms.
pub(crate) fn client() -> ClientBuilder {
    Client::builder().reconnect_policy(quick())
}

pub(crate) fn quick() -> ReconnectPolicy {
    let ten_ms = Duration::from_millis(10);
    ReconnectPolicy::default().reconnection_time(ten_ms).min_delay(ten_ms).factor(1).jitter_percent(0)
}

/// Creates a GET request of that client.
pub(crate) fn get(server: &Server) -> RequestBuilder {
    client().build().get(server.url("/events"))
}

pub(crate) async fn open(request: RequestBuilder) -> Session {
    within(LONG, request.open()).await.expect("a response in time").expect("an accepted response")
}

pub(crate) async fn refused(request: RequestBuilder) -> Error {
    within(LONG, request.open()).await.expect("a response in time").expect_err("a refused response")
}

/// Returns the next item, and fails if it takes too long.
pub(crate) async fn next(session: &mut Session) -> Option<Result<Event, Error>> {
    within(LONG, session.next()).await.expect("an item in time")
}

/// Returns the data of the next event.
pub(crate) async fn data(session: &mut Session) -> String {
    next(session).await.expect("an event").expect("no error").data
}

/// Checks that the session ends without an error, and stays closed.
pub(crate) async fn ends(session: &mut Session) {
    for _ in 0..2 {
        let item = next(session).await;
        assert!(item.is_none(), "an item after the end: {item:?}");
    }
}

pub(crate) async fn sleep(time: Duration) {
    let timer = WebTimer::default();
    timer.sleep_until(timer.now() + time).await;
}

/// Returns the output of a future, or `None` if it takes longer than `time`.
pub(crate) async fn within<T>(time: Duration, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(sleep(time))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// Returns how long the future takes, and its output.
pub(crate) async fn timed<T>(future: impl Future<Output = T>) -> (Duration, T) {
    let timer = WebTimer::default();
    let start = timer.now();
    let value = future.await;
    (timer.now().saturating_duration_since(start), value)
}

/// Returns whether this platform has origins and sends preflights. Browsers do, Node does not.
pub(crate) fn has_origins() -> bool {
    Reflect::has(&js_sys::global(), &"location".into()).expect("the global scope is an object")
}

/// Runs the garbage collector, which the engines expose with `--expose-gc`.
pub(crate) async fn collect_garbage() {
    let gc = Reflect::get(&js_sys::global(), &"gc".into()).expect("a scope has properties");
    let gc: Function = gc.dyn_into().expect("`--expose-gc` is set");
    for _ in 0..3 {
        gc.call0(&JsValue::NULL).expect("the garbage collector does not throw");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Joins an error and its sources in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |chain, source| format!("{chain}: {source}"))
}
