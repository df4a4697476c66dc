//! `sse record`, and `sse serve` playing its recordings.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::Value;
use sse_harness::{MockServer, Reply, serve as mock};

use super::common::{Folder, contents, run, sse, text};
use super::serve::Serving;

/// One response of a recording, with times in microseconds.
#[derive(Debug, Default)]
struct RecordedResponse {
    status: u64,
    headers: Vec<(String, String)>,
    chunks: Vec<(u64, Vec<u8>)>,
    end: String,
}

impl RecordedResponse {
    fn bytes(&self) -> Vec<u8> {
        self.chunks.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    /// Returns the times since the response at which the bytes at these offsets arrived.
    fn times(&self, offsets: &[usize]) -> Vec<u64> {
        let when = |offset: usize| {
            let mut read = 0;
            let chunk = self.chunks.iter().find(|(_, bytes)| {
                read += bytes.len();
                read > offset
            });
            chunk.expect("the byte arrived").0
        };
        offsets.iter().map(|offset| when(*offset)).collect()
    }
}

fn responses(path: &Path) -> Vec<RecordedResponse> {
    let mut responses: Vec<RecordedResponse> = Vec::new();
    let mut start = 0;
    for line in contents(path).lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let field = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let at = line["at_us"].as_u64().unwrap_or_default();
        match (line["type"].as_str().expect("each has a type"), responses.last_mut()) {
            ("response", _) => {
                start = at;
                let headers = serde_json::from_value(line["headers"].clone()).expect("pairs");
                responses.push(RecordedResponse {
                    status: line["status"].as_u64().expect("a number"),
                    headers,
                    ..RecordedResponse::default()
                });
            }
            ("bytes", Some(response)) => {
                let decoded = base64::prelude::BASE64_STANDARD.decode(field("base64")).expect("base64");
                let bytes = if line["text"].is_string() { field("text").into_bytes() } else { decoded };
                response.chunks.push((at - start, bytes));
            }
            (end @ ("end" | "failure"), Some(response)) => response.end = end.to_owned(),
            _ => {}
        }
    }
    responses
}

/// A stream with all line ends, a BOM, invalid UTF-8, a split character and an unfinished event.
const FIRST: [&[u8]; 5] = [
    b"\xef\xbb\xbf: hi\r\nretry: 100\rid: 1\ndata: \xff\xe6\xbc",
    b"\xa2\r\n\r\n",
    b"id: 2\ndata: b\n\n",
    b":\n\n",
    b"id: 3\ndata: cut o",
];

fn dropping() -> MockServer {
    let first = FIRST
        .into_iter()
        .fold(Reply::events().header("x-a", "b").header("set-cookie", "secret"), |reply, part| {
            reply.send(part).pause(Duration::from_millis(40))
        });
    mock([
        first.reset(),
        Reply::status(503).header("retry-after", "0"),
        Reply::events().send("id: 3\ndata: c\n\n").close(),
        Reply::status(204),
    ])
}

