//! Runs `sse-http`.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_core::Stream;
use http::{Method, Request};
use sse_driver::{RequestBody, Transport};
use sse_http::{Dial, Http, Proxy};

use super::wire::{Script, Wire};
use super::{End, Head, Message, Outcome, run};

#[derive(Clone)]
struct Network {
    script: Script,
    silent: Arc<AtomicBool>,
}

impl Dial for Network {
    type Stream = Wire;

    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Wire> {
        Ok(Wire::new(&self.script, &self.silent))
    }

    fn sleep(&self, _time: Duration) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

pub(super) fn outcome(method: &Method, script: &Script) -> Outcome {
    let silent = Arc::new(AtomicBool::new(false));
    let network = Network { script: script.clone(), silent: Arc::clone(&silent) };
    let mut outcome = Outcome { head: None, body: vec![], end: End::Waiting, error: Message::default() };
    let end = run(exchange(network, method, &mut outcome), || silent.load(Ordering::Relaxed));
    outcome.end = match end {
        None => End::Waiting,
        Some(Ok(())) => End::Complete,
        Some(Err(error)) => {
            let causes = std::iter::successors(Some(&error as &dyn StdError), |&error| error.source());
            outcome.error = Message(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "));
            End::Broken
        }
    };
    outcome
}

async fn exchange(network: Network, method: &Method, outcome: &mut Outcome) -> Result<(), sse_http::Error> {
    let mut request = Request::new(RequestBody::default());
    *request.method_mut() = method.clone();
    *request.uri_mut() = "http://test/".parse().expect("a URL");
    let (head, body) = Http::new(network).proxy(Proxy::none()).connect(request).await?.into_parts();
    outcome.head = Some(Head { status: head.status, version: head.version, headers: head.headers });
    let mut body = pin!(body);
    while let Some(chunk) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        outcome.body.extend_from_slice(&chunk?);
    }
    Ok(())
}
