//! Recordings, as they are played to clients.

mod plain;
mod play;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sse_testkit::{RecordedEnd, RecordedResponse};
use sse_tokio::FrameRef;
use sse_tokio::proto::Decoder;

pub(crate) use play::{Pace, Playing, Settings};

/// What stands in a recording in place of a secret.
const HIDDEN: &str = "[hidden]";
/// Headers of the connection on which a response was recorded. Another one has its own.
const OF_THE_CONNECTION: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

/// One or several responses, as they came one after the other.
pub(crate) struct Recording {
    takes: Vec<Take>,
    /// Counts the requests without an ID, where no event has one.
    requests: AtomicUsize,
}

/// One response.
struct Take {
    status: StatusCode,
    headers: HeaderMap,
    /// From the request to the response.
    delay: Duration,
    chunks: Vec<Chunk>,
    /// Where each event ends, in bytes, and the last event ID there.
    events: Vec<(usize, String)>,
    /// Whether the connection broke off at the end.
    is_dropped: bool,
    was_played: AtomicBool,
}

/// Bytes, and when they came after the response began.
struct Chunk {
    at: Duration,
    bytes: Bytes,
}

/// Where in a recording a connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    take: usize,
    offset: usize,
}

impl Recording {
    /// Reads a recording, or a plain stream.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, String> {
        if !file.starts_with(br#"{"type":"recording""#) {
            return plain::parse(file);
        }
        // A recording is text, but its last line may be cut off in the middle of a character.
        let recording: sse_testkit::Recording = String::from_utf8_lossy(file)
            .parse()
            .map_err(|error: sse_testkit::RecordingError| error.to_string())?;
        let mut decoder = Decoder::default();
        let takes = recording.responses().iter().map(|response| {
            let mut take = Take::of(response)?;
            take.find_events(&mut decoder)?;
            Ok(take)
        });
        takes.collect::<Result<_, String>>().map(Self::new)
    }

    /// The events of all responses as a plain stream, one after the other.
    pub(crate) fn into_plain(self) -> Result<Self, String> {
        let takes = self.takes.iter().filter(|take| take.status == StatusCode::OK);
        let mut stream = Vec::new();
        for take in takes {
            let bytes = take.chunks.iter().flat_map(|chunk| chunk.bytes.iter().copied());
            stream.extend(bytes.take(take.events.last().map_or(0, |(end, _)| *end)));
        }
        plain::parse(&stream)
    }

    fn new(takes: Vec<Take>) -> Self {
        Self { takes, requests: AtomicUsize::new(0) }
    }

    /// Whether there is nothing to play.
    pub(crate) fn is_empty(&self) -> bool {
        self.takes.iter().all(|take| take.chunks.is_empty())
    }

    /// The last event ID at each event, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.takes.iter().flat_map(|take| take.events.iter().map(|(_, id)| id.as_str()))
    }

    /// Where a client begins that has this last event ID; `None` if nothing comes after it. A
    /// response without an event is passed over once it was played, or the client would ask for it
    /// for ever. A client that only looks (HEAD) leaves everything as it is.
    pub(crate) fn position(&self, last_event_id: Option<&[u8]>, only_looks: bool) -> Option<Position> {
        let after = last_event_id.and_then(|id| self.after(id));
        if let Some(position) = after {
            let take = &self.takes[position.take];
            if take.events.last().is_some_and(|(end, _)| *end > position.offset) {
                return Some(position);
            }
        }
        let first = match after {
            Some(position) => position.take + 1,
            None if self.ids().all(str::is_empty) => {
                self.requests.fetch_add(usize::from(!only_looks), Ordering::Relaxed) % self.takes.len().max(1)
            }
            None => 0,
        };
        let is_left = |take: &Take| !take.events.is_empty() || !take.was_played.load(Ordering::Relaxed);
        let take = (first..self.takes.len()).find(|at| is_left(&self.takes[*at]))?;
        Some(Position { take, offset: 0 })
    }

    /// Where the last event ends that has this ID.
    fn after(&self, id: &[u8]) -> Option<Position> {
        let takes = self.takes.iter().enumerate().rev();
        takes.filter(|_| !id.is_empty()).find_map(|(take, Take { events, .. })| {
            let event = events.iter().rfind(|(_, at)| at.as_bytes() == id);
            event.map(|(offset, _)| Position { take, offset: *offset })
        })
    }

    pub(crate) fn status(&self, position: Position) -> StatusCode {
        self.takes[position.take].status
    }

    pub(crate) fn headers(&self, position: Position) -> &HeaderMap {
        &self.takes[position.take].headers
    }
}

impl Take {
    fn of(response: &RecordedResponse) -> Result<Self, String> {
        let status = StatusCode::from_u16(response.status).map_err(|error| error.to_string())?;
        let mut headers = HeaderMap::new();
        for (name, value) in &response.headers {
            if value != HIDDEN && !OF_THE_CONNECTION.contains(&name.as_str()) {
                headers.append(name, value.clone());
            }
        }
        let mut take = Self::new(status, headers, response.delay);
        let chunks = response.chunks.iter().map(|(at, bytes)| Chunk { at: *at, bytes: bytes.clone() });
        take.chunks = chunks.collect();
        take.is_dropped = matches!(response.end, Some((_, RecordedEnd::Dropped)));
        Ok(take)
    }

    fn new(status: StatusCode, headers: HeaderMap, delay: Duration) -> Self {
        Self {
            status,
            headers,
            delay,
            chunks: Vec::new(),
            events: Vec::new(),
            is_dropped: false,
            was_played: AtomicBool::new(false),
        }
    }