#[test]
fn a_replay_is_recorded_with_the_same_content() {
    let folder = Folder::new();
    let (first, second) = (folder.join("first"), folder.join("second"));
    let server = dropping();
    let outcome =
        run(&["record", &server.url("/events?token=secret"), text(&first), "--reconnection-time", "100ms"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
    assert!(!contents(&first).contains("secret"));
    let serving = Serving::new(&[text(&first)]);
    let outcome = run(&["record", &serving.url, text(&second), "--reconnection-time", "100ms"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);

    let (first, second) = (responses(&first), responses(&second));
    let shape = |responses: &[RecordedResponse]| -> Vec<_> {
        responses.iter().map(|response| (response.status, response.bytes(), response.end.clone())).collect()
    };
    assert_eq!(first[0].bytes(), FIRST.concat());
    assert_eq!(
        first.iter().map(|response| (response.status, response.end.as_str())).collect::<Vec<_>>(),
        [(200, "failure"), (503, "end"), (200, "end"), (204, ""),]
    );
    assert_eq!(shape(&first), shape(&second));
    for header in ["x-a", "content-type"] {
        let value =
            |response: &RecordedResponse| response.headers.iter().find(|(name, _)| name == header).cloned();
        assert_eq!(value(&first[0]), value(&second[0]));
    }
    // A busy machine may delay bytes, but none may arrive early.
    let offsets: Vec<_> = (1..FIRST.len()).map(|part| FIRST[..part].concat().len()).collect();
    for (recorded, replayed) in first[0].times(&offsets).into_iter().zip(second[0].times(&offsets)) {
        assert!(replayed + 5_000 >= recorded, "{recorded} {replayed}");
    }
}

/// The README of the crate shows the result of this test.
#[test]
#[ignore = "needs an idle machine"]
fn the_times_of_a_replay_are_within_5_ms() {
    let folder = Folder::new();
    let (first, second) = (folder.join("first"), folder.join("second"));
    let events: Vec<_> = (0..100).map(|n| format!("id: {n}\ndata: {n}\n\n")).collect();
    let reply = events
        .iter()
        .fold(Reply::events(), |reply, event| reply.send(event).pause(Duration::from_millis(20)));
    let server = mock([reply.close()]);
    run(&["record", &server.url("/"), text(&first), "--no-reconnect"]);
    let serving = Serving::new(&[text(&first)]);
    run(&["record", &serving.url, text(&second), "--no-reconnect"]);
    let offsets: Vec<_> = (1..events.len()).map(|n| events[..n].concat().len()).collect();
    let (first, second) = (responses(&first)[0].times(&offsets), responses(&second)[0].times(&offsets));
    let mut off: Vec<_> = first.iter().zip(&second).map(|(one, other)| one.abs_diff(*other)).collect();
    off.sort_unstable();
    println!("median {} us, worst {} us", off[off.len() / 2], off[off.len() - 1]);
    assert!(off[off.len() - 1] <= 5_000);
}

#[test]
fn a_recording_is_played_faster_and_event_by_event() {
    let folder = Folder::new();
    let line = |at: u32, id: u32| {
        format!("{{\"type\":\"bytes\",\"at_us\":{at},\"text\":\"id: {id}\\ndata: {id}\\n\\nid\"}}\n")
    };
    let head = "{\"type\":\"recording\",\"version\":1,\"url\":\"http://h/\",\"time\":\"\"}\n\
                {\"type\":\"response\",\"at_us\":0,\"status\":200,\"headers\":[[\"content-type\",\"text/event-stream\"]]}\n";
    let hour = 3_600_000_000;
    // The last line is incomplete, as after a kill of the recorder.
    let file = folder.file(
        "recording",
        format!("{head}{}{}{}", line(0, 1), line(hour, 2).replace("id: 2", ": 2"), "{\"ty"),
    );
    for args in [&["--speed", "max"][..], &["--speed", "1e9"], &["--interval", "1ms"]] {
        let serving = Serving::new(&[&[text(&file)][..], args].concat());
        let start = Instant::now();
        let outcome = run(&[&serving.url, "--output", "data", "--no-reconnect"]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "1\n2\n"), "{args:?}: {}", outcome.stderr);
        assert!(start.elapsed() < Duration::from_secs(600));
    }
    // The event after the last event ID starts in the middle of a chunk.
    let serving = Serving::new(&[text(&file), "--speed", "max"]);
    let outcome = run(&[&serving.url, "--output", "data", "--no-reconnect", "--last-event-id", "1"]);
    assert_eq!(outcome.stdout, "2\n");
}

#[test]
fn each_way_to_stop_ends_a_recording() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::events().send("data: 1\n\ndata: 2\n\n").stall()]);
    for (args, status) in [
        (&["--max-events", "1"][..], 0),
        (&["--finish-before", "2"], 0),
        (&["--finish-after", "2"], 0),
        (&["--finish-after", "3", "--idle-timeout", "50ms", "--no-reconnect"], 4),
    ] {
        let outcome = run(&[&["record", &server.url("/"), text(&file)][..], args].concat());
        assert_eq!(outcome.status, status, "{args:?}: {}", outcome.stderr);
        assert_eq!(responses(&file)[0].bytes(), b"data: 1\n\ndata: 2\n\n");
    }
}

#[test]
fn a_refusal_is_recorded_and_reported() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::status(404).send("no such stream")]);
    let outcome = run(&["record", &server.url("/"), text(&file)]);
    assert!(outcome.status == 1 && outcome.stderr.ends_with("\n  no such stream\n"), "{}", outcome.stderr);
    let responses = responses(&file);
    assert_eq!((responses[0].status, responses[0].bytes().as_slice()), (404, &b"no such stream"[..]));
}

#[test]
fn an_unwritable_file_is_named() {
    let folder = Folder::new();
    let server = mock([Reply::events().send("data: a\n\n").stall()]);
    let url = server.url("/");
    let outcome = run(&["record", &url, text(folder.path())]);
    assert!(outcome.status == 1 && outcome.stderr.contains(text(folder.path())), "{}", outcome.stderr);
    if cfg!(target_os = "linux") {
        let outcome = run(&["record", &url, "/dev/full"]);
        let expected = "error: cannot write to /dev/full: No space left on device";
        assert!(outcome.status == 1 && outcome.stderr.starts_with(expected), "{}", outcome.stderr);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_recording_can_go_to_stdout() {
    let server = mock([Reply::events().send("data: a\n\n").close()]);
    let outcome = run(&["record", &server.url("/"), "-", "--no-reconnect"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let types: Vec<_> = outcome
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["type"].as_str().expect("text").to_owned()
        })
        .collect();
    assert_eq!(types, ["recording", "request", "response", "bytes", "end"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_recording_can_be_played() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::events().send("id: 1\ndata: a\n\n").stall()]);
    let mut child = sse(&["record", &server.url("/"), text(&file)]).spawn().expect("the binary is built");
    assert!(super::common::eventually(|| file.exists() && contents(&file).contains("data: a")));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("there is kill").success());
    assert_eq!(super::common::wait_for_exit(&mut child).code(), Some(130));
    let serving = Serving::new(&[text(&file)]);
    let outcome = run(&[&serving.url, "--output", "data", "--reconnection-time", "100ms"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "a\n"), "{}", outcome.stderr);
}
