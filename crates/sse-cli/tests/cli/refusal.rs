//! Errors when the server refuses the request.

use sse_harness::{Reply, serve as mock};

use super::common::{follow, run};

#[test]
fn a_refusal_shows_its_status_and_its_body() {
    let server = mock([Reply::status(404).send("{\"error\":\n\"no \u{9b}such\x1b[2J stream\"}\n")]);
    let message = "expected status 200 and text/event-stream, got status 404 Not Found";
    let outcome = follow(&server, &[]);
    let expected = format!("error: {message}\n  {{\"error\":\n  \"no \\u{{9b}}such\\u{{1b}}[2J stream\"}}\n");
    assert_eq!((outcome.status, outcome.stdout.as_str(), outcome.stderr), (1, "", expected));

    let outcome = follow(&server, &["--output", "json"]);
    assert_eq!(outcome.stdout, "{\"type\":\"closed\",\"reason\":\"status\",\"status\":404}\n");
    let expected = serde_json::json!({
        "type": "error", "kind": "response", "status": 404, "message": message,
        "body": "{\"error\":\n\"no \u{9b}such\x1b[2J stream\"}",
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&outcome.stderr).expect("JSON"), expected);
    assert!(!outcome.stderr.contains('\u{9b}'));

    let server = mock([Reply::status(404)]);
    assert_eq!(follow(&server, &[]).stderr, format!("error: {message}\n"));
}

#[test]
fn a_long_body_is_truncated() {
    let server = mock([Reply::status(500).send("x".repeat(100_000))]);
    let run = follow(&server, &[]);
    let body = run.stderr.lines().nth(1).expect("a second line");
    assert_eq!(body, format!("  {} ..", "x".repeat(1000)));
}

#[test]
fn failures_have_a_kind() {
    let outcome = run(&["follow", "http://127.0.0.1:1/", "--output", "json"]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stderr.starts_with(r#"{"type":"error","kind":"connect","message":"#),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_other_scheme_is_suggested() {
    let answer = Reply::raw().send("HTTP/1.1 400 Bad Request\r\n\r\n").close();
    for (server, hint) in [
        (
            mock([answer.before_request()]),
            "the server does not speak TLS on this port: try http:// instead of https://",
        ),
        (
            mock([Reply::status(204)]),
            "the server ended the TLS handshake: if it does not speak TLS, try http://",
        ),
    ] {
        let outcome = run(&["follow", &server.url("/").replace("http", "https")]);
        assert!(
            outcome.status == 1 && outcome.stderr.contains("cannot establish TLS with 127.0.0.1"),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.ends_with(&format!("hint: {hint}\n")), "{}", outcome.stderr);
    }

    let body = "<title>400 The plain HTTP request was sent to HTTPS port</title>";
    let server = mock([Reply::status(400).send(body)]);
    let outcome = follow(&server, &[]);
    let hint = "hint: the server expects TLS on this port: try https:// instead of http://\n";
    assert!(outcome.status == 1 && outcome.stderr.ends_with(hint), "{}", outcome.stderr);
}
