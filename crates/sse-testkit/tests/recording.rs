//! Tests that recordings are read, written and played.
#![cfg(all(feature = "client", feature = "recording"))]
#![allow(missing_docs)]

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use sse_testkit::{MockServer, MockTimer, MockTransport, RecordedEnd, Recording, RecordingWriter};

/// Four attempts: a stream that is cut off, a refused connection, an error status, and the rest of
/// the stream. The last line is incomplete.
const RECORDING: &str = r#"{"type":"recording","version":1,"url":"http://h/","time":"2026-01-01T00:00:00Z"}
{"type":"request","at_us":0,"last_event_id":""}
{"type":"response","at_us":2000000,"status":200,"headers":[["content-type","text/event-stream"],["set-cookie","[hidden]"],["connection","close"]]}
{"type":"bytes","at_us":3000000,"text":"id: 1\ndata: a\n\nid: 2\nda"}
{"type":"bytes","at_us":9000000,"base64":"dGE6IGIKCmlkOiAz"}
{"type":"failure","at_us":10000000,"error":"reset"}
{"type":"request","at_us":11000000,"last_event_id":"2"}
{"type":"failure","at_us":11500000,"error":"refused"}
{"type":"request","at_us":12000000,"last_event_id":"2"}
{"type":"response","at_us":12000000,"status":503,"headers":[["x-a","1"]]}
{"type":"end","at_us":12000000}
{"type":"something new"}

