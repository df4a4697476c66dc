//! What the head of a response, or its lack, leads to.

use http::{Method, Version};

use super::build::Invented;
use super::{Check, Severity, diagnose, hold, row};
use crate::doctor::observation::Stage;

#[test]
fn there_is_no_response() {
    let refused = |stage, message| Invented::healthy().refused(stage, message);
    hold(vec![
        row(
            "nobody listens",
            refused(Stage::Connecting, "refused"),
            Severity::Error,
            Check::Connection,
            "refused",
        ),
        row("silence", refused(Stage::Timeout, "within 30s"), Severity::Error, Check::Connection, "30s"),
        row("no HTTP", refused(Stage::Response, "no valid head"), Severity::Error, Check::Connection, "head"),
        row("certificate", refused(Stage::Tls, "expired"), Severity::Error, Check::Tls, "expired"),
        row("redirect", refused(Stage::Redirect, "too many"), Severity::Error, Check::Redirects, "too many"),
    ]);
}

#[test]
fn the_response_is_no_event_stream() {
    let healthy = Invented::healthy;
    let content_type = |value| healthy().header("content-type", value);
    hold(vec![
        row(
            "404",
            healthy().status(404),
            Severity::Error,
            Check::Status,
            "404 Not Found. The body begins: <html> Oops",
        ),
        row("204", healthy().status(204), Severity::Error, Check::Status, "204"),
        row("type", content_type("text/html"), Severity::Error, Check::ContentType, "`text/html`"),
        row("no type", healthy().without_header("content-type"), Severity::Error, Check::ContentType, "none"),
        row(
            "charset",
            content_type("text/event-stream; charset=Latin1"),
            Severity::Warning,
            Check::Charset,
            "Latin1",
        ),
        row(
            "gzip",
            healthy().header("content-encoding", "gzip"),
            Severity::Error,
            Check::Compression,
            "`Content-Encoding: gzip`",
        ),
        row(
            "gzip for browsers",
            healthy().browser_header("content-encoding", "br"),
            Severity::Warning,
            Check::Compression,
            "br",
        ),
    ]);
}

#[test]
fn the_response_is_an_event_stream_with_a_flaw() {
    let healthy = Invented::healthy;
    hold(vec![
        row("late head", healthy().head_at(2500), Severity::Warning, Check::Connection, "2.5 s"),
        row(
            "HTTP/1.0",
            healthy().version(Version::HTTP_10),
            Severity::Warning,
            Check::HttpVersion,
            "HTTP/1.0",
        ),
        row(
            "length",
            healthy().header("content-length", "99"),
            Severity::Warning,
            Check::HttpVersion,
            "99 bytes",
        ),
        row(
            "no caching",
            healthy().without_header("cache-control"),
            Severity::Note,
            Check::Caching,
            "no `Cache-Control`",
        ),
        row(
            "caching",
            healthy().header("cache-control", "max-age=9"),
            Severity::Note,
            Check::Caching,
            "max-age=9",
        ),
        row(
            "moved",
            healthy().redirected_to("http://127.0.0.1/x"),
            Severity::Note,
            Check::Redirects,
            "leads to",
        ),
        row("no TLS", healthy().url("http://example.com/"), Severity::Note, Check::Tls, "http://"),
    ]);
}

#[test]
fn pages_of_other_origins() {
    let allowed = |values| Invented::healthy().browser_headers("access-control-allow-origin", values);
    hold(vec![
        row("none", allowed(&[]), Severity::Note, Check::Cors, "There is no"),
        row("one other", allowed(&["https://a.example"]), Severity::Note, Check::Cors, "https://a.example"),
        row(
            "two",
            allowed(&["https://a.example", "*"]),
            Severity::Error,
            Check::Cors,
            "https://a.example, *",
        ),
        row(
            "a list",
            allowed(&["https://a.example, https://b.example"]),
            Severity::Error,
            Check::Cors,
            "b.example",
        ),
        row("same twice", allowed(&["*", "*"]), Severity::Error, Check::Cors, "*, *"),
        row("no Vary", allowed(&["https://page.example"]), Severity::Note, Check::Cors, "Vary"),
        row(
            "any with cookies",
            allowed(&["*"]).browser_header("access-control-allow-credentials", "true"),
            Severity::Warning,
            Check::Cors,
            "cookies",
        ),
        row("refused", allowed(&["*"]).browser_status(403), Severity::Note, Check::Cors, "403"),
    ]);
    let varies = allowed(&["https://page.example"]).browser_header("vary", "accept, Origin");
    assert!(diagnose(&varies.observation()).iter().all(|finding| finding.severity == Severity::Ok));
}

#[test]
fn a_post_is_not_resumed_and_needs_a_preflight() {
    let post = || Invented::healthy().method(Method::POST);
    hold(vec![row("post", post(), Severity::Note, Check::Resuming, "A POST is never sent twice")]);
    let cors = |observed: Invented| {
        let findings = diagnose(&observed.observation());
        findings.into_iter().find(|finding| finding.check == Check::Cors).expect("it is checked")
    };
    let no_header = post().browser_headers("access-control-allow-origin", &[]);
    for (observed, seen) in
        [(post().browser_status(405), "OPTIONS gets 405"), (no_header, "without `Access-Control")]
    {
        let finding = cors(observed);
        assert!(finding.severity == Severity::Note && finding.seen.contains(seen), "{finding:?}");
    }
    assert_eq!(cors(post()).severity, Severity::Ok);
}
