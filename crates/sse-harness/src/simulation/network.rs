//! The transport. It plays a script and reports to the model what the client received.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue, Request, Response, StatusCode};
use sse_driver::{EffectiveUrl, Event, Frame, RequestBody, Timer, Transport};

use super::server::{self, Answer, MOVED, Outcome, Script, Step};
use super::world::{Shared, World};
use crate::MockSleep;

#[derive(Clone)]
pub(super) struct Network(Shared);

impl Network {
    pub(super) fn new(shared: &Shared) -> Self {
        Self(shared.clone())
    }
}

impl Transport for Network {
    type Body = Body;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<Body>>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let connection = Connection::new(&self.0);
        let answer = {
            let mut world = self.0.world();
            let answer = server::answer(&mut world, &request);
            world.trace_line("network", || summary(&request, &answer));
            answer
        };
        Box::pin(respond(connection, answer))
    }
}

fn summary(request: &Request<RequestBody>, Answer { after, outcome }: &Answer) -> String {
    let answer = match outcome {
        Outcome::Failure => "failure".to_owned(),
        Outcome::Silence => "silence".to_owned(),
        Outcome::Response { status, content_type, retry_after, body, .. } => {
            let (bytes, chunk, steps) = (body.bytes.len(), body.chunk, &body.steps);
            format!(
                "{status} {content_type:?} retry-after {retry_after:?}, {bytes} bytes by {chunk}: {steps:?}"
            )
        }
    };
    format!("asked after {:?}; in {after:?}: {answer}", request.headers().get("last-event-id"))
}

async fn respond(connection: Connection, answer: Answer) -> io::Result<Response<Body>> {
    let clock = connection.0.world().clock.clone();
    clock.sleep_until(clock.now() + answer.after).await;
    if matches!(answer.outcome, Outcome::Silence) {
        connection.0.world().count("silence before the head");
        std::future::pending::<()>().await;
    }
    let Outcome::Response { status, content_type, retry_after, moved, body } = answer.outcome else {
        let mut world = connection.0.world();
        world.count("failure before the head");
        let now = world.now();
        world.session.handle_failure(now);
        return Err(io::ErrorKind::ConnectionRefused.into());
    };
    let is_stream = {
        let mut world = connection.0.world();
        let now = world.now();
        let is_stream = world.session.handle_response(now, status, content_type, retry_after, moved);
        world.count(if is_stream { "stream" } else { "refusal" });
        if moved {
            world.count("redirect");
        }
        if retry_after.is_some() {
            world.count("retry-after");
        }
        is_stream
    };
    let mut response = Response::new(Body { connection, script: body, sent: 0, is_stream, sleep: None });
    *response.status_mut() = StatusCode::from_u16(status).expect("a valid status");
    if let Some(content_type) = content_type {
        response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    }
    if let Some(seconds) = retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    if moved {
        response.extensions_mut().insert(EffectiveUrl(MOVED.parse().expect("a valid URL")));
    }
    Ok(response)
}

/// A connection, which is open from the request until the body is dropped.
struct Connection(Shared);

impl Connection {
    fn new(shared: &Shared) -> Self {
        let mut world = shared.world();
        assert_eq!(world.open, 0, "two connections at once");
        world.open += 1;
        world.connections += 1;
        assert!(world.connections < 1000, "the session does not end");
        Self(shared.clone())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.world().open -= 1;
    }
}

pub(super) struct Body {
    connection: Connection,
    script: Script,
    sent: usize,
    /// Whether the client reads it as an event stream.
    is_stream: bool,
    sleep: Option<MockSleep>,
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let shared = self.connection.0.clone();
        loop {
            if let Some(sleep) = &mut self.sleep {
                ready!(Pin::new(sleep).poll(cx));
                self.sleep = None;
            }
            let mut world = shared.world();
            match self.script.steps.front().copied() {
                Some((at, step)) if at == self.sent => {
                    let silent = matches!(step, Step::Silence);
                    if !silent {
                        self.script.steps.pop_front();
                    }
                    if let Some(item) = self.step(&mut world, step) {
                        return item;
                    }
                }
                next => {
                    let end = next.map_or(self.script.bytes.len(), |(at, _)| at);
                    return Poll::Ready(Some(Ok(self.chunk(&mut world, end))));
                }
            }
        }
    }
}

impl Body {
    /// Performs a step. Returns the result of the poll, or `None` to continue.
    fn step(&mut self, world: &mut World, step: Step) -> Option<Poll<Option<io::Result<Bytes>>>> {
        let clock = world.clock.clone();
        match step {
            Step::Until(at) => self.sleep = Some(clock.sleep_until(at)),
            Step::Pause(time) => self.sleep = Some(clock.sleep_until(clock.now() + time)),
            Step::Jump(by) => world.jump(by),
            Step::Silence => {
                world.count("silence");
                return Some(Poll::Pending);
            }
            Step::End | Step::Failure => {
                let failed = matches!(step, Step::Failure);
                world.count(if failed { "failure" } else { "end" });
                world.trace_line("network", || format!("{step:?} after {} bytes", self.sent));
                let now = world.now();
                if self.is_stream && !failed {
                    self.complete(world);
                }
                world.session.handle_end(now, failed);
                return Some(Poll::Ready(failed.then(|| Err(io::ErrorKind::ConnectionReset.into()))));
            }
        }
        None
    }

    /// Completes the unfinished event at a clean end, if that event ends the stream or the settings
    /// deliver every unfinished event.
    fn complete(&self, world: &mut World) {
        let outcome = world.settings.decode(&self.script.bytes[..self.sent]);
        let (rules, always) = (world.settings.rules, world.settings.delivers_unfinished);
        let completes = |event: &Event| always || rules.end_with(event);
        if let Some(event) = outcome.unfinished.filter(completes) {
            let ends = rules.end_with(&event);
            world.count(if ends {
                "last event without its blank line"
            } else {
                "event without its blank line"
            });
            world.session.handle_unfinished(event);
        }
    }

    fn chunk(&mut self, world: &mut World, end: usize) -> Bytes {
        let from = self.sent;
        self.sent = end.min(from + 1 + world.dice.index(self.script.chunk));
        if let Some(time) = self.script.drip {
            self.script.steps.push_front((self.sent, Step::Pause(time)));
        }
        let bytes = Bytes::copy_from_slice(&self.script.bytes[from..self.sent]);
        world.trace_line("network", || format!("sends {:?}", String::from_utf8_lossy(&bytes)));
        if self.is_stream {
            let now = world.now();
            world.session.handle_bytes(now);
            while self.script.marks.front().is_some_and(|(at, _)| *at <= self.sent) {
                let (_, mark) = self.script.marks.pop_front().expect("the loop has checked it");
                world.count(mark.name());
                if let Some(Frame::Event(event)) = mark.frame() {
                    let verdict = world.settings.rules.verdict(&event);
                    world.count(verdict.name());
                }
                world.session.handle_mark(mark);
            }
        }
        bytes
    }
}
