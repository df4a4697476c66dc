//! `sse serve`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Instant;

use super::common::{Folder, first_line, run, sse, text};

/// A running `sse serve`, which is killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
}

impl Serving {
    pub(crate) fn new(args: &[&str]) -> Self {
        Self::with_input(args, None)
    }

    fn with_input(args: &[&str], input: Option<&str>) -> Self {
        let mut command = sse(&[&["serve"][..], args, &["--listen", "127.0.0.1:0"]].concat());
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut child = command.spawn().expect("the binary is built");
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            stdin.write_all(input.as_bytes()).expect("it reads");
        }
        let url = first_line(&mut child);
        Self { child, url }
    }

    /// Sends a request and returns the whole response.
    fn ask(&self, request: &str) -> String {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut socket = TcpStream::connect(address).expect("it listens");
        let request = format!("{request}\r\nhost: h\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("text");
        answer
    }

    /// Reads the next line of the log.
    fn logged(&mut self) -> String {
        let mut line = Vec::new();
        let stderr = self.child.stderr.as_mut().expect("piped");
        let mut byte = [0];
        while stderr.read(&mut byte).expect("readable") == 1 && byte != *b"\n" {
            line.push(byte[0]);
        }
        String::from_utf8(line).expect("text")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const STREAM: &str = "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n";

#[test]
fn a_stream_is_served_with_drops() {
    let folder = Folder::new();
    let mut events: String =
        (1..=6).map(|n| format!(": note\r\nid: {n}\r\ndata: event {n}\r\n\r\n")).collect();
    events.push_str("id\ndata: none\n\nid: 9\ndata: nine\n\n");
    let file = folder.file("stream", events);
    let serving = Serving::new(&[text(&file), "--drop-after", "2", "--retry", "100"]);
    let outcome = run(&["follow", &serving.url, "--max-events", "8"]);
    let mut expected: String = (1..=6).map(|n| format!("#{n} message: event {n}\n")).collect();
    expected.push_str("message: none\n#9 message: nine\n");
    assert_eq!((outcome.status, outcome.stdout), (0, expected));
    assert_eq!(outcome.stderr.lines().count(), 3, "{}", outcome.stderr);
}

#[test]
fn stdin_is_served() {
    let serving = Serving::with_input(&["-"], Some(STREAM));
    let outcome = run(&[&serving.url, "--output", "data"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "a\nb\nc\n"), "{}", outcome.stderr);
}

#[test]
fn localhost_is_the_default_host() {
    let folder = Folder::new();
    let file = folder.file("stream", STREAM);
    for listen in [":0", "0", "localhost:0"] {
        let mut child =
            sse(&["serve", text(&file), "--listen", listen]).spawn().expect("the binary is built");
        let url = first_line(&mut child);
        let outcome = run(&[&url, "--max-events", "1", "--output", "data"]);
        child.kill().expect("it runs");
        child.wait().expect("it was killed");
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "a\n"));
    }
}

