//! Recordings to play to clients.

mod plain;
mod play;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sse_testkit::{RecordedEnd, RecordedResponse};
use sse_tokio::FrameRef;
use sse_tokio::proto::Decoder;

pub(crate) use play::{Pace, Playback, Settings};

/// The text in a recording that replaces a secret.
const HIDDEN: &str = "[hidden]";
/// Headers that belong to the recorded connection, and so are not sent again.
const CONNECTION_HEADERS: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

/// Recorded responses, in the order in which they arrived.
pub(crate) struct Recording {
    responses: Vec<Response>,
    /// The number of requests so far. It selects the response if no event has an ID.
    requests: AtomicUsize,
}

/// One recorded response.
struct Response {
    status: StatusCode,
    headers: HeaderMap,
    /// The time from the request to the response.
    delay: Duration,
    chunks: Vec<Chunk>,
    /// The offset in bytes at which each event ends, and the last event ID there.
    events: Vec<(usize, String)>,
    /// Whether the connection was lost at the end.
    is_dropped: bool,
    /// Whether a client got this response.
    was_played: AtomicBool,
}

/// A chunk of bytes, and the time of its arrival since the response.
struct Chunk {
    at: Duration,
    bytes: Bytes,
}

/// The position in a recording at which a connection starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The index of the response.
    response: usize,
    /// The offset in bytes in the body.
    offset: usize,
}

impl Recording {
    /// Parses a recording or a plain event stream.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, String> {
        if !file.starts_with(br#"{"type":"recording""#) {
            return plain::parse(file);
        }
        // The last line may end in the middle of a character if the recorder was killed.
        let recording: sse_testkit::Recording = String::from_utf8_lossy(file)
            .parse()
            .map_err(|error: sse_testkit::RecordingError| error.to_string())?;
        let mut decoder = Decoder::default();
        let responses = recording.responses().iter().map(|response| {
            let mut response = Response::from_recorded(response)?;
            response.find_events(&mut decoder)?;
            Ok(response)
        });
        responses.collect::<Result<_, String>>().map(Self::new)
    }

    /// Joins the events of all responses into one plain stream.
    pub(crate) fn into_plain(self) -> Result<Self, String> {
        let responses = self.responses.iter().filter(|response| response.status == StatusCode::OK);
        let mut stream = Vec::new();
        for response in responses {
            let bytes = response.chunks.iter().flat_map(|chunk| chunk.bytes.iter().copied());
            stream.extend(bytes.take(response.events.last().map_or(0, |(end, _)| *end)));
        }
        plain::parse(&stream)
    }

    fn new(responses: Vec<Response>) -> Self {
        Self { responses, requests: AtomicUsize::new(0) }
    }

    /// Returns whether there is nothing to play.
    pub(crate) fn is_empty(&self) -> bool {
        self.responses.iter().all(|response| response.chunks.is_empty())
    }

    /// Returns the last event ID after each event, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.responses.iter().flat_map(|response| response.events.iter().map(|(_, id)| id.as_str()))
    }

    /// Returns the position at which a client with this last event ID starts, or `None` if nothing
    /// follows the event. A response without events is played only once, because the client would
    /// otherwise get it again on each reconnection. A HEAD request changes nothing.
    pub(crate) fn position(&self, last_event_id: Option<&[u8]>, is_head: bool) -> Option<Position> {
        let after = last_event_id.and_then(|id| self.after(id));
        if let Some(position) = after {
            let response = &self.responses[position.response];
            if response.events.last().is_some_and(|(end, _)| *end > position.offset) {
                return Some(position);
            }
        }
        let first = match after {
            Some(position) => position.response + 1,
            None if self.ids().all(str::is_empty) => {
                self.requests.fetch_add(usize::from(!is_head), Ordering::Relaxed)
                    % self.responses.len().max(1)
            }
            None => 0,
        };
        let is_left =
            |response: &Response| !response.events.is_empty() || !response.was_played.load(Ordering::Relaxed);
        let response = (first..self.responses.len()).find(|at| is_left(&self.responses[*at]))?;
        Some(Position { response, offset: 0 })
    }

    /// Returns the end of the last event with this ID.
    fn after(&self, id: &[u8]) -> Option<Position> {
        let responses = self.responses.iter().enumerate().rev();
        responses.filter(|_| !id.is_empty()).find_map(|(response, Response { events, .. })| {
            let event = events.iter().rfind(|(_, at)| at.as_bytes() == id);
            event.map(|(offset, _)| Position { response, offset: *offset })
        })
    }

    /// Returns the status of the response at a position.
    pub(crate) fn status(&self, position: Position) -> StatusCode {
        self.responses[position.response].status
    }

    /// Returns the headers of the response at a position.
    pub(crate) fn headers(&self, position: Position) -> &HeaderMap {
        &self.responses[position.response].headers
    }
}

