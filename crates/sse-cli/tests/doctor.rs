//! Runs `sse doctor` against a good server, and against servers with one flaw each.
#![allow(missing_docs)]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sse_harness::{
    BufferingProxy, Certificate, MockServer, RecordedRequest, Reply, TlsServer, TlsSettings, root_pem, serve,
};

/// The pause between events, which is longer than the time that groups reads into a burst.
const TICK: Duration = Duration::from_millis(50);

fn sse(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sse"));
    command.arg("doctor").args(args).stdin(Stdio::null()).env_remove("http_proxy").env_remove("https_proxy");
    command.output().expect("the binary is built")
}

/// Runs `sse doctor` and returns the exit status, the report and the text on stderr.
fn report(args: &[&str]) -> (i32, Value, String) {
    let output = sse(&[&["--output", "json", "--response-timeout", "5s"], args].concat());
    let stderr = String::from_utf8(output.stderr).expect("text");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    (output.status.code().expect("it exits"), report, stderr)
}

/// Returns the checks with findings of a severity.
fn checks(report: &Value, severity: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("an array");
    let found = findings.iter().filter(|finding| finding["severity"] == severity);
    found.map(|finding| finding["check"].as_str().expect("a name").to_owned()).collect()
}

fn temporary(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()))
}

/// Returns the head of a good response.
fn good_head() -> Reply {
    Reply::events().header("cache-control", "no-cache").header("access-control-allow-origin", "*")
}

fn event(id: impl std::fmt::Display) -> String {
    format!("id: {id}\ndata: x\n\n")
}

/// Answers with the events up to 9 that follow the last event ID, 50 ms apart, and with heartbeats.
fn good(request: &RecordedRequest) -> Reply {
    let last: u32 = request.header("last-event-id").map_or(0, |id| id.parse().expect("an ID that was sent"));
    let events = (last + 1..10).map(|id| if id % 3 == 0 { format!(":\n\n{}", event(id)) } else { event(id) });
    events.fold(good_head(), |reply, event| reply.pause(TICK).send(event)).stall()
}

/// Returns a server that starts the first stream with a flaw, and is good otherwise.
fn good_with(flaw: impl AsRef<[u8]>) -> MockServer {
    let flaw = flaw.as_ref().to_vec();
    MockServer::new().reply_with(move |request| match request.header("last-event-id") {
        Some(_) => good(request),
        None => (1..10).map(event).fold(good_head().send(&flaw), Reply::send).send(":\n\n").stall(),
    })
}

/// Returns a server that sends the events of `answer` after a last event ID, and is good otherwise.
fn resuming(answer: impl Fn(u32) -> Vec<u32> + Send + Sync + 'static) -> MockServer {
    MockServer::new().reply_with(move |request| match request.header("last-event-id") {
        Some(id) => {
            let ids = answer(id.parse().expect("an ID that was sent"));
            ids.into_iter().map(event).fold(good_head(), Reply::send).stall()
        }
        None => good(request),
    })
}

/// Returns a server that replies once, and with 204 to requests that resume.
fn once(reply: Reply) -> MockServer {
    MockServer::new().reply_with(move |request| match request.header("last-event-id") {
        Some(_) => Reply::status(204),
        None => reply.clone(),
    })
}

/// A name, a URL, its server, further arguments, and the check that fails.
type Case = (&'static str, String, Box<dyn Send>, Vec<String>, &'static str);

fn watching(time: &str) -> Vec<String> {
    vec!["--watch".to_owned(), time.to_owned()]
}

fn case(name: &'static str, server: MockServer, check: &'static str) -> Case {
    (name, server.url("/events"), Box::new(server), watching("1s"), check)
}

fn scripted(name: &'static str, reply: Reply, check: &'static str) -> Case {
    case(name, serve([reply]), check)
}

fn broken_responses() -> Vec<Case> {
    let html = || Reply::status(200).header("content-type", "text/html").send("<html>log in</html>");
    vec![
        scripted("status 500", Reply::status(500).send("oops"), "status"),
        scripted("status 204", Reply::status(204), "status"),
        scripted("a page", html(), "content-type"),
        scripted("no type", Reply::status(200).chunked().send("data: a\n\n"), "content-type"),
        scripted(
            "gzip",
            good_head().header("content-encoding", "gzip").send([0x1f, 0x8b]).stall(),
            "compression",
        ),
        scripted("a redirect to itself", Reply::status(302).header("location", "/events"), "redirects"),
        scripted("no HTTP", Reply::raw().send("+OK POP3 ready\r\n"), "connection"),
        scripted("silence", Reply::raw().stall(), "connection"),
    ]
}

