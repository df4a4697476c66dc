//! Sessions over an in-memory network with a simulated clock: they use no socket and never wait.
#![allow(missing_docs)]

mod answers;
mod bodies;
mod deadlines;
mod deciding;
mod diagnostics;
mod ends;
mod life;
mod opening;
#[cfg(feature = "json")]
mod pairs;
mod reading;
mod refusals;
mod requests;
mod resuming;
mod seams;
mod tokens;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use sse_driver::proto::ReconnectPolicy;
use sse_driver::{Client, ClientBuilder, Error, EventRef, RequestBuilder, Timer, Transport};
use sse_harness::{MockTimer, MockTransport, Reply};

const URL: &str = "http://test/events";

struct Test {
    clock: MockTimer,
    net: MockTransport,
}

fn test(script: impl IntoIterator<Item = Reply>) -> Test {
    let clock = MockTimer::new();
    let net = script.into_iter().fold(MockTransport::new(clock.clone()), MockTransport::reply);
    Test { net: net.repeat(Reply::refuse()), clock }
}

impl Test {
    fn builder(&self) -> ClientBuilder<MockTransport, MockTimer> {
        let policy = ReconnectPolicy::default().jitter_percent(0);
        self.net.client().reconnect_policy(policy)
    }

    fn get(&self) -> RequestBuilder<MockTransport, MockTimer> {
        self.builder().build().get(URL)
    }

    fn seconds(&self) -> u64 {
        self.clock.now().since_origin().as_secs()
    }

    /// Reads a session to its end, and returns the data of all events and the end.
    fn read<T: Transport>(&self, request: RequestBuilder<T, MockTimer>) -> (Vec<String>, Result<(), Error>) {
        self.clock.run(async {
            let mut data = Vec::new();
            let mut session = match request.open().await {
                Ok(session) => session,
                Err(error) => return (data, Err(error)),
            };
            while let Some(event) = session.next().await {
                match event {
                    Ok(event) => data.push(event.data.to_string()),
                    Err(error) => {
                        assert!(session.next().await.is_none(), "an error is the last item");
                        return (data, Err(error));
                    }
                }
            }
            assert!(session.next().await.is_none(), "the end is final");
            (data, Ok(()))
        })
    }

    fn header(&self, request: usize, name: &str) -> Option<String> {
        let value = self.net.requests()[request].headers.get(name)?.as_bytes().to_vec();
        Some(String::from_utf8(value).expect("text"))
    }
}

fn events() -> Reply {
    Reply::events()
}

fn no_content() -> Reply {
    Reply::status(204)
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The values that a hook has received.
struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Seen<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn push(&self, value: T) {
        self.0.lock().expect("no panic").push(value);
    }

    fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}
