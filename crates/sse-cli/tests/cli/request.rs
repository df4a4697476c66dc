//! The requests that `sse follow` sends.

use std::process::Stdio;

use sse_harness::{MockServer, RecordedRequest, Reply, serve as mock};

use super::common::{Folder, finish, follow, run, run_with_input, sse, text};

fn server() -> MockServer {
    mock([Reply::events().send("data: a\n\n").close()])
}

fn last(server: &MockServer) -> RecordedRequest {
    server.requests().pop().expect("there was one")
}

#[test]
fn bodies_are_sent_with_their_content_type() {
    let folder = Folder::new();
    let at_file = format!("@{}", text(&folder.file("body", "from a file")));
    let server = server();
    let form = Some("application/x-www-form-urlencoded");
    let json = Some("application/json");
    for (args, method, body, content_type) in [
        (&["-d", "text"][..], "POST", "text", form),
        (&["-d", &at_file, "-X", "PUT"], "PUT", "from a file", form),
        (&["-d", "@-"], "POST", "from stdin", form),
        (&["-d", "x", "-H", "Content-Type: text/plain"], "POST", "x", Some("text/plain")),
        (&["--json", "{\"a\":1}"], "POST", "{\"a\":1}", json),
        (&["--json", &at_file], "POST", "from a file", json),
        (
            &["--json", "@-", "-H", "content-type: application/x+json"],
            "POST",
            "from stdin",
            Some("application/x+json"),
        ),
        (&[], "GET", "", None),
        (&["-X", "POST"], "POST", "", None),
    ] {
        let url = server.url("/events");
        let run = run_with_input(
            &[&["follow", &url, "--output", "data", "--no-reconnect"][..], args].concat(),
            "from stdin",
        );
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "a\n", ""), "{args:?}");
        let request = last(&server);
        assert_eq!((request.method.as_str(), &request.body[..]), (method, body.as_bytes()), "{args:?}");
        assert_eq!(request.header("content-type"), content_type, "{args:?}");
        assert_eq!(request.header("accept"), Some("text/event-stream"), "{args:?}");
    }
}

#[test]
fn headers_are_sent() {
    let folder = Folder::new();
    let at_file = format!("@{}", text(&folder.file("headers", "X-B: 3\r\n\r\n  x-c:4 \n")));
    let server = server();
    let args = ["-H", "x-a:  1 ", "-H", "X-A: 2", "-H", &at_file, "--no-reconnect", "--last-event-id", "7"];
    assert_eq!(follow(&server, &args).status, 0);
    let request = last(&server);
    assert_eq!(request.header_values("x-a"), ["1", "2"]);
    assert_eq!((request.header("x-b"), request.header("x-c")), (Some("3"), Some("4")));
    assert_eq!(request.header("last-event-id"), Some("7"));
}

#[test]
fn the_user_agent_can_be_replaced() {
    let server = server();
    for (args, agent) in [
        (&[][..], concat!("sse/", env!("CARGO_PKG_VERSION"))),
        (&["-A", "me"], "me"),
        (&["-H", "User-Agent: you"], "you"),
    ] {
        follow(&server, &[&["--no-reconnect"], args].concat());
        assert_eq!(last(&server).header_values("user-agent"), [agent]);
    }
}

#[test]
fn credentials_are_sent() {
    let server = server();
    follow(&server, &["--no-reconnect", "-u", "me:pass:word"]);
    assert_eq!(last(&server).header("authorization"), Some("Basic bWU6cGFzczp3b3Jk"));
    let mut command = sse(&["follow", &server.url("/"), "--no-reconnect", "--bearer-env", "SSE_TEST_TOKEN"]);
    command.env("SSE_TEST_TOKEN", "secret\n");
    assert_eq!(finish(command).status, 0);
    assert_eq!(last(&server).header("authorization"), Some("Bearer secret"));
}

#[test]
fn a_request_that_cannot_be_built_is_wrong_usage() {
    let folder = Folder::new();
    let absent = folder.join("absent");
    let at_absent = format!("@{}", text(&absent));
    let at_bad = format!("@{}", text(&folder.file("bad", "no colon\n")));
    let server = server();
    for (args, named) in [
        (&["--bearer-env", "SSE_TEST_UNSET"][..], "SSE_TEST_UNSET"),
        (&["-d", &at_absent], text(&absent)),
        (&["--json", &at_absent], text(&absent)),
        (&["-H", &at_absent], text(&absent)),
        (&["-H", &at_bad], &at_bad),
    ] {
        let run = follow(&server, args);
        assert!(run.status == 2 && run.stdout.is_empty(), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(named), "{args:?}: {}", run.stderr);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn verbose_shows_heads_and_hides_secrets() {
    let server = mock([
        Reply::events()
            .header("x-server", "\u{9b}1")
            .header("set-cookie", "secret")
            .send("data: a\n\n")
            .close(),
        Reply::status(503).header("x-busy", "yes"),
        Reply::status(204),
    ]);
    let url = server.url("/events?a=b&token=secret").replace("http://", "http://me:secret@");
    let mut command = sse(&[
        "-v",
        &url,
        "-H",
        "Cookie: secret",
        "-H",
        "X-Api-Key: secret",
        "-H",
        "x-a: b",
        "-d",
        "secret",
        "--replay",
        "--reconnection-time",
        "100ms",
    ]);
    command.stdin(Stdio::null());
    let outcome = finish(command);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "message: a\n"));
    for line in [
        "> POST /events?a=b&token=[hidden] HTTP/1.1",
        &format!("> host: {}", server.addr()),
        "> authorization: [hidden]",
        "> cookie: [hidden]",
        "> x-api-key: [hidden]",
        "> x-a: b",
        "> (a body of 6 bytes)",
        "< 200 OK",
        "< set-cookie: [hidden]",
        "< 503 Service Unavailable",
        "< x-busy: yes",
    ] {
        assert!(outcome.stderr.lines().any(|shown| shown == line), "{line}: {}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains("secret") && !outcome.stderr.contains('\u{9b}'), "{}", outcome.stderr);
}

#[test]
fn redirects_are_followed_with_and_without_the_flag() {
    let target = server();
    for flag in [&["-L"][..], &["--location"], &[]] {
        let server = mock([Reply::status(302).header("location", target.url("/there"))]);
        let url = server.url("/");
        let outcome = run(&[&[url.as_str(), "--no-reconnect", "--output", "data"][..], flag].concat());
        assert_eq!((outcome.status, outcome.stdout.as_str()), (0, "a\n"), "{}", outcome.stderr);
        assert_eq!(last(&target).path, "/there");
    }
}