{"type":"request","at_us":13000000,"last_event_id":"2"}
{"type":"response","at_us":14000000,"status":200,"headers":[["content-type","text/event-stream"]]}
{"type":"bytes","at_us":15000000,"text":"id: 3\ndata: c\n\n"}
{"type":"bytes","at_us":16000000,"te"#;

fn recording() -> Recording {
    RECORDING.parse().expect("a recording")
}

#[test]
fn a_recording_has_its_responses_with_their_times() {
    let recording = recording();
    let [first, second, third] = recording.responses() else { panic!("{recording:?}") };
    let seconds = Duration::from_secs;
    assert_eq!((first.delay, first.status, first.headers.len()), (seconds(2), 200, 3));
    let chunks = [(seconds(1), "id: 1\ndata: a\n\nid: 2\nda".into()), (seconds(7), "ta: b\n\nid: 3".into())];
    assert_eq!(first.chunks, chunks);
    assert_eq!(first.end, Some((seconds(8), RecordedEnd::Dropped)));
    assert_eq!((second.status, second.end), (503, Some((seconds(0), RecordedEnd::Closed))));
    assert_eq!((third.delay, third.chunks.len(), third.end), (seconds(1), 1, None));
}

#[test]
fn a_played_recording_keeps_its_timing_and_the_client_resumes() {
    let play = |recording: &Recording| {
        let timer = MockTimer::new();
        let transport = MockTransport::new(timer.clone()).play(recording);
        let client = transport.client().reconnection_time(Duration::ZERO).build();
        let data = timer.run(async {
            let mut session = client.get("http://test/").open().await.expect("open");
            assert_eq!(
                session.response().expect("it is open").headers().len(),
                1,
                "hidden headers and those of the connection are left out"
            );
            let mut data = Vec::new();
            while data.len() < 3 {
                data.push(session.next().await.expect("an event").expect("no error").data.to_string());
            }
            data
        });
        assert_eq!(data, ["a", "b", "c"]);
        let requests = transport.requests();
        assert_eq!(
            requests.iter().map(|request| request.last_event_id()).collect::<Vec<_>>(),
            [None, Some("2"), Some("2")]
        );
        requests[1].received
    };
    let lost_after = play(&recording());
    assert!(lost_after >= Duration::from_secs(2 + 8), "{lost_after:?}");
    assert!(play(&recording().without_pauses()) < lost_after - Duration::from_secs(8));
}

#[test]
fn a_server_plays_a_recording() {
    let server = MockServer::new().play(&recording().without_pauses());
    let first = smol::block_on(async {
        let mut session = sse_smol::Client::new().get(server.url("/")).open().await.expect("open");
        session.next().await.expect("an event").expect("no error")
    });
    assert_eq!(first.data, "a");
}

/// The chunks include every byte and every pair of bytes.
#[test]
fn a_written_recording_is_read_back() {
    let pairs: Vec<u8> = (0..=255).flat_map(|a| (0..=255).flat_map(move |b| [a, b])).collect();
    let mut headers = HeaderMap::new();
    headers.insert("x-a", HeaderValue::from_static("1"));
    headers.insert("x-api-key", HeaderValue::from_static("secret"));
    let mut marked = HeaderValue::from_static("secret");
    marked.set_sensitive(true);
    headers.insert("x-marked", marked);
    for chunk in [&b""[..], b"data: one\n\n", "\u{feff}\u{20ac}\u{85}\u{2028}\"\\".as_bytes(), &pairs] {
        let mut file = Vec::new();
        let at = Duration::from_millis;
        let mut writer =
            RecordingWriter::new(&mut file, "http://h/", "now").expect("writing to a vector cannot fail");
        writer.request(at(1), "7").expect("writing to a vector cannot fail");
        writer.response(at(2), 200, &headers).expect("writing to a vector cannot fail");
        writer.bytes(at(4), chunk).expect("writing to a vector cannot fail");
        writer.failure(at(8), "reset").expect("writing to a vector cannot fail");
        let text = String::from_utf8(file).expect("a recording is text");
        assert!(!text.contains("secret"), "{text}");
        let recording: Recording = text.parse().expect("it was just written");
        let [response] = recording.responses() else { panic!("{recording:?}") };
        assert_eq!((response.delay, response.status), (at(1), 200));
        assert_eq!(response.headers["x-a"], "1");
        assert_eq!(response.chunks, [(at(2), chunk.to_vec().into())]);
        assert_eq!(response.end, Some((at(6), RecordedEnd::Dropped)));
    }
}

#[test]
fn an_error_names_the_line() {
    let first = RECORDING.lines().next().expect("a line");
    for (line, problem) in [
        ("{", "line 2: EOF while parsing"),
        (r#"{"type":"bytes","at_us":7,"text":"a"}"#, "line 2: bytes without a response"),
        (r#"{"type":"response","at_us":7,"status":7,"headers":[]}"#, "line 2: 7 is not an HTTP status"),
        (
            r#"{"type":"response","at_us":7,"status":200,"headers":[["a b",""]]}"#,
            "line 2: \"a b\" is not a header name",
        ),
        (
            r#"{"type":"recording","version":2,"url":"","time":""}"#,
            "line 2: expected a recording of version 1, got version 2",
        ),
    ] {
        let error = format!("{first}\n{line}\n").parse::<Recording>().expect_err(line);
        assert!(error.to_string().starts_with(problem), "{error}");
    }
    for (text, problem) in [
        ("", "line 1: expected a line of the type `recording`"),
        ("data: one\n\n", "line 1: expected value"),
        ("{\"type\":\"end\",\"at_us\":1}\n", "line 1: expected a line of the type `recording`"),
    ] {
        let error = text.parse::<Recording>().expect_err(text);
        assert!(error.to_string().starts_with(problem), "{error}");
    }
}

#[test]
fn load_reads_a_file() {
    let path = std::env::temp_dir().join(format!("sse-testkit-{}.jsonl", std::process::id()));
    std::fs::write(&path, RECORDING).expect("a file can be written");
    assert_eq!(Recording::load(&path).expect("a recording").responses().len(), 3);
    let cut = [RECORDING.as_bytes(), b"{\"type\":\"bytes\",\"at_us\":99,\"text\":\"caf\xc3"].concat();
    std::fs::write(&path, cut).expect("a file can be written");
    let cut = Recording::load(&path).expect("its last line is ignored");
    assert_eq!(cut.responses().len(), 3);
    std::fs::write(&path, "data: one\n\n").expect("a file can be written");
    assert_eq!(
        Recording::load(&path).expect_err("it is not a recording").kind(),
        std::io::ErrorKind::InvalidData
    );
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(Recording::load(&path).expect_err("it is gone").kind(), std::io::ErrorKind::NotFound);
}