impl Response {
    fn from_recorded(recorded: &RecordedResponse) -> Result<Self, String> {
        let status = StatusCode::from_u16(recorded.status).map_err(|error| error.to_string())?;
        let mut headers = HeaderMap::new();
        for (name, value) in &recorded.headers {
            if value != HIDDEN && !CONNECTION_HEADERS.contains(&name.as_str()) {
                headers.append(name, value.clone());
            }
        }
        let mut response = Self::new(status, headers, recorded.delay);
        let chunks = recorded.chunks.iter().map(|(at, bytes)| Chunk { at: *at, bytes: bytes.clone() });
        response.chunks = chunks.collect();
        response.is_dropped = matches!(recorded.end, Some((_, RecordedEnd::Dropped)));
        Ok(response)
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

    /// Finds the events in the body. The decoder keeps the last event ID across responses.
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

/// Returns the headers of a response that plays a plain stream.
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
        recording.position(id, false).map(|Position { response, offset }| (response, offset))
    }

    #[test]
    fn a_plain_stream_resumes_after_the_last_event_with_the_id() {
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
    fn a_recording_resumes_with_the_response_that_followed() {
        let recording = Recording::parse(WITH_DROP.as_bytes()).expect("a recording");
        assert_eq!(recording.responses.len(), 3);
        assert!(recording.responses[0].is_dropped && !recording.responses[1].is_dropped);
        assert_eq!(recording.responses[0].chunks[1].at, Duration::from_micros(4));
        assert_eq!(recording.responses[0].delay, Duration::from_micros(5));
        assert!(recording.responses[2].headers.is_empty());
        assert_eq!(recording.ids().collect::<Vec<_>>(), ["1", "2", "3"]);
        for (id, expected) in [("", Some((0, 0))), ("1", Some((0, 15))), ("2", Some((1, 0))), ("3", None)] {
            assert_eq!(position(&recording, id), expected, "{id}");
        }
        // The refusal is played once.
        recording.responses[1].was_played.store(true, Ordering::Relaxed);
        assert_eq!(position(&recording, "2"), Some((2, 0)));
    }

    #[test]
    fn without_ids_each_request_gets_the_next_response() {
        let recording = WITH_DROP.replace("id: ", "xx: ").replace("dGE6IGIKCmlkOiAz", "dGE6IGIKCg==");
        let recording = Recording::parse(recording.as_bytes()).expect("a recording");
        let positions: Vec<_> = (0..4).map(|_| position(&recording, "").expect("there is one").0).collect();
        assert_eq!(positions, [0, 1, 2, 0]);
    }

    #[test]
    fn a_recording_can_be_played_as_a_plain_stream() {
        let recording =
            Recording::parse(WITH_DROP.as_bytes()).expect("a recording").into_plain().expect("a stream");
        assert_eq!(recording.responses.len(), 1);
        let stream: Vec<_> = recording.responses[0].chunks.iter().map(|chunk| &chunk.bytes[..]).collect();
        assert_eq!(stream, [&b"id: 1\ndata: a\n\n"[..], b"id: 2\ndata: b\n\n", b"id: 3\ndata: c\n\n"]);
    }

    #[test]
    fn an_error_in_a_recording_names_its_line() {
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