fn broken_streams() -> Vec<Case> {
    let large = format!("id: 0\ndata: {}\n\n", "x".repeat(2 * 1024 * 1024));
    vec![
        scripted("an empty stream", good_head().close(), "ending"),
        case(
            "a stream that breaks off",
            once(good_head().send(event(1)).pause(TICK).send(":\n").pause(TICK).drop_connection()),
            "ending",
        ),
        case(
            "no blank line at the end",
            once(good_head().send(event(1)).pause(TICK).send("data: [DONE]\n").close()),
            "last-event",
        ),
        case("Latin-1", good_with(b"id: 0\ndata: caf\xE9\n\n"), "utf-8"),
        case("NUL in an ID", good_with("id: a\0b\ndata: x\n\n"), "nul"),
        case("an event of 2 MiB", good_with(large), "event-size"),
        case("a control character in an ID", good_with("id: a\u{1}b\ndata: x\n\n"), "ids"),
        case("Data", good_with("Data: x\n\n"), "fields"),
        case("text of two lines", good_with("id: 0\ndata: two\nlines\n\n"), "fields"),
        case("retry in words", good_with("retry: 3s\n\n"), "retry"),
        case("always from the beginning", resuming(|_| (1..10).collect()), "resuming"),
        case("the last event again", resuming(|last| (last..10).collect()), "resuming"),
        case("one left out", resuming(|last| (last + 2..10).collect()), "resuming"),
        case(
            "two origins",
            MockServer::new().reply_with(|request| good(request).header("access-control-allow-origin", "*")),
            "cors",
        ),
    ]
}

fn broken_connections() -> Vec<Case> {
    let pem = temporary("root.pem");
    std::fs::write(&pem, root_pem()).expect("it can be written");
    let trusting = vec!["--cacert".to_owned(), pem.display().to_string()];
    let settings = TlsSettings { certificate: Certificate::Expired, ..TlsSettings::default() };
    let expired = TlsServer::new(MockServer::new().reply_with(good), settings);
    // The server sends ten events per second, and the proxy forwards about ten at a time.
    let made = |number: u64| format!("data: {}\n\n", 1_764_122_489_000 + number * 100);
    let events = (0..60).map(made);
    let steady = events.fold(good_head(), |reply, event| reply.pause(Duration::from_millis(100)).send(event));
    let server = serve([steady.stall()]);
    let proxy = BufferingProxy::new(&server, 260);
    let unused = { serve([Reply::status(204)]).url("/") };
    vec![
        ("a proxy that buffers", proxy.url("/"), Box::new((server, proxy)), watching("5s"), "buffering"),
        ("an expired certificate", expired.url("/"), Box::new(expired), trusting, "tls"),
        ("no server", unused, Box::new(()), Vec::new(), "connection"),
    ]
}

#[test]
fn each_flaw_is_the_only_error() {
    let cases: Vec<_> =
        [broken_responses(), broken_streams(), broken_connections()].into_iter().flatten().collect();
    assert_eq!(cases.len(), 25);
    let runs = cases.into_iter().map(|(name, url, server, args, check)| {
        thread::spawn(move || {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let (status, report, _) = report(&[&args[..], &[&url]].concat());
            drop(server);
            assert_eq!((status, checks(&report, "error")), (1, vec![check.to_owned()]), "{name}: {report:#}");
        })
    });
    // All run at the same time, because each spends its time waiting.
    let runs: Vec<_> = runs.collect();
    let failed = runs.into_iter().filter_map(|run| run.join().err()).count();
    assert_eq!(failed, 0);
}

#[test]
fn a_good_server_passes_with_and_without_tls() {
    let pem = temporary("good.pem");
    std::fs::write(&pem, root_pem()).expect("it can be written");
    let plain = MockServer::new().reply_with(good);
    let tls = TlsServer::new(MockServer::new().reply_with(good), TlsSettings::default());
    for (url, args) in
        [(plain.url("/"), vec![]), (tls.url("/"), vec!["--cacert", pem.to_str().expect("text")])]
    {
        let (status, report, stderr) = report(&[&args[..], &["--watch", "1s", &url]].concat());
        let found = [checks(&report, "error"), checks(&report, "warning"), checks(&report, "note")];
        assert_eq!((status, found), (0, [vec![], vec![], vec![]]), "{report:#}");
        assert_eq!((report["events"].as_u64(), report["comments"].as_u64()), (Some(9), Some(3)));
        let purposes: Vec<_> =
            report["requests"].as_array().expect("an array").iter().map(|r| &r["purpose"]).collect();
        assert_eq!(purposes, ["watch", "resume", "browser"]);
        // Each request is announced.
        assert_eq!(stderr.lines().count(), 3, "{stderr}");
    }
    let asked = plain.requests();
    assert_eq!(
        asked.iter().map(|request| request.header("last-event-id")).collect::<Vec<_>>(),
        [None, Some("6"), None]
    );
    assert_eq!(asked[2].header("accept-encoding"), Some("gzip, deflate, br, zstd"));
    assert_eq!(asked[0].header("accept"), Some("text/event-stream"));
}

