//! A transport that writes down what another one brings.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use sse_tokio::{Http, RequestBody, Transport};
use tokio::sync::Notify;

use crate::recording::Entry;

/// Writes a recording. Clones write to the same one.
#[derive(Clone)]
pub(crate) struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    start: Instant,
    file: Mutex<Box<dyn Write + Send>>,
    error: Mutex<Option<io::Error>>,
    failed: Notify,
}

impl Recorder {
    pub(crate) fn new(file: Box<dyn Write + Send>) -> Self {
        let (start, file) = (Instant::now(), Mutex::new(file));
        Self { shared: Arc::new(Shared { start, file, error: Mutex::default(), failed: Notify::new() }) }
    }

    /// Writes a line, made from the time now in microseconds. Each line is written as a whole, so that what there is of a
    /// recording can be read however it ends.
    pub(crate) fn write(&self, entry: impl FnOnce(u64) -> Entry) -> io::Result<()> {
        let now = u64::try_from(self.shared.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut line = serde_json::to_vec(&entry(now))?;
        line.push(b'\n');
        let mut file = self.shared.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.flush()
    }

    /// Writes a line; that it could not is told by [`failed`](Self::failed).
    fn note(&self, entry: impl FnOnce(u64) -> Entry) {
        if let Err(error) = self.write(entry) {
            self.shared.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            self.shared.failed.notify_one();
        }
    }

    /// Waits until something cannot be written.
    pub(crate) async fn failed(&self) -> io::Error {
        loop {
            self.shared.failed.notified().await;
            if let Some(error) = self.shared.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return error;
            }
        }
    }
}

/// HTTP, with all that comes written down.
pub(crate) struct Tap {
    http: Http,
    recorder: Recorder,
}

impl Tap {
    pub(crate) fn new(http: Http, recorder: Recorder) -> Self {
        Self { http, recorder }
    }
}

type Body = <Http as Transport>::Body;
type Error = <Http as Transport>::Error;

impl Transport for Tap {
    type Body = TappedBody;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<TappedBody>, Error>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let recorder = self.recorder.clone();
        let id = request
            .headers()
            .get("last-event-id")
            .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        recorder.note(|at_us| Entry::Request { at_us, last_event_id: id.unwrap_or_default() });
        let response = self.http.connect(request);
        Box::pin(async move {
            match response.await {
                Ok(response) => {
                    let (head, body) = response.into_parts();
                    recorder.note(|at_us| Entry::response(at_us, head.status, &head.headers));
                    Ok(Response::from_parts(head, TappedBody { body, recorder }))
                }
                Err(error) => {
                    recorder.note(|at_us| Entry::Failure { at_us, error: error.to_string() });
                    Err(error)
                }
            }
        })
    }
}

/// A body whose chunks are written down as they come.
pub(crate) struct TappedBody {
    body: Body,
    recorder: Recorder,
}

impl Stream for TappedBody {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = Pin::new(&mut self.body).poll_next(cx);
        match &item {
            Poll::Ready(Some(Ok(bytes))) => self.recorder.note(|at_us| Entry::bytes(at_us, bytes)),
            Poll::Ready(Some(Err(error))) => {
                self.recorder.note(|at_us| Entry::Failure { at_us, error: error.to_string() });
            }
            Poll::Ready(None) => self.recorder.note(|at_us| Entry::End { at_us }),
            Poll::Pending => {}
        }
        item
    }
}
