//! `sse record`, and its recordings played by `sse serve`.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::Value;
use sse_harness::{MockServer, Reply, serve as mock};

use super::common::{Folder, contents, run, sse, text};
use super::serve::Serving;

/// One response of a recording: its head, its bytes with their times in microseconds, and how it
/// ended.
#[derive(Debug, Default)]
struct Take {
    status: u64,
    headers: Vec<(String, String)>,
    chunks: Vec<(u64, Vec<u8>)>,
    end: String,
}

impl Take {
    fn bytes(&self) -> Vec<u8> {
        self.chunks.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    /// When the byte at each of these offsets came, after the response.
    fn times(&self, offsets: &[usize]) -> Vec<u64> {
        let when = |offset: usize| {
            let mut read = 0;
            let chunk = self.chunks.iter().find(|(_, bytes)| {
                read += bytes.len();
                read > offset
            });
            chunk.expect("it came").0
        };
        offsets.iter().map(|offset| when(*offset)).collect()
    }
}

fn takes(path: &Path) -> Vec<Take> {
    let mut takes: Vec<Take> = Vec::new();
    let mut start = 0;
    for line in contents(path).lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let field = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let at = line["at_us"].as_u64().unwrap_or_default();
        match (line["type"].as_str().expect("each has a type"), takes.last_mut()) {
            ("response", _) => {
                start = at;
                let headers = serde_json::from_value(line["headers"].clone()).expect("pairs");
                takes.push(Take {
                    status: line["status"].as_u64().expect("a number"),
                    headers,
                    ..Take::default()
                });
            }
            ("bytes", Some(take)) => {
                let decoded = base64::prelude::BASE64_STANDARD.decode(field("base64")).expect("base64");
                let bytes = if line["text"].is_string() { field("text").into_bytes() } else { decoded };
                take.chunks.push((at - start, bytes));
            }
            (end @ ("end" | "failure"), Some(take)) => take.end = end.to_owned(),
            _ => {}
        }
    }
    takes
}

/// All line ends, a BOM, what is no UTF-8, a character that is cut in two, and an event that is cut
/// off.
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
fn a_recording_and_what_is_recorded_of_its_replay_are_the_same() {
    let folder = Folder::new();
    let (first, second) = (folder.join("first"), folder.join("second"));
    let server = dropping();
    let told =
        run(&["record", &server.url("/events?token=secret"), text(&first), "--reconnection-time", "100ms"]);
    assert_eq!((told.status, told.stdout.as_str()), (0, ""), "{}", told.stderr);
    assert!(!contents(&first).contains("secret"));
    let serving = Serving::new(&[text(&first)]);
    let told = run(&["record", &serving.url, text(&second), "--reconnection-time", "100ms"]);
    assert_eq!(told.status, 0, "{}", told.stderr);

    let (first, second) = (takes(&first), takes(&second));
    let shape = |takes: &[Take]| -> Vec<_> {
        takes.iter().map(|take| (take.status, take.bytes(), take.end.clone())).collect()
    };
    assert_eq!(first[0].bytes(), FIRST.concat());
    assert_eq!(
        first.iter().map(|take| (take.status, take.end.as_str())).collect::<Vec<_>>(),
        [(200, "failure"), (503, "end"), (200, "end"), (204, ""),]
    );
    assert_eq!(shape(&first), shape(&second));
    for header in ["x-a", "content-type"] {
        let value = |take: &Take| take.headers.iter().find(|(name, _)| name == header).cloned();
        assert_eq!(value(&first[0]), value(&second[0]));
    }
    // A machine that is busy may be late, but nothing comes too early.
    let offsets: Vec<_> = (1..FIRST.len()).map(|part| FIRST[..part].concat().len()).collect();
    for (recorded, replayed) in first[0].times(&offsets).into_iter().zip(second[0].times(&offsets)) {
        assert!(replayed + 5_000 >= recorded, "{recorded} {replayed}");
    }
}

