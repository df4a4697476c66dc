//! The command as its users run it: what it prints, and its exit status.
#![allow(missing_docs)]

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sse_harness::{
    Certificate, MockServer, ProxyMood, ProxyServer, Reply, TlsServer, TlsSettings, root_pem, serve,
};

const PATIENCE: Duration = Duration::from_secs(20);

fn sse(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sse"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end, which must come.
fn run(args: &[&str]) -> (i32, String, String) {
    let mut child = sse(args).spawn().expect("the binary is built");
    let output = wait(&mut child);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("it exits"), text(output.stdout), text(output.stderr))
}

fn wait(child: &mut Child) -> Output {
    let (mut stdout, mut stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let read = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).map(|_| bytes)
    });
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                child.kill().expect("it can be killed");
                panic!("it did not end");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let stdout = read.join().expect("no panic").expect("readable");
    let mut errors = Vec::new();
    stderr.read_to_end(&mut errors).expect("readable");
    Output { status, stdout, stderr: errors }
}

fn follow(server: &MockServer, args: &[&str]) -> (i32, String, String) {
    let url = server.url("/events");
    run(&[&["follow", &url][..], args].concat())
}

fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

#[test]
fn json_lines() {
    let server = serve([
        Reply::events()
            .send(": hi\nretry: 100\nid: 1\ndata: a\n\nevent: add\ndata: \"b\"\ndata: c\n\n")
            .close(),
        Reply::status(503),
        Reply::status(204),
    ]);
    let (status, stdout, stderr) =
        follow(&server, &["--output", "json", "--comments", "--retries", "--reconnection-time", "100ms"]);
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(
        lines[..5],
        [
            r#"{"type":"open","status":200}"#,
            r#"{"type":"comment","text":"hi"}"#,
            r#"{"type":"retry","ms":100}"#,
            r#"{"type":"event","event":"message","data":"a","id":"1"}"#,
            r#"{"type":"event","event":"add","data":"\"b\"\nc","id":"1"}"#,
        ]
    );
    assert!(lines[5].starts_with(r#"{"type":"disconnected","cause":"eof","retry_in_ms":1"#), "{}", lines[5]);
    assert!(
        lines[6].starts_with(r#"{"type":"disconnected","cause":"status","retry_in_ms":2"#),
        "{}",
        lines[6]
    );
    assert_eq!(lines[7..], [r#"{"type":"closed","reason":"no-content"}"#]);
    assert_eq!((status, stderr.as_str()), (0, ""));
}

#[test]
fn failures_have_a_name_and_status_1() {
    let server = serve([Reply::status(404)]);
    let (status, _, stderr) = follow(&server, &["--output", "json"]);
    let message = "expected status 200 and text/event-stream, got status 404 Not Found";
    let expected =
        format!("{{\"type\":\"error\",\"kind\":\"response\",\"status\":404,\"message\":\"{message}\"}}\n");
    assert_eq!((status, stderr), (1, expected));
    let (status, stdout, stderr) = follow(&server, &[]);
    assert_eq!((status, stdout.as_str(), stderr), (1, "", format!("error: {message}\n")));

    let (status, _, stderr) = run(&["follow", "http://127.0.0.1:1/", "--output", "json"]);
    assert!(status == 1 && stderr.starts_with(r#"{"type":"error","kind":"connect","message":"#), "{stderr}");
    let (status, _, stderr) = run(&["follow", &server.url("/").replace("http", "https")]);
    assert!(status == 1 && stderr.contains("cannot establish TLS with 127.0.0.1"), "{stderr}");
    let (status, _, stderr) = run(&["follow", "events"]);
    assert!(status == 1 && stderr.contains("relative URL"), "{stderr}");
}

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &[][..],
        &["follow"],
        &["follow", "http://localhost/", "--idle-timeout", "5y"],
        &["follow", "http://localhost/", "--idle-timeout", "0"],
        &["follow", "http://localhost/", "--last-event-id", "\u{1}7"],
        &["serve", "file", "--drop-after", "0"],
        &["follow", "http://localhost/", "-H", "no colon"],
        &["follow", "http://localhost/", "--max-events", "0"],
        &["serve"],
    ] {
        assert_eq!(run(args).0, 2, "{args:?}");
    }
}

#[test]
fn what_is_sent() {
    let file = temporary("body");
    std::fs::write(&file, "from a file").expect("writable");
    let at_file = format!("@{}", file.display());
    let server = serve([Reply::events().send("data: a\n\n").close()]);
    for (args, method, body) in [
        (&["-d", "text", "-H", "x-a:  b "][..], "POST", "text"),
        (&["-d", &at_file, "-X", "PUT", "-H", "x-a: b"], "PUT", "from a file"),
        (&["--no-reconnect", "-H", "x-a: b", "--last-event-id", "7"], "GET", ""),
    ] {
        let (status, stdout, stderr) = follow(&server, &[args, &["--output", "data"]].concat());
        assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "a\n", ""), "{args:?}");
        let requests = server.requests();
        let request = requests.last().expect("there was one");
        assert_eq!((request.method.as_str(), &request.body[..]), (method, body.as_bytes()));
        assert_eq!(request.header("x-a"), Some("b"));
    }
    assert_eq!(server.requests().last().expect("there was one").header("last-event-id"), Some("7"));
}

#[test]
fn ends_that_are_asked_for() {
    let stream = "event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\ndata: [DONE]\n\n";
    let server = serve([Reply::events().send(stream).close()]);
    let text = ["--output", "data", "--no-reconnect"];
    for (args, expected, ended) in [
        (&["--max-events", "2"][..], "1\n2\n", 0),
        (&["--max-events", "2", "--event", "a"], "1\n3\n", 0),
        (&["--event", "b", "--event", "message"], "2\n[DONE]\n", 0),
        (&["--finish-on", "2"], "1\n2\n", 0),
        (&["--finish-on", "never"], "1\n2\n3\n[DONE]\n", 1),
    ] {
        let (status, stdout, _) = follow(&server, &[&text, args].concat());
        assert_eq!((status, stdout.as_str()), (ended, expected), "{args:?}");
    }
}

#[test]
fn a_checkpoint_is_resumed_from_and_kept() {
    let file = temporary("checkpoint");
    let path = file.to_str().expect("text");
    let server = serve([
        Reply::events().send("id: 1\ndata: a\n\nid: 2\ndata: b\n\n").stall(),
        Reply::events().send("id: 3\ndata: c\n\n").stall(),
    ]);
    assert_eq!(follow(&server, &["--checkpoint", path, "--max-events", "2"]).0, 0);
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "2\n");
    assert_eq!(follow(&server, &["--checkpoint", path, "--max-events", "1"]).0, 0);
    assert_eq!(server.requests()[1].header("last-event-id"), Some("2"));
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "3\n");

    std::fs::write(&file, "1\n2\n").expect("writable");
    let (status, _, stderr) = follow(&server, &["--checkpoint", path, "--output", "json"]);
    assert!(
        status == 1 && stderr.starts_with(r#"{"type":"error","kind":"checkpoint","message":"#),
        "{stderr}"
    );
}

#[test]
fn a_204_before_the_last_event_is_a_failure() {
    let server = serve([Reply::status(204)]);
    assert_eq!(follow(&server, &[]).0, 0);
    assert_eq!(follow(&server, &["--finish-on", "x"]).0, 1);
}

#[test]
fn headers_may_be_repeated() {
    let server = serve([Reply::status(204)]);
    follow(&server, &["-H", "x-a: 1", "-H", "x-a: 2"]);
    assert_eq!(server.requests()[0].header_values("x-a"), ["1", "2"]);
}

#[test]
fn enough_events_are_a_normal_end() {
    let server = serve([Reply::events().send("data: a\n\ndata: b\n\n").stall()]);
    let (status, stdout, _) = follow(&server, &["--max-events", "1", "--output", "json"]);
    let expected = [
        r#"{"type":"open","status":200}"#,
        r#"{"type":"event","event":"message","data":"a","id":""}"#,
        r#"{"type":"closed","reason":"closed"}"#,
    ];
    assert_eq!((status, stdout.lines().collect::<Vec<_>>()), (0, expected.to_vec()));
}

#[test]
fn text_for_people() {
    let server = serve([Reply::events().send("id: 1\nevent: add\ndata: a\n\ndata: b\n\n").close()]);
    let (status, stdout, _) = follow(&server, &["--no-reconnect"]);
    assert_eq!((status, stdout.as_str()), (0, "#1 add: a\n#1 message: b\n"));
}

#[test]
#[cfg(unix)]
fn ctrl_c_is_status_130() {
    let server = serve([Reply::events().send("data: a\n\n").stall()]);
    let mut child =
        sse(&["follow", &server.url("/"), "--output", "data"]).spawn().expect("the binary is built");
    let mut first = [0; 2];
    child.stdout.as_mut().expect("piped").read_exact(&mut first).expect("the event is flushed at once");
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is kill");
    assert!(kill.success());
    assert_eq!(wait(&mut child).status.code(), Some(130));
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_write_to_a_full_pipe() {
    let server = serve([Reply::events().send("data: xxxxxxxxxxxxxxxxxxxx\n\n".repeat(100_000)).stall()]);
    let mut child =
        sse(&["follow", &server.url("/"), "--output", "data"]).spawn().expect("the binary is built");
    let mut first = [0; 2];
    child.stdout.as_mut().expect("piped").read_exact(&mut first).expect("it prints");
    // Nobody reads from here on, and the pipe fills.
    std::thread::sleep(Duration::from_millis(300));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is kill");
    assert!(kill.success());
    let start = Instant::now();
    while child.try_wait().expect("it can be waited for").is_none() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(5));
    }
    // When it did not end by itself, this ends it with another status.
    let _ = child.kill();
    assert_eq!(child.wait().expect("it can be waited for").code(), Some(130));
}

#[test]
fn the_demonstration_counts() {
    let (status, stdout, stderr) = run(&["demo"]);
    let summary = "12 of 12 events came, over 2 reconnections: 0 lost, 0 doubled";
    assert_eq!((status, stdout.lines().last(), stderr.as_str()), (0, Some(summary), ""), "{stdout}");
}

#[test]
fn a_recording_is_served_with_drops() {
    let file = temporary("recording");
    let mut events: String =
        (1..=6).map(|n| format!(": note\r\nid: {n}\r\ndata: event {n}\r\n\r\n")).collect();
    events.push_str("id\ndata: none\n\nid: 9\ndata: nine\n\n");
    std::fs::write(&file, events).expect("writable");
    let path = file.to_str().expect("text");
    let args = ["serve", path, "--listen", "127.0.0.1:0", "--drop-after", "2", "--retry", "100"];
    let mut server = sse(&args).spawn().expect("the binary is built");
    let mut url = String::new();
    BufReader::new(server.stdout.as_mut().expect("piped"))
        .read_line(&mut url)
        .expect("it says where it listens");
    let (status, stdout, stderr) = run(&["follow", url.trim(), "--max-events", "8"]);
    server.kill().expect("it runs");
    server.wait().expect("it was killed");
    let mut expected: String = (1..=6).map(|n| format!("#{n} message: event {n}\n")).collect();
    expected.push_str("message: none\n#9 message: nine\n");
    assert_eq!((status, stdout, stderr.as_str()), (0, expected, ""));
}

#[test]
fn https_with_a_root_of_ones_own() {
    let file = temporary("roots");
    std::fs::write(&file, root_pem()).expect("writable");
    let roots = ["--insecure-roots", file.to_str().expect("text"), "--output", "data", "--no-reconnect"];
    for (certificate, told) in [
        (Certificate::Good, None),
        (Certificate::Expired, Some("certificate expired")),
        (Certificate::WrongName, Some("certificate not valid for name")),
    ] {
        let plain = serve([Reply::events().send("data: a\n\n").close()]);
        let server = TlsServer::new(plain, TlsSettings { certificate, ..TlsSettings::default() });
        for url in [server.url("/events"), server.url_by_name("/events")] {
            let (status, stdout, stderr) = run(&[&["follow", &url][..], &roots].concat());
            match told {
                None => assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "a\n", ""), "{url}"),
                Some(cause) => {
                    assert!(status == 1 && stdout.is_empty() && stderr.contains(cause), "{stderr}")
                }
            }
        }
        let (status, _, stderr) = run(&["follow", &server.url("/events")]);
        assert!(
            status == 1 && stderr.contains("cannot establish TLS with 127.0.0.1"),
            "without the root: {stderr}"
        );
    }
}

#[test]
fn roots_that_are_none_are_a_wrong_usage() {
    let empty = temporary("no-roots");
    std::fs::write(&empty, "no certificate").expect("writable");
    let absent = temporary("absent");
    let server = serve([Reply::status(204)]);
    for (file, expected) in [
        (empty, "expected PEM with a certificate"),
        (absent, "expected a file of certificates as PEM, cannot read"),
    ] {
        let path = file.to_str().expect("text");
        let (status, stdout, stderr) = follow(&server, &["--insecure-roots", path]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.starts_with("error: --insecure-roots: "), "{stderr}");
        assert!(stderr.contains(expected) && stderr.contains(path), "{stderr}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let proxy = ProxyServer::new(ProxyMood::Willing);
    let server = serve([Reply::events().send("data: a\n\n").close()]);
    let url = format!("http://somewhere.invalid:{}/", server.addr().port());
    let mut child = sse(&["follow", &url, "--output", "data", "--no-reconnect"])
        .env("http_proxy", proxy.url(""))
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .spawn()
        .expect("the binary is built");
    assert_eq!(wait(&mut child).stdout, b"a\n");
    assert_eq!(proxy.requests()[0].path, url);
}
