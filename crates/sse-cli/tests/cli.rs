//! The `sse` command, run against scripted servers. Every wait has a bound.

use core::time::Duration;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use sse_testkit::{Reply, Server};

const PATIENCE: Duration = Duration::from_secs(20);

/// A run of the command whose output is read as it comes.
struct Sse {
    child: Child,
    stdout: Receiver<String>,
    stderr: thread::JoinHandle<String>,
}

/// How it ended.
#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    stdout: Vec<String>,
    stderr: String,
}

impl Sse {
    fn run(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sse"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let stdout = lines(child.stdout.take().expect("a pipe"));
        let stderr = whole(child.stderr.take().expect("a pipe"));
        Self { child, stdout, stderr }
    }

    fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("another line")
    }

    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &pid]).status().expect("kill runs");
        assert!(status.success());
    }

    fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child of this process") {
                break status;
            }
            if Instant::now() > deadline {
                self.kill();
                panic!("the command did not end");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let stdout = self.stdout.iter().collect();
        let stderr = std::mem::replace(&mut self.stderr, thread::spawn(String::new));
        Ended { status: status.code(), stdout, stderr: stderr.join().expect("a reader") }
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Sse {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    lines
}

fn whole(mut stderr: ChildStderr) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).expect("text");
        text
    })
}

fn follow(server: &Server, arguments: &[&str]) -> Ended {
    Sse::run(&[&["follow", &server.url("/events")], arguments].concat()).end()
}

