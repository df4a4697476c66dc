//! A transport that plays a script in memory.

mod body;

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_core::Stream;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use sse_driver::{Client, ClientBuilder, Instant, RequestBody, Timer, Transport};

pub use body::MockBody;

use crate::reply::{Start, Step};
use crate::script::Script;
use crate::{MockTimer, RecordedRequest, Reply};

/// A [`Transport`] without a network: each request gets the next reply of a script.
///
/// After the last reply of the script, requests get 204 No Content, which ends a session.
/// [`repeat`](Self::repeat) and [`reply_with`](Self::reply_with) change that. Delays and pauses of
/// replies use the `timer`, which is a [`MockTimer`] or the timer of a runtime. Clones share the
/// script and the record of requests.
///
/// ```
/// use sse_testkit::{MockTimer, MockTransport, Reply};
///
/// let timer = MockTimer::new();
/// let transport = MockTransport::new(timer.clone())
///     .reply(Reply::events().event("1", "one").drop_connection())
///     .reply(Reply::events().event("2", "two"));
/// let client = transport.client().build();
/// timer.run(async {
///     let mut session = client.get("http://test/events").open().await?;
///     assert_eq!(session.next().await.expect("an event")?.data, "one");
///     assert_eq!(session.next().await.expect("an event")?.data, "two");
///     assert!(session.next().await.is_none());
///     Ok::<(), sse_driver::Error>(())
/// })?;
/// assert_eq!(transport.requests()[1].last_event_id(), Some("1"));
/// # Ok::<(), sse_driver::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MockTransport<M = MockTimer> {
    timer: M,
    start: Instant,
    script: Script,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
    open: Arc<AtomicUsize>,
}

impl<M: Timer> MockTransport<M> {
    /// Creates a transport with an empty script.
    pub fn new(timer: M) -> Self {
        let start = timer.now();
        Self { timer, start, script: Script::default(), requests: Arc::default(), open: Arc::default() }
    }
}

impl<M> MockTransport<M>
where
    M: Timer<Sleep: Send> + Clone + Send + Sync + 'static,
{
    /// Returns a builder for a client that uses this transport and its timer.
    pub fn client(&self) -> ClientBuilder<Self, M> {
        Client::builder_with(self.clone(), self.timer.clone())
    }
}

impl<M> MockTransport<M> {
    /// Appends a reply to the script. The first reply answers the first request, and so on.
    #[must_use]
    pub fn reply(self, reply: Reply) -> Self {
        self.script.push(reply);
        self
    }

    /// Appends the responses of a recording to the script, one for each request.
    #[cfg(feature = "recording")]
    #[must_use]
    pub fn play(self, recording: &crate::Recording) -> Self {
        recording.responses().iter().map(crate::RecordedResponse::to_reply).fold(self, Self::reply)
    }

    /// Sets the reply to every request after the end of the script.
    #[must_use]
    pub fn repeat(self, reply: Reply) -> Self {
        self.script.repeat(reply);
        self
    }

    /// Sets a closure that makes the reply to every request after the end of the script.
    #[must_use]
    pub fn reply_with(self, answer: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static) -> Self {
        self.script.call(answer);
        self
    }

    /// Returns the requests received so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().clone()
    }

    /// Returns the number of open connections, including those that wait for a response.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> Transport for MockTransport<M>
where
    M: Timer<Sleep: Send> + Clone + Send + Sync + 'static,
{
    type Body = MockBody<M>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<MockBody<M>>>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let connection = Connection::new(&self.open);
        let (parts, body) = request.into_parts();
        let received = self.timer.now().saturating_duration_since(self.start);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let url = parts.uri.to_string();
        let number = {
            let mut requests = self.lock();
            let (number, method, headers) = (requests.len(), parts.method, parts.headers);
            let body = body.as_bytes().cloned().unwrap_or_default();
            requests.push(RecordedRequest { number, method, path, url, headers, body, received });
            number
        };
        let transport = self.clone();
        Box::pin(async move {
            transport.read_body(number, &body).await?;
            let request = transport.lock()[number].clone();
            transport.respond(transport.script.answer(&request), connection).await
        })
    }
}

impl<M> MockTransport<M>
where
    M: Timer<Sleep: Send> + Clone,
{
    /// Reads a streamed body to its end and records it.
    async fn read_body(&self, number: usize, body: &RequestBody) -> io::Result<()> {
        if body.as_bytes().is_some() {
            return Ok(());
        }
        let (mut parts, mut bytes) = (body.to_stream(), Vec::new());
        while let Some(part) = std::future::poll_fn(|cx| Pin::new(&mut parts).poll_next(cx)).await {
            bytes.extend(part.map_err(io::Error::other)?);
        }
        self.lock()[number].body = bytes.into();
        Ok(())
    }

    async fn respond(&self, reply: Reply, connection: Connection) -> io::Result<Response<MockBody<M>>> {
        if let Some(time) = reply.delay {
            self.timer.sleep_until(self.timer.now() + time).await;
        }
        let status = match reply.start {
            Start::Status(status) => status,
            Start::Raw => return Err(io::Error::other("a raw reply needs a MockServer")),
            Start::Refuse => {
                self.play_pauses(&reply).await;
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
        };
        let mut response =
            Response::builder().status(StatusCode::from_u16(status).map_err(io::Error::other)?);
        for (name, value) in &reply.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(io::Error::other)?;
            response = response.header(name, HeaderValue::from_bytes(value).map_err(io::Error::other)?);
        }
        response.body(MockBody::new(self.timer.clone(), status, reply, connection)).map_err(io::Error::other)
    }

    /// Takes the steps of a reply that sends nothing.
    async fn play_pauses(&self, reply: &Reply) {
        for step in &reply.steps {
            match step {
                Step::Pause(time) => self.timer.sleep_until(self.timer.now() + *time).await,
                Step::Wait(gate) => std::future::poll_fn(|cx| gate.poll_open(cx)).await,
                Step::Send(_) | Step::SendEachByte(_) | Step::SendForever(_) => {}
            }
        }
    }
}

/// Counts as an open connection from the request until the body is dropped.
#[derive(Debug)]
struct Connection(Arc<AtomicUsize>);

impl Connection {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(open))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
