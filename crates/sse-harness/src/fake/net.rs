//! A network of one server, which answers as a script has it.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use sse_driver::{RequestBody, Timer, Transport};

use super::{FakeClock, FakeSleep};

/// A [`Transport`] without a network. Each request gets the next reply of the script; when that is used up, connections
/// are refused.
///
/// ```
/// use sse_driver::{Client, Error};
/// use sse_harness::{FakeClock, FakeNet, FakeReply};
///
/// let clock = FakeClock::default();
/// let net = FakeNet::new(&clock, [FakeReply::events().send("data: a\n\n"), FakeReply::status(204)]);
/// let client = Client::builder_with(net.clone(), clock.clone()).build();
/// clock.run(async {
///     let mut session = client.get("http://test/").open().await?;
///     assert_eq!(session.next().await.expect("an event")?.data, "a");
///     assert!(session.next().await.is_none());
///     Ok::<(), Error>(())
/// })?;
/// assert_eq!(net.requests().len(), 2);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FakeNet {
    clock: FakeClock,
    script: Arc<Mutex<VecDeque<FakeReply>>>,
    requests: Arc<Mutex<Vec<Request<RequestBody>>>>,
    open: Arc<AtomicUsize>,
}

impl FakeNet {
    /// A network whose server follows the script.
    pub fn new(clock: &FakeClock, script: impl IntoIterator<Item = FakeReply>) -> Self {
        Self {
            clock: clock.clone(),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
            requests: Arc::default(),
            open: Arc::default(),
        }
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<RequestBody>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections there are at this moment, those that wait for a response included.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

impl Transport for FakeNet {
    type Body = FakeBody;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<FakeBody>>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let reply = self.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let connection = Connection::new(&self.open);
        let clock = self.clock.clone();
        Box::pin(async move {
            let reply = reply.filter(|reply| !reply.refused).ok_or(io::ErrorKind::ConnectionRefused)?;
            if let Some(time) = reply.after {
                clock.sleep_until(clock.now() + time).await;
            }
            let mut response = Response::new(FakeBody { clock, steps: reply.steps, pause: None, connection });
            *response.status_mut() = reply.status;
            response.headers_mut().extend(reply.headers);
            Ok(response)
        })
    }
}

/// Counts as open from the request to the end of the body.
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

/// How the server of a [`FakeNet`] answers a request. A body ends after its last step.
///
/// ```
/// use std::time::Duration;
/// use sse_harness::FakeReply;
///
/// let reply = FakeReply::events().send("data: a\n\n").pause(Duration::from_secs(5)).fail();
/// # let _ = reply;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FakeReply {
    refused: bool,
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    after: Option<Duration>,
    steps: VecDeque<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Send(Bytes),
    SendForEver(Bytes),
    Pause(Duration),
    Fail,
    Stall,
}

impl FakeReply {
    /// A response of this status, without headers.
    ///
    /// # Panics
    ///
    /// When it is no status.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status of the test");
        Self { refused: false, status, headers: Vec::new(), after: None, steps: VecDeque::new() }
    }

    /// An event stream.
    pub fn events() -> Self {
        Self::status(200).header("content-type", "text/event-stream")
    }

    /// No connection at all.
    pub fn refuse() -> Self {
        Self { refused: true, ..Self::status(200) }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_static(value)));
        self
    }

    /// The response head comes only after this time.
    pub fn after(mut self, time: Duration) -> Self {
        self.after = Some(time);
        self
    }

    /// Sends a chunk.
    pub fn send(self, bytes: impl Into<Bytes>) -> Self {
        self.step(Step::Send(bytes.into()))
    }

    /// Sends the same chunk without end, each time at once.
    pub fn send_for_ever(self, bytes: impl Into<Bytes>) -> Self {
        self.step(Step::SendForEver(bytes.into()))
    }

    /// Sends nothing for this time.
    pub fn pause(self, time: Duration) -> Self {
        self.step(Step::Pause(time))
    }

    /// The connection fails.
    pub fn fail(self) -> Self {
        self.step(Step::Fail)
    }

    /// Nothing comes any more, and no end either.
    pub fn stall(self) -> Self {
        self.step(Step::Stall)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }
}

/// The body of a reply of a [`FakeNet`].
///
/// ```
/// fn is_a_body<B: futures_core::Stream>() {}
/// is_a_body::<sse_harness::FakeBody>();
/// ```
#[derive(Debug)]
pub struct FakeBody {
    clock: FakeClock,
    steps: VecDeque<Step>,
    pause: Option<FakeSleep>,
    #[expect(dead_code, reason = "it is there to be dropped")]
    connection: Connection,
}

impl Stream for FakeBody {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(Pin::new(pause).poll(cx));
                self.pause = None;
            }
            match self.steps.front() {
                Some(Step::Stall) => return Poll::Pending,
                Some(Step::SendForEver(bytes)) => return Poll::Ready(Some(Ok(bytes.clone()))),
                _ => {}
            }
            return Poll::Ready(match self.steps.pop_front() {
                Some(Step::Send(bytes)) => Some(Ok(bytes)),
                Some(Step::Pause(time)) => {
                    self.pause = Some(self.clock.sleep_until(self.clock.now() + time));
                    continue;
                }
                Some(_) => Some(Err(io::ErrorKind::ConnectionReset.into())),
                None => None,
            });
        }
    }
}
