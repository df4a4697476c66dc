//! Findings from the bytes of a stream.

use super::build::{MAX_EVENT_SIZE, Scenario};
use super::{Check, Severity, assert_rows, row};
use crate::doctor::observation::End;

#[test]
fn flaws_in_the_bytes_are_reported() {
    let with = |bytes: &[u8]| Scenario::healthy().body(bytes);
    let first = |bytes: &[u8]| Scenario::healthy().body_first(bytes);
    let big = format!("id: x\ndata: {}\n\n", "x".repeat(MAX_EVENT_SIZE));
    let crs =
        Scenario::healthy().pieces([(1000, "id: 1\rdata: a\r\r:\r"), (2000, ":\r")]).resumed("1", 200, "");
    assert_rows(vec![
        row("CR LF and LF", with(b"id: x\r\ndata: a\r\n\r\n"), Severity::Warning, Check::LineEnds, "3 CR LF"),
        row("CR", crs, Severity::Warning, Check::LineEnds, "5 CR"),
        row("Latin-1", with(b"id: x\ndata: caf\xE9\n\n"), Severity::Error, Check::Utf8, "(0xE9)"),
        row("BOM", first(b"\xEF\xBB\xBF:\n"), Severity::Warning, Check::Bom, "begins with one"),
        row("NUL", with(b"id: x\ndata: a\0\n\n"), Severity::Warning, Check::Nul, "has 1 NUL."),
        row(
            "large",
            with(big.as_bytes()),
            Severity::Error,
            Check::EventSize,
            "1 event of more than 10000 bytes",
        ),
        row("Data", with(b"Data: a\n\n"), Severity::Error, Check::Fields, "`Data: a`"),
        row("text", with(b"id: x\ndata: two\nlines\n\n"), Severity::Error, Check::Fields, "`lines`"),
        row("JSON", with(b"{\"a\": 1}\n\n"), Severity::Error, Check::Fields, "Clients ignore 1 line,"),
        row("unknown", with(b"id: x\ndata: a\ntopic: b\n\n"), Severity::Warning, Check::Fields, "`topic: b`"),
        row("no data", with(b"event: ping\n\n"), Severity::Warning, Check::Fields, "1 block with"),
    ]);
}

#[test]
fn flaws_of_ids_are_reported() {
    let with = |bytes: &[u8]| Scenario::healthy().body(bytes);
    let events =
        |text: &'static str| Scenario::healthy().pieces([(1000, text), (2000, ":\n"), (3000, ":\n")]);
    assert_rows(vec![
        row("none", events("data: a\n\n"), Severity::Note, Check::Ids, "1 event arrived without an ID"),
        row(
            "control",
            with(b"id: a\x01b\ndata: a\n\n"),
            Severity::Error,
            Check::Ids,
            "1 of 21 IDs with control",
        ),
        row("NUL", with(b"id: a\0b\ndata: a\n\n"), Severity::Error, Check::Nul, "1 ID with a NUL"),
        row(
            "same",
            with(b"id: 1\ndata: a\n\n"),
            Severity::Warning,
            Check::Ids,
            "21 events have 20 different",
        ),
        row("some", with(b"data: a\n\n"), Severity::Note, Check::Ids, "20 of 21"),
    ]);
}

#[test]
fn long_ids_cannot_be_sent() {
    let text = format!("id: {}\ndata: a\n\n", "x".repeat(4097));
    let fits = format!("id: {}\ndata: a\n\n", "x".repeat(4096));
    assert_rows(vec![row(
        "4097",
        Scenario::healthy().body(text),
        Severity::Error,
        Check::Ids,
        "more than 4 KiB",
    )]);
    let findings = super::diagnose(&Scenario::healthy().body(fits).observation());
    assert!(findings.iter().all(|finding| finding.severity == Severity::Ok), "{findings:#?}");
}

#[test]
fn flaws_of_resuming_are_reported() {
    let resumed = |status, body| Scenario::healthy().resumed("25", status, body);
    assert_rows(vec![
        row("refused", resumed(503, ""), Severity::Error, Check::Resuming, "503"),
        row("over", resumed(204, ""), Severity::Note, Check::Resuming, "204"),
        row("silent", resumed(200, ":\n"), Severity::Warning, Check::Resuming, "sent no event, although 3"),
        row(
            "from the first",
            resumed(200, "id: 1\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "with the first event and repeated 1 event",
        ),
        row(
            "the last event again",
            resumed(200, "id: 25\ndata: z\n\nid: 26\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "repeated 1 event: \"25\"",
        ),
        row(
            "a gap",
            resumed(200, "id: 28\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "left out 1 event: \"26\"",
        ),
        row(
            "live only",
            resumed(200, "id: 40\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "left out 3 events",
        ),
    ]);
}

#[test]
fn unreasonable_reconnection_times_are_reported() {
    let retry = |text: &str| Scenario::healthy().body(format!("retry: {text}\n"));
    assert_rows(vec![
        row("words", retry("3s"), Severity::Error, Check::Retry, "`retry: 3s`"),
        row("negative", retry("-1"), Severity::Error, Check::Retry, "`retry: -1`"),
        row("soon", retry("499"), Severity::Warning, Check::Retry, "499"),
        row("late", retry("60001"), Severity::Warning, Check::Retry, "60001"),
    ]);
    for fine in ["500", "60000"] {
        let findings = super::diagnose(&retry(fine).observation());
        assert!(findings.iter().all(|finding| finding.severity == Severity::Ok), "{findings:#?}");
    }
}

#[test]
fn each_end_of_a_stream_is_reported() {
    let ended =
        |pieces: &[(u64, &'static str)], end| Scenario::healthy().pieces(pieces.to_vec()).end(3000, end);
    let broken = || End::Broken("reset by peer".to_owned());
    let whole = &[(1000, "id: 1\ndata: a\n\n"), (1500, ":\n")][..];
    assert_rows(vec![
        row(
            "it ended",
            ended(whole, End::Eof).resumed("1", 200, ""),
            Severity::Note,
            Check::Ending,
            "3.0 s and 1 event;",
        ),
        row("empty", ended(&[], End::Eof), Severity::Error, Check::Ending, "0 events"),
        row("broken", ended(whole, broken()), Severity::Error, Check::Ending, "reset by peer"),
        row(
            "unfinished",
            ended(&[(1000, "id: 1\ndata: a\n\ndata: b\n")], End::Eof),
            Severity::Error,
            Check::LastEvent,
            "`b`",
        ),
        row(
            "broken in an event",
            ended(&[(1000, "id: 1\ndata: a\n\ndata: b\n")], broken()),
            Severity::Error,
            Check::Ending,
            "was lost",
        ),
    ]);
}