#[test]
fn a_post_is_sent_once_and_followed_by_a_preflight() {
    let server = MockServer::new().reply_with(|request| match request.method.as_str() {
        "OPTIONS" => Reply::status(204),
        _ => good(request),
    });
    let args = ["--watch", "1s", "-d", "{}", "-H", "content-type: application/json", &server.url("/")];
    let (status, report, stderr) = report(&args);
    assert_eq!(status, 0, "{report:#}");
    let requests = server.requests();
    let methods: Vec<_> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["POST", "OPTIONS"]);
    assert_eq!(requests[0].body, "{}");
    assert_eq!(requests[1].header("access-control-request-method"), Some("POST"));
    assert_eq!(requests[1].header("access-control-request-headers"), Some("content-type"));
    assert_eq!(checks(&report, "note"), ["resuming", "cors"]);
    assert!(stderr.contains("The request is sent only once."), "{stderr}");
}

#[test]
fn the_page_has_no_scripts_and_shows_the_timeline() {
    let file = temporary("report.html");
    let server =
        good_with("event: <script>\ndata: \u{1b}\n\nid: 0\ndata: two\n<script>alert(1)</script>\n\n");
    let url = format!("{}?token=secret", server.url("/"));
    let output = sse(&["--watch", "1s", "--html", file.to_str().expect("text"), &url]);
    assert_eq!(output.status.code(), Some(1));
    let page = std::fs::read_to_string(&file).expect("it was written");
    assert!(!page.contains("<script") && !page.contains("secret") && !page.contains('\u{1b}'), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    for part in ["<svg ", "class=\"event\"", "class=\"comment\"", "reconnected after ID", "</html>"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let unwritable = sse(&["--watch", "1ms", "--html", "/nowhere/report.html", &url]);
    let stderr = String::from_utf8(unwritable.stderr).expect("text");
    assert!(
        unwritable.status.code() == Some(1) && stderr.contains("cannot write /nowhere/report.html"),
        "{stderr}"
    );
}

#[test]
fn the_report_fits_80_columns_and_has_no_control_characters() {
    let server = good_with("D\u{1b}[2J\u{9b}\u{202e}ata\n\nid: a\u{7f}b\ndata: x\n\n");
    let output = sse(&["--watch", "1s", &server.url("/")]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    assert!(text.contains("D\\u{1b}[2J\\u{9b}\\u{202e}ata"), "{text}");
    assert!(text.contains("see docs/servers.md#ids"), "{text}");
    let verdict = text.lines().next_back().expect("a line");
    assert!(verdict.starts_with("2 errors, ") && verdict.ends_with(" checks passed"), "{verdict}");
    let json = String::from_utf8(sse(&["--watch", "1s", "--output", "json", &server.url("/")]).stdout)
        .expect("text");
    assert!(!json.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{json:?}");
}

#[test]
fn the_request_has_the_options_of_follow() {
    let server = MockServer::new().reply_with(good);
    let port = format!(":{}/events", server.addr().port());
    let (status, ..) = report(&[&port, "--watch", "200ms", "-u", "ann:secret", "-A", "probe/1"]);
    assert_eq!(status, 0);
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), Some("Basic YW5uOnNlY3JldA=="));
    assert_eq!(request.header("user-agent"), Some("probe/1"));
}

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &[][..],
        &["ftp://localhost/"],
        &["http://"],
        &["--watch", "0s", "http://localhost/"],
        &["--watch", "soon", "http://localhost/"],
        &["-H", "no colon", "http://localhost/"],
        &["--cacert", "/nowhere", "http://localhost/"],
        &["-d", "@/nowhere", "http://localhost/"],
    ] {
        assert_eq!(sse(args).status.code(), Some(2), "{args:?}");
    }
}
