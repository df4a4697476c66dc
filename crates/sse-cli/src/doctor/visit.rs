//! Sends one request and observes its response.

use std::error::Error as _;
use std::pin::pin;
use std::time::Duration;

use futures_util::{Stream as _, StreamExt as _};
use http::{Request, Response};
use sse_tokio::proto::is_event_stream;
use sse_tokio::sse_http::{Body as HttpBody, Dial, Error, Http};
use sse_tokio::{ConnectTimeout, EffectiveUrl, RequestBody, Transport as _, is_compressed};
use tokio::time::{Instant, timeout, timeout_at};

use super::dial::RecordingDial;
use super::observation::{Answer, Body, End, Item, NoAnswer, Purpose, Stage, Stream, Visit, shown_url};
use super::reading::Reading;

/// The number of bytes to read of a body that is not an event stream.
const EXCERPT: usize = 512;
/// The longest time to read such a body.
const EXCERPT_TIMEOUT: Duration = Duration::from_secs(2);

type RecordedBody = HttpBody<<RecordingDial as Dial>::Stream>;

/// Sends requests, one after the other.
pub(crate) struct Visitor {
    pub(crate) http: Http<RecordingDial>,
    pub(crate) dial: RecordingDial,
    /// The start of the examination, from which all times are counted.
    pub(crate) start: Instant,
    pub(crate) response_timeout: Duration,
    pub(crate) max_event_size: usize,
    pub(crate) is_insecure: bool,
}

/// The end of reading a stream: after `time`, or when `enough` returns true for the latest frames.
pub(crate) struct Until<'a> {
    pub(crate) time: Duration,
    pub(crate) enough: &'a (dyn Fn(&[Item]) -> bool + Sync),
}

impl Visitor {
    /// Sends a request. Reads only the head of the response if `until` is `None`.
    pub(crate) async fn visit(
        &self,
        purpose: Purpose,
        mut request: Request<RequestBody>,
        until: Option<Until<'_>>,
    ) -> Visit {
        let asked_at = self.start.elapsed();
        request.extensions_mut().insert(ConnectTimeout(self.response_timeout));
        self.dial.take();
        let outcome = match timeout(self.response_timeout, self.http.connect(request)).await {
            Ok(Ok(response)) => Ok(self.answer(response, until).await),
            Ok(Err(error)) => Err(self.no_answer(stage(&error), report(&error))),
            Err(_) => {
                let limit = self.response_timeout;
                Err(self.no_answer(Stage::Timeout, format!("no response within {limit:?}")))
            }
        };
        Visit { purpose, asked_at, outcome }
    }

    fn no_answer(&self, stage: Stage, message: String) -> NoAnswer {
        NoAnswer { at: self.start.elapsed(), stage, message }
    }

    async fn answer(&self, response: Response<RecordedBody>, until: Option<Until<'_>>) -> Answer {
        let at = self.start.elapsed();
        let redirected_to = response.extensions().get().map(|EffectiveUrl(url)| shown_url(url.as_str()));
        let (head, body) = response.into_parts();
        let content_type = head.headers.get(http::header::CONTENT_TYPE);
        let is_stream = head.status == 200
            && content_type.is_some_and(|value| is_event_stream(value.as_bytes()))
            && !is_compressed(&head.headers);
        let body = match until {
            None => Body::Unread,
            Some(until) if is_stream => Body::Stream(Box::new(self.stream(body, until).await)),
            Some(_) => Body::Other { beginning: excerpt(body).await },
        };
        let (version, status, headers) = (head.version, head.status, head.headers);
        Answer { at, dialled: self.dial.take(), redirected_to, version, status, headers, body }
    }

    async fn stream(&self, body: RecordedBody, until: Until<'_>) -> Stream {
        let deadline = Instant::now() + until.time;
        let mut reading = Reading::new(self.max_event_size);
        let mut body = pin!(body);
        let end = loop {
            match timeout_at(deadline, body.next()).await {
                Err(_) => break End::Watched,
                Ok(None) => break End::Eof,
                Ok(Some(Err(error))) => break End::Broken(report(&error)),
                Ok(Some(Ok(bytes))) => reading.push(self.start.elapsed(), &bytes),
            }
            if reading.has_enough() || (until.enough)(reading.latest()) {
                break End::Watched;
            }
        };
        reading.end(self.start.elapsed(), end)
    }
}

/// Reads the beginning of a body that is not an event stream.
async fn excerpt(body: RecordedBody) -> String {
    let mut bytes = Vec::new();
    let _ = timeout(EXCERPT_TIMEOUT, async {
        let mut body = pin!(body);
        while let Some(Ok(chunk)) = body.next().await {
            bytes.extend_from_slice(&chunk);
            if bytes.len() >= EXCERPT || body.size_hint().1 == Some(0) {
                return;
            }
        }
    })
    .await;
    bytes.truncate(EXCERPT);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn stage(error: &Error) -> Stage {
    match error {
        Error::Url(_) | Error::Scheme(_) | Error::Connect { .. } | Error::Proxy(_) => Stage::Connecting,
        Error::Tls { .. } => Stage::Tls,
        Error::Redirect(_) => Stage::Redirect,
        _ => Stage::Response,
    }
}

/// Returns the error and all its sources on one line.
fn report(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