    /// Finds the events. The decoder knows the last event ID of the responses before.
    fn find_events(&mut self, decoder: &mut Decoder) -> Result<(), String> {
        decoder.reset();
        let mut read = 0;
        for chunk in self.chunks.iter().filter(|_| self.status == StatusCode::OK) {
            let mut rest = &chunk.bytes[..];
            while let Some(frame) = decoder.decode(&mut rest).map_err(|error| error.to_string())? {
                if let FrameRef::Event(event) = frame {
                    let id = event.last_event_id.to_owned();
                    self.events.push((read + chunk.bytes.len() - rest.len(), id));
                }
            }
            read += chunk.bytes.len();
        }
        Ok(())
    }
}

/// The headers that every response of a plain stream has.
fn event_stream_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let header = |text| HeaderValue::from_static(text);
    headers.insert(HeaderName::from_static("content-type"), header("text/event-stream"));
    headers.insert(HeaderName::from_static("cache-control"), header("no-cache"));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(recording: &Recording, id: &str) -> Option<(usize, usize)> {
        let id = Some(id.as_bytes()).filter(|id| !id.is_empty());
        recording.position(id, false).map(|Position { take, offset }| (take, offset))
    }

    #[test]
    fn a_plain_stream_goes_on_after_the_last_event_with_the_id() {
        let recording = Recording::parse(b": x\nid: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\ndata: cut")
            .expect("a stream");
        for (id, expected) in
            [("", Some((0, 0))), ("1", Some((0, 28))), ("2", None), ("unknown", Some((0, 0)))]
        {
            assert_eq!(position(&recording, id), expected, "{id}");
        }
    }

    const WITH_DROP: &str = r#"{"type":"recording","version":1,"url":"http://h/","time":"2026-01-01T00:00:00Z"}
{"type":"request","at_us":0,"last_event_id":""}
{"type":"response","at_us":5,"status":200,"headers":[["content-type","text/event-stream"]]}
{"type":"bytes","at_us":7,"text":"id: 1\ndata: a\n\nid: 2\nda"}
{"type":"bytes","at_us":9,"base64":"dGE6IGIKCmlkOiAz"}
{"type":"failure","at_us":10,"error":"reset"}
{"type":"request","at_us":11,"last_event_id":"2"}
{"type":"response","at_us":12,"status":503,"headers":[]}
{"type":"end","at_us":12}
{"type":"something new"}
{"type":"request","at_us":13,"last_event_id":"2"}
{"type":"response","at_us":14,"status":200,"headers":[["set-cookie","[hidden]"]]}
{"type":"bytes","at_us":15,"text":"id: 3\ndata: c\n\n"}
{"type":"bytes","at_us":16,"te"#;

    #[test]
    fn a_recording_goes_on_with_the_response_that_followed() {
        let recording = Recording::parse(WITH_DROP.as_bytes()).expect("a recording");
        assert_eq!(recording.takes.len(), 3);
        assert!(recording.takes[0].is_dropped && !recording.takes[1].is_dropped);
        assert_eq!(recording.takes[0].chunks[1].at, Duration::from_micros(4));
        assert_eq!(recording.takes[0].delay, Duration::from_micros(5));
        assert!(recording.takes[2].headers.is_empty());
        assert_eq!(recording.ids().collect::<Vec<_>>(), ["1", "2", "3"]);
        for (id, expected) in [("", Some((0, 0))), ("1", Some((0, 15))), ("2", Some((1, 0))), ("3", None)] {
            assert_eq!(position(&recording, id), expected, "{id}");
        }
        // The refusal comes once.
        recording.takes[1].was_played.store(true, Ordering::Relaxed);
        assert_eq!(position(&recording, "2"), Some((2, 0)));
    }

    #[test]
    fn without_ids_each_request_has_the_response_that_follows() {
        let recording = WITH_DROP.replace("id: ", "xx: ").replace("dGE6IGIKCmlkOiAz", "dGE6IGIKCg==");
        let recording = Recording::parse(recording.as_bytes()).expect("a recording");
        let positions: Vec<_> = (0..4).map(|_| position(&recording, "").expect("there is one").0).collect();
        assert_eq!(positions, [0, 1, 2, 0]);
    }

    #[test]
    fn a_recording_can_be_played_as_a_plain_stream() {
        let recording =
            Recording::parse(WITH_DROP.as_bytes()).expect("a recording").into_plain().expect("a stream");
        assert_eq!(recording.takes.len(), 1);
        let stream: Vec<_> = recording.takes[0].chunks.iter().map(|chunk| &chunk.bytes[..]).collect();
        assert_eq!(stream, [&b"id: 1\ndata: a\n\n"[..], b"id: 2\ndata: b\n\n", b"id: 3\ndata: c\n\n"]);
    }

    #[test]
    fn what_is_wrong_with_a_recording_is_told_with_its_line() {
        for (line, problem) in [
            ("{", "line 2: "),
            (r#"{"type":"bytes","at_us":7,"text":"a"}"#, "line 2: bytes without a response"),
            (r#"{"type":"response","at_us":7,"status":7,"headers":[]}"#, "line 2: "),
            (r#"{"type":"response","at_us":7,"status":200,"headers":[["a b",""]]}"#, "line 2: "),
        ] {
            let first = WITH_DROP.lines().next().expect("a line");
            let error = Recording::parse(format!("{first}\n{line}\n").as_bytes()).err().expect("it is wrong");
            assert!(error.starts_with(problem), "{error}");
        }
        let newer = WITH_DROP.replace(r#""version":1"#, r#""version":2"#);
        let error = Recording::parse(newer.as_bytes()).err().expect("it is wrong");
        assert_eq!(error, "line 1: expected a recording of version 1, got version 2");
    }
}