/// Its last result is in the README of the crate.
#[test]
#[ignore = "needs a machine with nothing else to do"]
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
    let (first, second) = (takes(&first)[0].times(&offsets), takes(&second)[0].times(&offsets));
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
    // The last line is one that was being written when the recorder was killed.
    let file = folder.file(
        "recording",
        format!("{head}{}{}{}", line(0, 1), line(hour, 2).replace("id: 2", ": 2"), "{\"ty"),
    );
    for args in [&["--speed", "max"][..], &["--speed", "1e9"], &["--interval", "1ms"]] {
        let serving = Serving::new(&[&[text(&file)][..], args].concat());
        let start = Instant::now();
        let told = run(&[&serving.url, "--output", "data", "--no-reconnect"]);
        assert_eq!((told.status, told.stdout.as_str()), (0, "1\n2\n"), "{args:?}: {}", told.stderr);
        assert!(start.elapsed() < Duration::from_secs(600));
    }
    // After the last ID the client goes on in the middle of a chunk.
    let serving = Serving::new(&[text(&file), "--speed", "max"]);
    let told = run(&[&serving.url, "--output", "data", "--no-reconnect", "--last-event-id", "1"]);
    assert_eq!(told.stdout, "2\n");
}

#[test]
fn a_recording_ends_as_it_is_asked_to() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::events().send("data: 1\n\ndata: 2\n\n").stall()]);
    for (args, status) in [
        (&["--max-events", "1"][..], 0),
        (&["--finish-before", "2"], 0),
        (&["--finish-after", "2"], 0),
        (&["--finish-after", "3", "--idle-timeout", "50ms", "--no-reconnect"], 4),
    ] {
        let told = run(&[&["record", &server.url("/"), text(&file)][..], args].concat());
        assert_eq!(told.status, status, "{args:?}: {}", told.stderr);
        assert_eq!(takes(&file)[0].bytes(), b"data: 1\n\ndata: 2\n\n");
    }
}

#[test]
fn a_refusal_is_recorded_and_told() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::status(404).send("no such stream")]);
    let told = run(&["record", &server.url("/"), text(&file)]);
    assert!(told.status == 1 && told.stderr.ends_with("\n  no such stream\n"), "{}", told.stderr);
    let takes = takes(&file);
    assert_eq!((takes[0].status, takes[0].bytes().as_slice()), (404, &b"no such stream"[..]));
}

#[test]
fn what_cannot_be_written_to_is_told_by_name() {
    let folder = Folder::new();
    let server = mock([Reply::events().send("data: a\n\n").stall()]);
    let url = server.url("/");
    let told = run(&["record", &url, text(folder.path())]);
    assert!(told.status == 1 && told.stderr.contains(text(folder.path())), "{}", told.stderr);
    if cfg!(target_os = "linux") {
        let told = run(&["record", &url, "/dev/full"]);
        let expected = "error: cannot write to /dev/full: No space left on device";
        assert!(told.status == 1 && told.stderr.starts_with(expected), "{}", told.stderr);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_recording_can_go_to_stdout() {
    let server = mock([Reply::events().send("data: a\n\n").close()]);
    let told = run(&["record", &server.url("/"), "-", "--no-reconnect"]);
    assert_eq!(told.status, 0, "{}", told.stderr);
    let types: Vec<_> = told
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
fn a_recording_that_is_interrupted_can_be_played() {
    let folder = Folder::new();
    let file = folder.join("recording");
    let server = mock([Reply::events().send("id: 1\ndata: a\n\n").stall()]);
    let mut child = sse(&["record", &server.url("/"), text(&file)]).spawn().expect("the binary is built");
    assert!(super::common::eventually(|| file.exists() && contents(&file).contains("data: a")));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("there is kill").success());
    assert_eq!(super::common::wait_for_exit(&mut child).code(), Some(130));
    let serving = Serving::new(&[text(&file)]);
    let told = run(&[&serving.url, "--output", "data", "--reconnection-time", "100ms"]);
    assert_eq!((told.status, told.stdout.as_str()), (0, "a\n"), "{}", told.stderr);
}
