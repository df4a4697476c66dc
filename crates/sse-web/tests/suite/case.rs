//! What the cases are made of.

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

/// Far more than anything takes: reached only when a case fails.
pub(crate) const LONG: Duration = Duration::from_secs(10);
/// How long a connection may be open after its session is gone.
const SOON: Duration = Duration::from_secs(1);

/// A scripted server, somewhere outside. It stays until the whole suite is over.
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

    /// The requests, without what the browser asked in advance.
    pub(crate) async fn requests(&self) -> Vec<Received> {
        self.all_requests().await.into_iter().filter(|request| request.method != "OPTIONS").collect()
    }

    /// Which headers the browser asked for in advance, each time.
    pub(crate) async fn asked_in_advance(&self) -> Vec<String> {
        let asked = self.all_requests().await.into_iter().filter(|request| request.method == "OPTIONS");
        asked
            .map(|request| request.header("access-control-request-headers").unwrap_or_default().to_owned())
            .collect()
    }

    /// The server sees that the connection of request `number` is closed, and sees it soon.
    pub(crate) async fn closes(&self, number: usize) {
        let requests = self.all_requests().await.into_iter().enumerate();
        let mut numbers =
            requests.filter(|(_, request)| request.method != "OPTIONS").map(|(number, _)| number);
        let request = numbers.nth(number).expect("there is such a request");
        let (took, closed) = timed(ask::<bool>(&Command::Closed { server: self.0.number, request })).await;
        assert!(closed && took < SOON, "closed: {closed}, after {took:?}");
    }

    pub(crate) async fn stop(&self) {
        ask(&Command::Stop(self.0.number)).await
    }
}

/// Asks the server that starts servers.
async fn ask<T: DeserializeOwned>(command: &Command) -> T {
    let Some(url) = option_env!("SSE_TEST_SERVER") else { panic!("`.ci/web` names the server") };
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&serde_json::to_string(command).expect("it is plain data").into());
    let fetch: Function =
        Reflect::get(&js_sys::global(), &"fetch".into()).expect("a property").unchecked_into();
    let promise: Promise =
        fetch.call2(&JsValue::NULL, &url.into(), &init).expect("a request").unchecked_into();
    let response: Response = JsFuture::from(promise).await.expect("the server is there").unchecked_into();
    let text = JsFuture::from(response.text().expect("a body")).await.expect("the whole body");
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

    /// Nothing but what the steps send, the head included.
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

/// A client that reconnects after 10 ms, each time.
pub(crate) fn client() -> ClientBuilder {
    Client::builder().reconnect_policy(quick())
}

pub(crate) fn quick() -> ReconnectPolicy {
    let ten_ms = Duration::from_millis(10);
    ReconnectPolicy::default().reconnection_time(ten_ms).min_delay(ten_ms).factor(1).jitter_percent(0)
}

/// A GET request of that client.
pub(crate) fn get(server: &Server) -> RequestBuilder {
    client().build().get(server.url("/events"))
}

pub(crate) async fn open(request: RequestBuilder) -> Session {
    within(LONG, request.open()).await.expect("a response comes").expect("it is accepted")
}

pub(crate) async fn refused(request: RequestBuilder) -> Error {
    within(LONG, request.open()).await.expect("it comes to something").expect_err("it is refused")
}

/// The next item, which is there within reason.
pub(crate) async fn next(session: &mut Session) -> Option<Result<Event, Error>> {
    within(LONG, session.next()).await.expect("the session goes on")
}

/// The data of the next event.
pub(crate) async fn data(session: &mut Session) -> String {
    next(session).await.expect("there is an event").expect("there is no error").data
}

/// The session ends, without an error, and stays so.
pub(crate) async fn ends(session: &mut Session) {
    for _ in 0..2 {
        let item = next(session).await;
        assert!(item.is_none(), "it is over: {item:?}");
    }
}

pub(crate) async fn sleep(time: Duration) {
    let timer = WebTimer::default();
    timer.sleep_until(timer.now() + time).await;
}

/// What the future comes to; `None` when it takes longer than that.
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

/// Whether there are origins here: browsers ask in advance, Node does not.
pub(crate) fn has_origins() -> bool {
    Reflect::has(&js_sys::global(), &"location".into()).expect("a scope is an object")
}

/// Runs the garbage collector, which `.ci/web` has the engines expose.
pub(crate) async fn collect_garbage() {
    let gc = Reflect::get(&js_sys::global(), &"gc".into()).expect("a property");
    let gc: Function = gc.dyn_into().expect("`--expose-gc` is set");
    for _ in 0..3 {
        gc.call0(&JsValue::NULL).expect("it does not throw");
        sleep(Duration::from_millis(10)).await;
    }
}

/// An error and all its sources, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |chain, source| format!("{chain}: {source}"))
}
