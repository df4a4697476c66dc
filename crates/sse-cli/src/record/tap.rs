//! A transport that records the responses of HTTP.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use jiff::Timestamp;
use sse_testkit::RecordingWriter;
use sse_tokio::{Http, RequestBody, Transport};
use tokio::sync::Notify;

type Writer = RecordingWriter<Box<dyn Write + Send>>;

/// Writes a recording, once it has begun. Clones write to the same one.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The start of the recording and its file.
    writer: Mutex<Option<(Instant, Writer)>>,
    error: Mutex<Option<io::Error>>,
    failed: Notify,
}

impl Recorder {
    /// Begins the recording. Each line is written with one call, so that the recording can be read
    /// even if the process is killed.
    pub(crate) fn begin(&self, file: Box<dyn Write + Send>, url: &str) -> io::Result<()> {
        let (start, time) = (Instant::now(), format!("{:.3}", Timestamp::now()));
        let writer = RecordingWriter::new(file, url, &time)?;
        *lock(&self.shared.writer) = Some((start, writer));
        Ok(())
    }

    /// Writes a line with the time since the start. The first error is kept.
    fn note(&self, write: impl FnOnce(&mut Writer, Duration) -> io::Result<()>) {
        let Some((start, writer)) = &mut *lock(&self.shared.writer) else { return };
        if let Err(error) = write(writer, start.elapsed()) {
            lock(&self.shared.error).get_or_insert(error);
            self.shared.failed.notify_one();
        }
    }

    /// Waits until a write fails.
    pub(crate) async fn failed(&self) {
        self.shared.failed.notified().await;
    }

    /// Returns the error of the first write that failed.
    pub(crate) fn take_error(&self) -> Option<io::Error> {
        lock(&self.shared.error).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An HTTP transport that records its requests and responses.
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
        recorder.note(|writer, at| writer.request(at, &id.unwrap_or_default()));
        let response = self.http.connect(request);
        Box::pin(async move {
            match response.await {
                Ok(response) => {
                    let (head, body) = response.into_parts();
                    recorder.note(|writer, at| writer.response(at, head.status.as_u16(), &head.headers));
                    Ok(Response::from_parts(head, TappedBody { body, recorder }))
                }
                Err(error) => {
                    recorder.note(|writer, at| writer.failure(at, &error.to_string()));
                    Err(error)
                }
            }
        })
    }
}

/// A response body that records its chunks as they arrive.
pub(crate) struct TappedBody {
    body: Body,
    recorder: Recorder,
}

impl Stream for TappedBody {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = Pin::new(&mut self.body).poll_next(cx);
        match &item {
            Poll::Ready(Some(Ok(bytes))) => self.recorder.note(|writer, at| writer.bytes(at, bytes)),
            Poll::Ready(Some(Err(error))) => {
                self.recorder.note(|writer, at| writer.failure(at, &error.to_string()));
            }
            Poll::Ready(None) => self.recorder.note(|writer, at| writer.end(at)),
            Poll::Pending => {}
        }
        item
    }
}