#[test]
fn requests_are_answered() {
    let folder = Folder::new();
    let serving = Serving::new(&[text(&folder.file("stream", STREAM))]);
    for (request, status, has, has_not) in [
        ("GET / HTTP/1.1", "200", "id: 3", "access-control"),
        ("POST /x HTTP/1.1\r\ncontent-length: 0", "200", "content-type: text/event-stream", "\r\n0\r\n\r\n0"),
        ("HEAD / HTTP/1.1", "200", "content-type: text/event-stream", "data"),
        ("HEAD / HTTP/1.1\r\nlast-event-id: 3", "204", "", "data"),
        ("GET / HTTP/1.1\r\nlast-event-id: 2", "200", "data: c", "data: b"),
        ("GET / HTTP/1.1\r\nlast-event-id: 3", "204", "", "data"),
        ("GET / HTTP/1.1\r\nlast-event-id: unknown", "200", "data: a", "access-control"),
        ("GET / HTTP/1.1\r\norigin: http://page", "200", "access-control-allow-origin: http://page", "null"),
        ("GET / HTTP/1.1\r\norigin: http://page", "200", "vary: origin", "null"),
        ("DELETE / HTTP/1.1", "405", "allow: GET, HEAD, POST, OPTIONS", "data"),
    ] {
        let answer = serving.ask(request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        assert!(answer.contains(has) && !answer.contains(has_not), "{request}: {answer}");
    }
    let answer = serving.ask(
        "OPTIONS / HTTP/1.1\r\norigin: http://page\r\naccess-control-request-method: GET\r\n\
         access-control-request-headers: last-event-id,cache-control",
    );
    for has in [
        "HTTP/1.1 204 ",
        "access-control-allow-origin: http://page",
        "access-control-allow-methods: GET, HEAD, POST, OPTIONS",
        "access-control-allow-headers: last-event-id,cache-control",
        "access-control-max-age: 600",
    ] {
        assert!(answer.contains(has), "{has}: {answer}");
    }
}

#[test]
fn requests_are_logged() {
    let folder = Folder::new();
    let mut serving = Serving::new(&[text(&folder.file("stream", STREAM)), "-v"]);
    serving.ask("GET /a?b HTTP/1.1\r\nlast-event-id: 1\u{9b}");
    serving.ask("GET /a?b HTTP/1.1\r\nlast-event-id: 1");
    serving.ask("HEAD / HTTP/1.1");
    for expected in [
        "GET /a?b (last ID 1\\u{9b}) -> 200 OK",
        "ended after 45 bytes and 0.",
        "GET /a?b (last ID 1) -> 200 OK",
        "ended after 30 bytes and 0.",
        "HEAD / -> 200 OK",
    ] {
        let line = serving.logged();
        let (client, message) = line.split_once(' ').expect("two words");
        assert!(client.starts_with("127.0.0.1:") && message.starts_with(expected), "{line}");
    }
}

#[test]
fn events_are_sent_without_pauses_by_default() {
    const EVENTS: usize = 50_000;
    let folder = Folder::new();
    let serving = Serving::new(&[text(&folder.file("stream", "data: x\n\n".repeat(EVENTS)))]);
    let start = Instant::now();
    let answer = serving.ask("GET / HTTP/1.1");
    assert_eq!(answer.matches("data: x\n\n").count(), EVENTS);
    // A sleep would take at least a millisecond per event.
    let took = start.elapsed();
    assert!(took.as_millis() < EVENTS as u128 / 3, "{took:?}");
}

#[test]
fn events_are_sent_at_the_interval() {
    let folder = Folder::new();
    let serving = Serving::new(&[text(&folder.file("stream", STREAM)), "--interval", "100ms"]);
    let start = Instant::now();
    serving.ask("GET / HTTP/1.1");
    assert!(start.elapsed().as_millis() >= 200);
}

#[test]
fn files_and_addresses_that_cannot_be_used_are_named() {
    let folder = Folder::new();
    let absent = folder.join("absent");
    let empty = folder.file("empty", ": nothing\n\n");
    let bad = folder.file("bad", "{\"type\":\"recording\",\"version\":1,\"url\":\"\",\"time\":\"\"}\n{\n");
    for file in [&absent, &empty, &bad] {
        let outcome = run(&["serve", text(file), "--listen", "127.0.0.1:0"]);
        assert!(
            outcome.status == 1 && outcome.stdout.is_empty() && outcome.stderr.contains(text(file)),
            "{}",
            outcome.stderr
        );
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has one").to_string();
    let outcome = run(&["serve", text(&folder.file("stream", STREAM)), "--listen", &address]);
    assert!(outcome.status == 1 && outcome.stderr.contains(&address), "{}", outcome.stderr);
}

#[test]
fn a_lost_client_is_logged() {
    let folder = Folder::new();
    let mut serving = Serving::new(&[text(&folder.file("stream", STREAM)), "-v", "--interval", "1h"]);
    let mut client = sse(&[&serving.url]).spawn().expect("the binary is built");
    let mut line = String::new();
    BufReader::new(client.stdout.as_mut().expect("piped")).read_line(&mut line).expect("it prints");
    client.kill().expect("it runs");
    client.wait().expect("it was killed");
    assert!(serving.logged().ends_with("GET / -> 200 OK"));
    assert!(serving.logged().contains(" the client left after 15 bytes and "));
}
