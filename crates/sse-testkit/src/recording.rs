//! A recorded stream as a fixture.

mod entry;
mod read;
mod writer;

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

pub use writer::RecordingWriter;

use crate::Reply;
use crate::reply::Step;

/// What a server sent, byte for byte and with its times: one response, or several if the client
/// reconnected.
///
/// It is a text file with one JSON object on each line, which `sse record` writes and `sse serve`
/// plays. Times are microseconds since the recording began:
///
/// ```text
/// {"type":"recording","version":1,"url":"http://localhost/events","time":"2026-01-01T00:00:00Z"}
/// {"type":"request","at_us":0,"last_event_id":""}
/// {"type":"response","at_us":1500,"status":200,"headers":[["content-type","text/event-stream"]]}
/// {"type":"bytes","at_us":2000,"text":"id: 1\ndata: one\n\n"}
/// {"type":"bytes","at_us":900000,"base64":"aWQ6IDIKZGF0YTog/w=="}
/// {"type":"failure","at_us":910000,"error":"connection reset"}
/// ```
///
/// The first line names the format and its version. A `request` begins each attempt, and `response`
/// is the head that it got. `bytes` is a chunk of the body, as `text`, or as `base64` if it is not
/// UTF-8 by itself. `end` is a clean end of the body, and `failure` a lost connection or one that
/// was never made; without either, the connection was still open when the recording stopped. Lines
/// of other types are left out, and so is a last line that has no line end.
///
/// ```
/// use sse_testkit::{MockTimer, MockTransport, Recording};
///
/// # let path = std::env::temp_dir().join(format!("sse-testkit-doc-{}.jsonl", std::process::id()));
/// # std::fs::write(&path, concat!(
/// #     "{\"type\":\"recording\",\"version\":1,\"url\":\"http://localhost/events\",\"time\":\"2026-01-01T00:00:00Z\"}\n",
/// #     "{\"type\":\"response\",\"at_us\":0,\"status\":200,\"headers\":[[\"content-type\",\"text/event-stream\"]]}\n",
/// #     "{\"type\":\"bytes\",\"at_us\":2000,\"text\":\"data: one\\n\\n\"}\n",
/// #     "{\"type\":\"end\",\"at_us\":3000}\n",
/// # ))?;
/// let recording = Recording::load(&path)?;
/// let timer = MockTimer::new();
/// let client = MockTransport::new(timer.clone()).play(&recording).client().build();
/// timer.run(async {
///     let mut session = client.get("http://test/events").open().await?;
///     assert_eq!(session.next().await.expect("an event")?.data, "one");
///     Ok::<(), sse_driver::Error>(())
/// })?;
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recording {
    responses: Vec<RecordedResponse>,
}

/// One response of a [`Recording`].
///
/// ```
/// use sse_testkit::{RecordedResponse, Recording};
///
/// fn body(response: &RecordedResponse) -> Vec<u8> {
///     response.chunks.iter().flat_map(|(_, chunk)| chunk.to_vec()).collect()
/// }
/// # let _ = body;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// The time from the request to the response head.
    pub delay: Duration,
    /// The status.
    pub status: u16,
    /// The headers. The value of one that could be secret is `[hidden]`.
    pub headers: HeaderMap,
    /// The chunks of the body, with their times since the response head.
    pub chunks: Vec<(Duration, Bytes)>,
    /// When the body ended, as the time since the response head, and how; `None` if it was still
    /// open.
    pub end: Option<(Duration, RecordedEnd)>,
}

/// How a recorded body ended.
///
/// ```
/// use sse_testkit::{RecordedEnd, RecordedResponse};
///
/// fn was_lost(response: &RecordedResponse) -> bool {
///     matches!(response.end, Some((_, RecordedEnd::Dropped)))
/// }
/// # let _ = was_lost;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordedEnd {
    /// The server ended it.
    Closed,
    /// The connection was lost.
    Dropped,
}

/// What stands in place of a secret.
const HIDDEN: &str = "[hidden]";
/// Headers of the connection on which a response was recorded. Another one has its own.
const OF_THE_CONNECTION: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

impl Recording {
    /// Reads a recording from a file.
    ///
    /// # Errors
    ///
    /// The error of reading the file; one of the kind [`InvalidData`](io::ErrorKind::InvalidData),
    /// made of a [`RecordingError`], if it is not a recording.
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        text.parse().map_err(|error: RecordingError| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Returns the responses, in order.
    #[must_use]
    pub fn responses(&self) -> &[RecordedResponse] {
        &self.responses
    }

    /// Sets all times to 0, so that a [`MockServer`](crate::MockServer) plays the recording at
    /// once.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        for response in &mut self.responses {
            response.delay = Duration::ZERO;
            response.chunks.iter_mut().for_each(|(at, _)| *at = Duration::ZERO);
            response.end = response.end.map(|(_, end)| (Duration::ZERO, end));
        }
        self
    }
}

impl RecordedResponse {
    /// Returns a reply that plays the response at its own pace and ends as it did. A response that
    /// was still open stays open.
    pub fn to_reply(&self) -> Reply {
        let mut reply = Reply::status(self.status).delay(self.delay);
        if !matches!(self.status, 100..=199 | 204 | 304) {
            reply = reply.chunked();
        }
        for (name, value) in &self.headers {
            if value != HIDDEN && !OF_THE_CONNECTION.contains(&name.as_str()) {
                reply = reply.header(name.as_str(), value);
            }
        }
        let mut now = Duration::ZERO;
        let mut wait = |reply: Reply, at: Duration| {
            let time = at.saturating_sub(now);
            now = now.max(at);
            if time.is_zero() { reply } else { reply.pause(time) }
        };
        for (at, bytes) in &self.chunks {
            reply = wait(reply, *at).step(Step::Send(bytes.to_vec()));
        }
        match self.end {
            Some((at, RecordedEnd::Closed)) => wait(reply, at).close(),
            Some((at, RecordedEnd::Dropped)) => wait(reply, at).drop_connection(),
            None => reply.stall(),
        }
    }
}

impl FromStr for Recording {
    type Err = RecordingError;

    fn from_str(text: &str) -> Result<Self, RecordingError> {
        read::read(text)
    }
}

/// A text is not a recording.
///
/// ```
/// use sse_testkit::Recording;
///
/// let error = "data: one\n\n".parse::<Recording>().expect_err("it is a plain stream");
/// assert_eq!(error.line, 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingError {
    /// The number of the line, from 1.
    pub line: usize,
    problem: String,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl Error for RecordingError {}
