//! The output of `sse follow`.

use sse_harness::{ProxyMood, ProxyServer, Reply, serve as mock};

use super::common::{Folder, contents, finish, follow, run, sse, text};

#[test]
fn json_output_has_a_line_for_each_frame_and_state() {
    let server = mock([
        Reply::events()
            .send(": hi\nretry: 100\nid: 1\ndata: a\n\nevent: add\ndata: \"b\"\ndata: c\n\n")
            .close(),
        Reply::status(503),
        Reply::status(204),
    ]);
    let run =
        follow(&server, &["--output", "json", "--comments", "--retries", "--reconnection-time", "100ms"]);
    let lines: Vec<_> = run.stdout.lines().collect();
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
    for (line, beginning) in [
        (lines[5], r#"{"type":"disconnected","cause":"eof","retry_in_ms":1"#),
        (lines[6], r#"{"type":"disconnected","cause":"status","status":503,"retry_in_ms":2"#),
    ] {
        assert!(line.starts_with(beginning), "{line}");
    }
    assert_eq!(lines[7..], [r#"{"type":"closed","reason":"no-content"}"#]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn text_output_has_a_line_for_each_frame() {
    let stream = ": hi\nretry: 100\nid: 1\nevent: add\ndata: a\n\ndata: b\ndata: #2 add: c\n\n";
    let server = mock([Reply::events().send(stream).close()]);
    let run = follow(&server, &["--no-reconnect", "--comments", "--retries"]);
    let expected = "(hi)\n(reconnection time 100ms)\n#1 add: a\n#1 message: b\n  #2 add: c\n";
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, expected, ""));
}

#[test]
fn text_is_escaped_and_data_is_exact_in_a_pipe() {
    let server = mock([Reply::events().send("event: \u{9b}2J\ndata: \x1b[2J\u{202e}x\ndata: y\n\n").close()]);
    let run = follow(&server, &["--no-reconnect"]);
    assert_eq!(run.stdout, "\"\\u{9b}2J\": \\u{1b}[2J\\u{202e}x\n  y\n");
    let run = follow(&server, &["--no-reconnect", "--output", "data"]);
    assert_eq!(run.stdout, "\x1b[2J\u{202e}x\ny\n");
}

#[test]
fn each_reconnection_is_reported_once_with_its_reason() {
    let server = mock([
        Reply::events().send("retry: 100\nid: 1\ndata: a\n\n").close(),
        Reply::status(503),
        Reply::events().send("id: 2\ndata: b\n\n").drop_connection(),
        Reply::status(204),
    ]);
    let run = follow(&server, &["--reconnection-time", "100ms"]);
    assert_eq!(run.stdout, "#1 message: a\n#2 message: b\n");
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, beginning) in lines.iter().zip([
        "-- the server ended the stream; reconnecting in 0.1 s",
        "-- expected status 200 and text/event-stream, got status 503 Service Unavailable; reconnecting in 0.2 s",
        "-- the connection was closed before the response was complete; reconnecting in 0.",
    ]) {
        assert!(line.starts_with(beginning), "{line}");
    }
}

#[test]
fn timestamps_are_printed_on_each_line() {
    let server = mock([Reply::events().send("id: 1\ndata: a\n\n").close()]);
    let is_time = |text: &str| {
        let time = text.strip_suffix('Z').and_then(|_| text.parse::<jiff::Timestamp>().ok()).expect("a time");
        text.len() == "2026-01-01T00:00:00.000Z".len()
            && (jiff::Timestamp::now().as_second() - time.as_second()).abs() < 600
    };
    let run = follow(&server, &["--no-reconnect", "--timestamps"]);
    let (time, rest) = run.stdout.split_once(' ').expect("two words");
    assert!(is_time(time) && rest == "#1 message: a\n", "{}", run.stdout);
    let run = follow(&server, &["--no-reconnect", "--timestamps", "--output", "json"]);
    let lines: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().expect("text")).collect();
    assert_eq!(types, ["open", "event", "closed"]);
    assert!(lines.iter().all(|line| is_time(line["time"].as_str().expect("text"))));
}

#[test]
fn a_file_is_overwritten_or_with_a_checkpoint_appended_to() {
    let folder = Folder::new();
    let (file, checkpoint) = (folder.file("out", "old and long"), folder.join("id"));
    let server = mock([Reply::events().send("id: 1\ndata: a\n\n").close()]);
    let args = ["--no-reconnect", "--output", "data", "-o", text(&file)];
    for _ in 0..2 {
        assert_eq!(follow(&server, &args).stdout, "");
        assert_eq!(contents(&file), "a\n");
    }
    let args = [&args[..], &["--checkpoint", text(&checkpoint)]].concat();
    assert_eq!(follow(&server, &args).status, 0);
    assert_eq!(contents(&file), "a\na\n");
    // A killed run may leave half a line.
    folder.file("out", "a\nhal");
    assert_eq!(follow(&server, &args).status, 0);
    assert_eq!(contents(&file), "a\nhal\na\n");

    let run = follow(&server, &["-o", text(folder.path())]);
    assert!(run.status == 1 && run.stderr.contains(text(folder.path())), "{}", run.stderr);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn an_event_over_the_limit_is_a_failure() {
    let server = mock([Reply::events().send("data: a\n\ndata: 0123456789\n\n").close()]);
    let run = follow(&server, &["--max-event-size", "10B"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, "message: a\n"));
    assert_eq!(run.stderr, "error: an event is longer than the limit of 10 bytes\n");
}

#[test]
fn a_url_alone_is_followed() {
    let server = mock([Reply::events().send("data: a\n\n").close()]);
    let url = server.url("/events");
    let port = server.addr().port();
    for args in [
        &[url.as_str(), "--no-reconnect"][..],
        &["--no-reconnect", &url],
        &[&url["http://".len()..], "--no-reconnect"],
        &["--no-reconnect", &format!(":{port}/events")],
        &[&format!("localhost:{port}/events"), "--no-reconnect"],
        &["follow", &format!("localhost:{port}/events"), "--no-reconnect"],
    ] {
        let run = run(args);
        assert_eq!((run.status, run.stdout.as_str()), (0, "message: a\n"), "{args:?}: {}", run.stderr);
        assert_eq!(server.requests().last().expect("there was one").path, "/events");
    }
}

#[test]
fn the_proxy_of_the_environment_is_used() {
    let proxy = ProxyServer::new(ProxyMood::Willing);
    let server = mock([Reply::events().send("data: a\n\n").close()]);
    let url = format!("http://somewhere.invalid:{}/", server.addr().port());
    let mut command = sse(&["follow", &url, "--output", "data", "--no-reconnect"]);
    command.env("http_proxy", proxy.url("")).env_remove("no_proxy").env_remove("NO_PROXY");
    assert_eq!(finish(command).stdout, "a\n");
    assert_eq!(proxy.requests()[0].path, url);
}

#[test]
fn the_demonstration_counts_its_events() {
    let run = run(&["demo"]);
    let summary = "12 of 12 events arrived over 2 reconnections: 0 lost, 0 duplicated";
    assert_eq!((run.status, run.stdout.lines().last(), run.stderr.as_str()), (0, Some(summary), ""));
}
