//! What the bytes of a stream lead to.

use super::build::{Invented, MAX_EVENT_SIZE};
use super::{Check, Severity, hold, row};
use crate::doctor::observation::End;

#[test]
fn bytes() {
    let with = |bytes: &[u8]| Invented::healthy().body(bytes);
    let first = |bytes: &[u8]| Invented::healthy().body_first(bytes);
    let big = format!("id: x\ndata: {}\n\n", "x".repeat(MAX_EVENT_SIZE));
    let crs =
        Invented::healthy().pieces([(1000, "id: 1\rdata: a\r\r:\r"), (2000, ":\r")]).resumed("1", 200, "");
    hold(vec![
        row("CR LF and LF", with(b"id: x\r\ndata: a\r\n\r\n"), Severity::Warning, Check::LineEnds, "3 CR LF"),
        row("CR", crs, Severity::Warning, Check::LineEnds, "5 CR"),
        row("Latin-1", with(b"id: x\ndata: caf\xE9\n\n"), Severity::Error, Check::Utf8, "(0xE9)"),
        row("BOM", first(b"\xEF\xBB\xBF:\n"), Severity::Warning, Check::Bom, "begins with one"),
        row("NUL", with(b"id: x\ndata: a\0\n\n"), Severity::Warning, Check::Nul, "1 NUL came"),
        row(
            "large",
            with(big.as_bytes()),
            Severity::Error,
            Check::EventSize,
            "1 event of more than 10000 bytes",
        ),
        row("Data", with(b"Data: a\n\n"), Severity::Error, Check::Fields, "`Data: a`"),
        row("text", with(b"id: x\ndata: two\nlines\n\n"), Severity::Error, Check::Fields, "`lines`"),
        row("JSON", with(b"{\"a\": 1}\n\n"), Severity::Error, Check::Fields, "No client reads 1 line,"),
        row("unknown", with(b"id: x\ndata: a\ntopic: b\n\n"), Severity::Warning, Check::Fields, "`topic: b`"),
        row("no data", with(b"event: ping\n\n"), Severity::Warning, Check::Fields, "in 1 block:"),
    ]);
}

#[test]
fn ids() {
    let with = |bytes: &[u8]| Invented::healthy().body(bytes);
    let events =
        |text: &'static str| Invented::healthy().pieces([(1000, text), (2000, ":\n"), (3000, ":\n")]);
    hold(vec![
        row("none", events("data: a\n\n"), Severity::Note, Check::Ids, "1 event came without one"),
        row(
            "control",
            with(b"id: a\x01b\ndata: a\n\n"),
            Severity::Error,
            Check::Ids,
            "1 of 21 IDs with control",
        ),
        row("NUL", with(b"id: a\0b\ndata: a\n\n"), Severity::Error, Check::Nul, "In 1 ID:"),
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
    hold(vec![row("4097", Invented::healthy().body(text), Severity::Error, Check::Ids, "more than 4 KiB")]);
    let findings = super::diagnose(&Invented::healthy().body(fits).observation());
    assert!(findings.iter().all(|finding| finding.severity == Severity::Ok), "{findings:#?}");
}

#[test]
fn resuming() {
    let resumed = |status, body| Invented::healthy().resumed("25", status, body);
    hold(vec![
        row("refused", resumed(503, ""), Severity::Error, Check::Resuming, "503"),
        row("over", resumed(204, ""), Severity::Note, Check::Resuming, "204"),
        row(
            "silent",
            resumed(200, ":\n"),
            Severity::Warning,
            Check::Resuming,
            "no event came at all, though 3",
        ),
        row(
            "from the first",
            resumed(200, "id: 1\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "first event again: 1",
        ),
        row(
            "the one that it has",
            resumed(200, "id: 25\ndata: z\n\nid: 26\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "1 event came again: \"25\"",
        ),
        row(
            "a gap",
            resumed(200, "id: 28\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "1 event never came: \"26\"",
        ),
        row(
            "live only",
            resumed(200, "id: 40\ndata: z\n\n"),
            Severity::Error,
            Check::Resuming,
            "3 events never came",
        ),
    ]);
}

#[test]
fn reconnection_times() {
    let retry = |text: &str| Invented::healthy().body(format!("retry: {text}\n"));
    hold(vec![
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
fn ends() {
    let ended =
        |pieces: &[(u64, &'static str)], end| Invented::healthy().pieces(pieces.to_vec()).end(3000, end);
    let broken = || End::Broken("reset by peer".to_owned());
    let whole = &[(1000, "id: 1\ndata: a\n\n"), (1500, ":\n")][..];
    hold(vec![
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
            "broke",
        ),
    ]);
}
