//! Findings from the head of a response.

use http::{Method, Version};

use super::build::Scenario;
use super::{Check, Severity, assert_rows, diagnose, row};
use crate::doctor::observation::Stage;

#[test]
fn a_missing_response_is_an_error() {
    let refused = |stage, message| Scenario::healthy().refused(stage, message);
    assert_rows(vec![
        row("refused", refused(Stage::Connecting, "refused"), Severity::Error, Check::Connection, "refused"),
        row("silence", refused(Stage::Timeout, "within 30s"), Severity::Error, Check::Connection, "30s"),
        row("no HTTP", refused(Stage::Response, "no valid head"), Severity::Error, Check::Connection, "head"),
        row("certificate", refused(Stage::Tls, "expired"), Severity::Error, Check::Tls, "expired"),
        row("redirect", refused(Stage::Redirect, "too many"), Severity::Error, Check::Redirects, "too many"),
    ]);
}

#[test]
fn a_response_that_is_not_a_readable_stream_is_reported() {
    let healthy = Scenario::healthy;
    let content_type = |value| healthy().header("content-type", value);
    assert_rows(vec![
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
fn flaws_of_the_head_are_reported() {
    let healthy = Scenario::healthy;
    assert_rows(vec![
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
            "redirects to",
        ),
        row("no TLS", healthy().url("http://example.com/"), Severity::Note, Check::Tls, "http://"),
    ]);
}

#[test]
fn headers_for_other_origins_are_checked() {
    let allowed = |values| Scenario::healthy().browser_headers("access-control-allow-origin", values);
    assert_rows(vec![
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
    let post = || Scenario::healthy().method(Method::POST);
    assert_rows(vec![row("post", post(), Severity::Note, Check::Resuming, "A POST is sent only once")]);
    let cors = |scenario: Scenario| {
        let findings = diagnose(&scenario.observation());
        findings.into_iter().find(|finding| finding.check == Check::Cors).expect("it is checked")
    };
    let no_header = post().browser_headers("access-control-allow-origin", &[]);
    for (scenario, seen) in
        [(post().browser_status(405), "OPTIONS got 405"), (no_header, "without `Access-Control")]
    {
        let finding = cors(scenario);
        assert!(finding.severity == Severity::Note && finding.seen.contains(seen), "{finding:?}");
    }
    assert_eq!(cors(post()).severity, Severity::Ok);
}

#[test]
fn a_preflight_has_to_allow_the_method_and_the_headers() {
    let put = || Scenario::healthy().method(Method::PUT);
    let token = || Scenario::healthy().asks_for("authorization,x-key");
    let (methods, headers) = ("access-control-allow-methods", "access-control-allow-headers");
    for (scenario, missing) in [
        (put(), "the method PUT."),
        (put().browser_header(methods, "GET, put"), "the method PUT."),
        (put().browser_header(methods, "GET, PUT"), ""),
        (put().browser_header(methods, "*"), ""),
        (Scenario::healthy().method(Method::POST), ""),
        (token(), "the header `authorization` and the header `x-key`."),
        (token().browser_header(headers, "*"), "the header `authorization`."),
        (token().browser_header(headers, "*, Authorization"), ""),
        (token().browser_headers(headers, &["Authorization", "X-Key"]), ""),
        (put().asks_for("x-key"), "the method PUT and the header `x-key`."),
    ] {
        let findings = diagnose(&scenario.observation());
        let found = findings.into_iter().find(|finding| finding.check == Check::Cors).expect("it is checked");
        if missing.is_empty() {
            assert_eq!(found.severity, Severity::Ok, "{found:?}");
        } else {
            assert_eq!(found.seen, format!("The answer to OPTIONS does not allow {missing}"));
        }
    }
}

#[test]
fn a_certificate_that_was_not_checked_is_not_called_valid() {
    let secure = || Scenario::healthy().url("https://example.com/events");
    for (scenario, severity) in [(secure(), Severity::Ok), (secure().insecure(), Severity::Note)] {
        let findings = diagnose(&scenario.observation());
        let found = findings.into_iter().find(|finding| finding.check == Check::Tls).expect("it is checked");
        assert_eq!(found.severity, severity, "{found:?}");
    }
}
