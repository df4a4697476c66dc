//! A recorded response body as a fixture.

mod line;
mod writer;

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;

pub use writer::RecordingWriter;

use crate::Reply;
use crate::reply::Step;
use line::Line;

/// The body of one response, byte for byte, with the time of each chunk.
///
/// It is a text file, which `sse record` writes, `sse serve` plays, and a person can read and edit:
///
/// ```text
/// sse-recording 1
/// # Anything after a number sign is a comment.
/// 0.000 "id: 1\ndata: one\n\n"
/// 1.500 "id: 2\ndata: tw"
/// 2.250 drop
/// ```
///
/// The first line names the format and its version. Each other line has a time in seconds since the response head, which
/// never goes back, and what came then: a chunk in double quotes, `end` for a clean end of the body, or `drop` for a lost
/// connection. In a chunk, `\n`, `\r`, `\t`, `\"`, `\\` and `\xNN` (one byte) are escapes; all else stands for itself in
/// UTF-8. Nothing comes after `end` or `drop`; without them the connection was still open when the recording stopped.
///
/// ```
/// use std::time::Duration;
/// use sse_testkit::{MockTimer, MockTransport, Recording};
///
/// let recording: Recording = "sse-recording 1\n0.000 \"data: one\\n\\n\"\n60.000 \"data: two\\n\\n\"\n60.000 end\n".parse()?;
/// assert_eq!(recording.duration(), Duration::from_secs(60));
///
/// let timer = MockTimer::new();
/// let client = MockTransport::new(timer.clone()).reply(recording.to_reply()).client().build();
/// timer.run(async {
///     let mut session = client.get("http://test/events").open().await?;
///     assert_eq!(session.next().await.expect("an event")?.data, "one");
///     assert_eq!(session.next().await.expect("an event")?.data, "two");
///     Ok::<(), sse_driver::Error>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    chunks: Vec<(Duration, Bytes)>,
    end: Option<(Duration, End)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    End,
    Drop,
}

/// The first line of a recording.
const HEADER: &str = "sse-recording 1";

impl Recording {
    /// Reads a recording from a file.
    ///
    /// # Errors
    ///
    /// The error of reading the file; one of the kind [`InvalidData`](io::ErrorKind::InvalidData) with a
    /// [`RecordingError`] as its source if it is not a recording.
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        text.parse().map_err(|error: RecordingError| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Returns the chunks with their times since the response head, in order.
    pub fn chunks(&self) -> impl Iterator<Item = (Duration, &Bytes)> {
        self.chunks.iter().map(|(at, bytes)| (*at, bytes))
    }

    /// Returns whether the connection was lost.
    #[must_use]
    pub fn is_dropped(&self) -> bool {
        matches!(self.end, Some((_, End::Drop)))
    }

    /// Returns whether the body ended cleanly.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.end, Some((_, End::End)))
    }

    /// Returns the time of the last line.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.end.map(|(at, _)| at).or_else(|| self.chunks.last().map(|(at, _)| *at)).unwrap_or_default()
    }

    /// Moves all times to 0, so that a [`MockServer`](crate::MockServer) plays the recording at once.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        self.chunks.iter_mut().for_each(|(at, _)| *at = Duration::ZERO);
        self.end = self.end.map(|(_, end)| (Duration::ZERO, end));
        self
    }

    /// Returns an event stream that plays the recording at its own pace and ends as it did. One that was still open when
    /// the recording stopped stays open.
    pub fn to_reply(&self) -> Reply {
        let mut reply = Reply::events();
        let mut now = Duration::ZERO;
        let mut pause = |reply: Reply, at: Duration| {
            let time = at.saturating_sub(now);
            now = at;
            if time.is_zero() { reply } else { reply.pause(time) }
        };
        for (at, bytes) in &self.chunks {
            reply = pause(reply, *at).step(Step::Send(bytes.to_vec()));
        }
        match self.end {
            Some((at, End::End)) => pause(reply, at).close(),
            Some((at, End::Drop)) => pause(reply, at).drop_connection(),
            None => reply.stall(),
        }
    }
}

impl FromStr for Recording {
    type Err = RecordingError;

    fn from_str(text: &str) -> Result<Self, RecordingError> {
        let mut lines = text.lines().enumerate();
        let header = lines.next().map_or("", |(_, line)| line.trim_end());
        if header != HEADER {
            return Err(RecordingError { line: 1, expected: "the line \"sse-recording 1\"" });
        }
        let mut recording = Self::default();
        for (index, line) in lines {
            let line_error = |expected| RecordingError { line: index + 1, expected };
            let Some((at, line)) = line::parse(line).map_err(line_error)? else { continue };
            if recording.end.is_some() {
                return Err(line_error("nothing after the end"));
            }
            if at < recording.duration() {
                return Err(line_error("a time that is not before that of the line above"));
            }
            match line {
                Line::Chunk(bytes) => recording.chunks.push((at, bytes.into())),
                Line::End => recording.end = Some((at, End::End)),
                Line::Drop => recording.end = Some((at, End::Drop)),
            }
        }
        Ok(recording)
    }
}

/// The text of the recording.
impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        for (at, bytes) in &self.chunks {
            line::write_chunk(f, *at, bytes)?;
        }
        match self.end {
            Some((at, End::End)) => line::write_end(f, at, "end"),
            Some((at, End::Drop)) => line::write_end(f, at, "drop"),
            None => Ok(()),
        }
    }
}

/// A text is not a recording.
///
/// ```
/// use sse_testkit::Recording;
///
/// let error = "sse-recording 1\n0.000 data\n".parse::<Recording>().expect_err("it has no quotes");
/// assert_eq!(error.to_string(), "line 2: expected a chunk in quotes, end or drop");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingError {
    /// The number of the line, from 1.
    pub line: usize,
    expected: &'static str,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: expected {}", self.line, self.expected)
    }
}

impl Error for RecordingError {}