/// A folder of its own for a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("a path of text").into()
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn json_lines() {
    let server = Server::script([
        Reply::events().send(": hi\nretry: 100\nevent: add\nid: 1\ndata: a\ndata: b\n\nid: 2\ndata: ha"),
        Reply::status(204),
    ]);
    let ended = follow(&server, &["--output", "json", "--comments", "--retries"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(ended.stderr, "");
    let [before @ .., dropped, closed] = &ended.stdout[..] else { panic!("{ended:?}") };
    let expected = [
        r#"{"type":"open","status":200}"#,
        r#"{"type":"comment","text":"hi"}"#,
        r#"{"type":"retry","ms":100}"#,
        r#"{"type":"event","event":"add","data":"a\nb","id":"1"}"#,
    ];
    assert_eq!(before, expected);
    let delay = dropped.strip_prefix(r#"{"type":"disconnected","cause":"eof","retry_in_ms":"#);
    let delay: u64 = delay.and_then(|rest| rest.strip_suffix('}')?.parse().ok()).expect(dropped);
    assert!((100..=120).contains(&delay), "{delay}");
    assert_eq!(closed, r#"{"type":"closed","reason":"no-content"}"#);
    assert_eq!(server.requests()[1].header("last-event-id"), Some("1"));
}

#[test]
fn text_and_data() {
    let server =
        Server::script([Reply::events().send("event: add\nid: 1\ndata: a\ndata: b\n\n: c\ndata: d\n\n")]);
    let text = follow(&server, &["--no-reconnect", "--comments"]);
    assert_eq!((text.status, &*text.stderr), (Some(0), ""));
    assert_eq!(text.stdout, ["add [1] a", "    b", ": c", "message [1] d"]);
    let data = follow(&server, &["--no-reconnect", "--comments", "--output", "data"]);
    assert_eq!((data.status, &*data.stderr), (Some(0), ""));
    assert_eq!(data.stdout, ["a", "b", "d"]);
}

#[test]
fn a_refusal_is_a_failure() {
    let server = Server::script([Reply::status(404)]);
    let json = follow(&server, &["--output", "json"]);
    assert_eq!(json.status, Some(1));
    assert_eq!(json.stdout, [r#"{"type":"closed","reason":"status"}"#]);
    let message = "expected status 200 and text/event-stream, got status 404";
    let error =
        format!("{{\"type\":\"error\",\"kind\":\"response\",\"status\":404,\"message\":\"{message}\"}}\n");
    assert_eq!(json.stderr, error);
    let text = follow(&server, &[]);
    assert_eq!((text.status, text.stderr), (Some(1), format!("error: {message}\n")));
}

#[test]
fn errors_come_with_their_kind() {
    let quick = ["--output", "json", "--reconnection-time", "1ms"];
    let silent = Reply::events().send("data: a\n\n").stall();
    for (reply, arguments, kind) in [
        (Reply::events().send("data: a\n\n").cut(), &["--no-reconnect"][..], "stream"),
        (Reply::raw().cut(), &[], "connect"),
        (Reply::events(), &["--max-attempts", "2"], "gave-up"),
        (silent, &["--no-reconnect", "--idle-timeout", "50ms"], "idle-timeout"),
        (Reply::status(200).header("content-type", "text/html"), &[], "response"),
    ] {
        let ended = follow(&Server::script([reply]), &[&quick, arguments].concat());
        assert_eq!(ended.status, Some(1), "{kind}: {ended:?}");
        assert!(
            ended.stderr.starts_with(&format!(r#"{{"type":"error","kind":"{kind}","#)),
            "{kind}: {ended:?}"
        );
    }
}

#[test]
fn a_wrong_command_line_is_told_apart() {
    let url = "http://127.0.0.1:1/";
    for arguments in [
        &[][..],
        &["follow"],
        &["follow", url, "--reconnection-time", "soon"],
        &["follow", url, "--max-events", "0"],
        &["follow", url, "--output", "xml"],
        &["follow", url, "-H", "no colon"],
        &["follow", url, "--insecure-roots", "roots.pem"],
        &["follow", url, "--no-reconnect", "--max-attempts", "3"],
        &["follow", "no url"],
        &["serve"],
    ] {
        let ended = Sse::run(arguments).end();
        assert_eq!(ended.status, Some(2), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn ctrl_c() {
    let server = Server::script([Reply::events().send("data: a\n\n").stall()]);
    let sse = Sse::run(&["follow", &server.url("/"), "--output", "json"]);
    assert_eq!(sse.line(), r#"{"type":"open","status":200}"#);
    assert!(sse.line().contains(r#""data":"a""#));
    sse.interrupt();
    let ended = sse.end();
    assert_eq!((ended.status, &*ended.stderr), (Some(130), ""));
    assert_eq!(ended.stdout, [r#"{"type":"closed","reason":"closed"}"#]);
}

#[test]
fn ctrl_c_is_heard_while_nobody_reads() {
    let flood = format!("data: {}\n\n", "x".repeat(1 << 16)).repeat(64);
    let server = Server::script([Reply::events().send(flood).stall()]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_sse"))
        .args(["follow", &server.url("/")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let _never_read = child.stdout.take();
    assert!(server.wait_for_request(0, PATIENCE).is_some());
    thread::sleep(Duration::from_millis(200));
    let (_, stdout) = mpsc::channel();
    let sse = Sse { child, stdout, stderr: thread::spawn(String::new) };
    sse.interrupt();
    assert_eq!(sse.end().status, Some(130));
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let server = Server::respond(|_, _| {
        let reply = Reply::events().send("data: a\n\n");
        (0..100).fold(reply, |reply, _| reply.pause(Duration::from_millis(10)).send("data: b\n\n")).stall()
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_sse"))
        .args(["follow", &server.url("/")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    assert_eq!(first, "message a\n");
    let stderr = whole(child.stderr.take().expect("a pipe"));
    let (_, stdout) = mpsc::channel();
    let ended = Sse { child, stdout, stderr }.end();
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""));
}

#[test]
fn checkpoint() {
    let folder = Folder::new("checkpoint");
    let path = folder.path("id");
    let server = Server::script([
        Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\nda").stall(),
        Reply::events().send("event: other\nid: 3\ndata: c\n\ndata: d\n\n"),
        Reply::status(204),
    ]);
    let arguments = ["--checkpoint", &path, "--output", "data", "--last-event-id", "0"];
    let first = follow(&server, &[&arguments[..], &["--max-events", "2"]].concat());
    assert_eq!((first.status, first.stdout), (Some(0), vec!["a".into(), "b".into()]));
    assert_eq!(fs::read_to_string(&path).expect("a checkpoint"), "2");

    fs::write(&path, "2\n").expect("an editor adds a newline");
    let second = follow(&server, &[&arguments[..], &["--no-reconnect", "--event", "message"]].concat());
    assert_eq!((second.status, second.stdout), (Some(0), vec!["d".into()]));
    assert_eq!(fs::read_to_string(&path).expect("a checkpoint"), "3");
    let resumed: Vec<_> =
        server.requests().iter().map(|request| request.header("last-event-id").map(String::from)).collect();
    assert_eq!(resumed, [Some("0".into()), Some("2".into())]);
    let left: Vec<_> = fs::read_dir(&folder.0).expect("the folder").collect();
    assert_eq!(left.len(), 1, "a temporary file is left");
}

#[test]
fn a_checkpoint_that_is_none_is_a_failure() {
    let folder = Folder::new("bad-checkpoint");
    let server = Server::script([Reply::events().send("id: 1\ndata: a\n\n")]);
    let two_lines = folder.file("two-lines", "1\n2\n");
    let nowhere = folder.path("missing/id");
    for path in [&*two_lines, &*nowhere, &folder.path("")] {
        let ended = follow(&server, &["--checkpoint", path, "--no-reconnect"]);
        assert_eq!(ended.status, Some(1), "{path}: {ended:?}");
        assert!(ended.stderr.contains("checkpoint"), "{path}: {ended:?}");
    }
}

#[test]
fn finish_on() {
    let server = Server::script([Reply::events().send("data: a\n\ndata: [DONE]\n\ndata: b\n\n").stall()]);
    let ended = follow(&server, &["--finish-on", "[DONE]", "--output", "json"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(ended.stdout.len(), 4, "{ended:?}");
    assert!(ended.stdout[2].contains("[DONE]"));
    assert_eq!(ended.stdout[3], r#"{"type":"closed","reason":"finished"}"#);
    for end_before in [Reply::events().send("data: a\n\n"), Reply::status(204)] {
        let server = Server::script([end_before]);
        let ended = follow(&server, &["--finish-on", "[DONE]", "--no-reconnect", "--output", "json"]);
        assert_eq!(ended.status, Some(1), "{ended:?}");
        assert!(ended.stderr.starts_with(r#"{"type":"error","kind":"truncated","message""#), "{ended:?}");
    }
}

#[test]
fn event_filter_and_max_events() {
    let stream =
        "event: a\ndata: 1\n\ndata: 2\n\nevent: b\ndata: 3\n\nevent: a\ndata: 4\n\nevent: a\ndata: 5\n\n";
    let server = Server::script([Reply::events().send(stream).stall()]);
    let ended = follow(&server, &["--event", "a", "--event", "b", "--max-events", "3", "--output", "data"]);
    assert_eq!((ended.status, ended.stdout), (Some(0), vec!["1".into(), "3".into(), "4".into()]));
}

#[test]
fn method_headers_and_body() {
    let folder = Folder::new("body");
    let file = folder.file("body", "from a file");
    let server = Server::script([Reply::events().send("data: a\n\n")]);
    let at_file = format!("@{file}");
    follow(&server, &["-d", &at_file, "-H", "X-A: 1", "-H", "x-a: 2", "-H", "Authorization: Bearer t"]);
    follow(&server, &["-d", "given", "-X", "PUT"]);
    follow(&server, &["-X", "HEAD", "--no-reconnect"]);
    let requests = server.requests();
    assert_eq!((&*requests[0].method, &*requests[0].body), ("POST", &b"from a file"[..]));
    assert_eq!(requests[0].header_values("x-a"), ["1", "2"]);
    assert_eq!(requests[0].header("authorization"), Some("Bearer t"));
    assert_eq!((&*requests[1].method, &*requests[1].body), ("PUT", &b"given"[..]));
    assert_eq!((&*requests[2].method, requests.len()), ("HEAD", 3));
    let missing = follow(&server, &["-d", "@/nowhere/at/all"]);
    assert_eq!(missing.status, Some(1));
}

#[test]
fn retry_initial() {
    let server = Server::script([Reply::status(503), Reply::events().send("data: a\n\n").stall()]);
    let arguments = ["--max-events", "1", "--reconnection-time", "1ms", "--output", "data"];
    assert_eq!(follow(&server, &arguments).status, Some(1));
    let server = Server::script([Reply::status(503), Reply::events().send("data: a\n\n").stall()]);
    let ended = follow(&server, &[&arguments[..], &["--retry-initial"]].concat());
    assert_eq!((ended.status, ended.stdout), (Some(0), vec!["a".into()]));
}

#[test]
fn serve_and_follow() {
    let folder = Folder::new("serve");
    let stream: String = (1..=5).map(|n| format!(": {n}\r\nid: {n}\r\ndata: event {n}\r\n\r\n")).collect();
    let file = folder.file("stream", &stream);
    let serve = ["serve", &file, "--listen", "127.0.0.1:0", "--drop-after", "2", "--retry", "100"];
    let server = Sse::run(&[&serve[..], &["--interval", "5ms"]].concat());
    let url = server.line();
    let ended = Sse::run(&["follow", &url, "--output", "json"]).end();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let of_type = |name: &str| {
        let start = format!("{{\"type\":\"{name}\",");
        ended.stdout.iter().filter(|line| line.starts_with(&start)).collect::<Vec<_>>()
    };
    let expected: Vec<_> = (1..=5)
        .map(|n| format!(r#"{{"type":"event","event":"message","data":"event {n}","id":"{n}"}}"#))
        .collect();
    assert_eq!(of_type("event"), expected.iter().collect::<Vec<_>>());
    let causes: Vec<_> = of_type("disconnected").iter().map(|line| line.contains("\"transport\"")).collect();
    assert_eq!(causes, [true, true, false], "two cuts, then the end: {ended:?}");
    server.interrupt();
    assert_eq!(server.end().status, Some(130));
}

#[test]
fn serve_fails_without_a_file_or_a_port() {
    let folder = Folder::new("no-serve");
    let file = folder.file("stream", "data: a\n\n");
    let taken = Server::script([Reply::status(204)]);
    for arguments in [
        ["serve", "/nowhere/at/all", "--listen", "127.0.0.1:0"],
        ["serve", &file, "--listen", &taken.addr().to_string()],
    ] {
        let ended = Sse::run(&arguments).end();
        assert_eq!((ended.status, ended.stdout), (Some(1), vec![]));
        assert!(ended.stderr.starts_with("error: cannot "), "{}", ended.stderr);
    }
}

#[test]
fn demo() {
    let ended = Sse::run(&["demo"]).end();
    assert_eq!((ended.status, &*ended.stderr), (Some(0), ""), "{ended:?}");
    for expected in [
        "-- resuming from id 4",
        "-- resuming from id 8",
        "message [12] event 12 of 12",
        "-- 12 of 12 events, 3 disconnections, reconnected 2 times: 0 lost, 0 doubled",
    ] {
        assert!(ended.stdout.iter().any(|line| line == expected), "{expected}: {ended:?}");
    }
}
