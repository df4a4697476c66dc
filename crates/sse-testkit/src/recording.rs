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
use crate::reply::{Step, has_no_body};

/// A recorded stream: the bytes that a server sent and their times. It has several responses if the
/// client reconnected.
///
/// The format is a text file with one JSON object per line. `sse record` writes it, and `sse serve`
/// plays it. Times are in microseconds since the start of the recording:
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
/// The first line names the format and its version. A `request` begins each attempt to connect, and
/// a `response` is the response head. `bytes` is a chunk of the body, as `text`, or as `base64` if
/// the chunk alone is not valid UTF-8. `end` is a clean end of the body, and `failure` is a lost
/// connection or a failed attempt. Without either, the connection was still open when the recording
/// stopped. Lines of other types are ignored, and so is a last line without a line end.
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
    /// The status code.
    pub status: u16,
    /// The headers. Values that could be secret are replaced with `[hidden]`.
    pub headers: HeaderMap,
    /// The chunks of the body, each with the time since the response head.
    pub chunks: Vec<(Duration, Bytes)>,
    /// The end of the body, with the time since the response head, or `None` if the body was still
    /// open when the recording stopped.
    pub end: Option<(Duration, RecordedEnd)>,
}

/// The way in which a recorded body ended.
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
    /// The server ended the body cleanly.
    Closed,
    /// The connection was lost.
    Dropped,
}

/// The replacement for secret values.
const HIDDEN: &str = "[hidden]";
/// Headers that belong to the recorded connection. A reply gets its own.
const CONNECTION_HEADERS: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

impl Recording {
    /// Reads a recording from a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read. If it is not a recording, the error is of the
    /// kind [`InvalidData`](io::ErrorKind::InvalidData) and contains a [`RecordingError`].
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        // The last line may end in the middle of a character if the recorder was killed.
        let bytes = fs::read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        text.parse().map_err(|error: RecordingError| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Returns the responses, in order.
    #[must_use]
    pub fn responses(&self) -> &[RecordedResponse] {
        &self.responses
    }

    /// Sets all times to 0, so that a [`MockServer`](crate::MockServer) plays the recording without
    /// delays.
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
    /// Returns a reply that plays the response with its original timing and ends in the same way. A
    /// response that was still open stays open.
    pub fn to_reply(&self) -> Reply {
        let mut reply = Reply::status(self.status).delay(self.delay);
        if !has_no_body(self.status) {
            reply = reply.chunked();
        }
        for (name, value) in &self.headers {
            if value != HIDDEN && !CONNECTION_HEADERS.contains(&name.as_str()) {
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

/// The error when a text is not a valid [`Recording`].
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
    /// The number of the invalid line, starting at 1.
    pub line: usize,
    problem: String,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl Error for RecordingError {}
