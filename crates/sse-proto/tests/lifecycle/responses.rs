//! The effect of each response.

use sse_proto::{ReconnectPolicy, ResponseHead};

use crate::life::{EVENT_STREAM, Life, config, head, policy, seconds, with};

/// The temporary error statuses. (520 to 530, 561 and 598 are those of well-known proxies.)
fn is_temporary(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=504 | 506..=510 | 512..=599)
}

/// Each status as the first response, and as the response to a reconnection.
#[test]
fn the_status_decides_between_open_retry_and_close() {
    for status in (0..=1000).chain([u16::MAX]) {
        let (first, later) = match status {
            200 => ("opened, wait".into(), "opened, wait".into()),
            204 => ("closed NoContent".into(), "closed NoContent".into()),
            _ if is_temporary(status) => (
                format!("closed Failed(Status({status}))"),
                format!("lost Status({status}) until 9s, wait until 9s"),
            ),
            _ => (format!("closed Status({status})"), format!("closed Status({status})")),
        };
        assert_eq!(Life::connecting(config()).response(status), first);
        let mut life = Life::waiting(config());
        assert_eq!(life.at(3).timeout(), "connect, wait");
        assert_eq!(life.response(status), later);
    }
}

#[test]
fn only_the_content_type_of_event_streams_opens() {
    for (content_type, outputs) in [
        (Some("text/event-stream"), "opened, wait"),
        (Some("Text/Event-STREAM"), "opened, wait"),
        (Some("text/event-stream; charset=utf-8"), "opened, wait"),
        (Some("text/event-stream;charset=windows-1252;x"), "opened, wait"),
        (Some("text/html, text/event-stream"), "opened, wait"),
        (Some("text/event-stream, text/html"), r#"closed ContentType(Some("text/event-stream, text/html"))"#),
        (Some("text/html"), r#"closed ContentType(Some("text/html"))"#),
        (Some("text/event-streams"), r#"closed ContentType(Some("text/event-streams"))"#),
        (Some(""), r#"closed ContentType(Some(""))"#),
        (None, "closed ContentType(None)"),
    ] {
        let content_type = content_type.map(str::as_bytes);
        let head = ResponseHead { content_type, ..head(200) };
        assert_eq!(Life::connecting(config()).head(head), outputs);
        let mut life = Life::waiting(config());
        life.at(3).timeout();
        assert_eq!(life.head(head), outputs, "as the response to a reconnection");
    }
    let head = ResponseHead { content_type: Some(b"\xFF\x00"), ..head(200) };
    assert_eq!(Life::connecting(config()).head(head), "closed ContentType(Some(\"\u{FFFD}\\0\"))");
}

/// The application can override the rules, but cannot accept a 204.
#[test]
fn the_application_can_accept_or_reject_a_response() {
    for (status, content_type, accept, outputs) in [
        (200, None, true, "opened, wait"),
        (200, Some(&b"text/html"[..]), true, "opened, wait"),
        (201, Some(b"application/x"), true, "opened, wait"),
        (503, EVENT_STREAM, true, "opened, wait"),
        (204, EVENT_STREAM, true, "closed NoContent"),
        (204, EVENT_STREAM, false, "closed NoContent"),
        (200, EVENT_STREAM, false, "closed NotAccepted"),
        (200, None, false, "closed NotAccepted"),
        (404, EVENT_STREAM, false, "closed Status(404)"),
    ] {
        let accept = Some(accept);
        let head = ResponseHead { content_type, accept, ..head(status) };
        assert_eq!(Life::connecting(config()).head(head), outputs, "{status} {accept:?}");
    }
    let mut life = Life::waiting(config());
    life.at(3).timeout();
    let busy = ResponseHead { accept: Some(false), ..head(503) };
    assert_eq!(life.head(busy), "lost Status(503) until 9s, wait until 9s");
}

/// This holds even if every network error is retried, before the first open and after it.
#[test]
fn futile_failures_are_not_retried() {
    for policy in [policy().retry_initial(true), ReconnectPolicy::whatwg()] {
        assert_eq!(Life::connecting(with(policy.clone())).futile(), "closed Failed(Futile)");
        let mut life = Life::waiting(with(policy.clone()).ask(false));
        life.at(3).timeout();
        assert_eq!(life.futile(), "closed Failed(Futile)");
        assert_eq!(Life::open(with(policy)).futile(), "closed Failed(Futile)");
    }
}

#[test]
fn only_a_200_needs_a_content_type() {
    for content_type in [None, Some(&b"text/html"[..]), EVENT_STREAM] {
        for (status, outputs) in [(204, "closed NoContent"), (404, "closed Status(404)")] {
            let head = ResponseHead { content_type, ..head(status) };
            assert_eq!(Life::connecting(config()).head(head), outputs);
        }
    }
}

#[test]
fn failures_before_the_first_open_are_retried_if_configured() {
    let patient = policy().retry_initial(true);
    for (policy, outputs) in [
        (policy(), ["closed Failed(Transport)", "closed Failed(Eof)", "closed Failed(Status(503))"]),
        (
            patient,
            [
                "lost Transport until 3s, wait until 3s",
                "lost Eof until 3s, wait until 3s",
                "lost Status(503) until 3s, wait until 3s",
            ],
        ),
    ] {
        let connecting = || Life::connecting(with(policy.clone()));
        let [transport, eof, status] = outputs;
        assert_eq!(connecting().break_off(), transport);
        assert_eq!(connecting().eof(), eof);
        assert_eq!(connecting().response(503), status);
    }
}

/// Every status but 200 is final, and network errors are retried from the first attempt on.
#[test]
fn the_whatwg_policy_follows_the_standard() {
    let whatwg = || Life::connecting(with(ReconnectPolicy::whatwg()));
    for status in (0..=1000).filter(|status| is_temporary(*status)) {
        assert_eq!(whatwg().response(status), format!("closed Status({status})"));
    }
    assert_eq!(whatwg().response(204), "closed NoContent");
    let mut life = whatwg();
    for n in 0..50 {
        let (lost, next) = (3 * n, 3 * (n + 1));
        assert_eq!(life.at(lost).break_off(), format!("lost Transport until {next}s, wait until {next}s"));
        assert_eq!(life.at(next).timeout(), "connect, wait");
    }
}

#[test]
fn opened_comes_once_and_before_any_byte() {
    let mut life = Life::new(config().idle_timeout(seconds(9)));
    assert_eq!(life.drain(), "connect, wait");
    assert_eq!(life.response(200), "opened, wait until 9s");
    assert_eq!(life.data("da"), "wait until 9s");
    assert_eq!(life.response(200), "wait until 9s", "a second head is ignored");
    assert_eq!(life.data("ta: a\n\n"), "message \"a\" #, wait until 9s");
}
