//! Events over the limit that are skipped.

use super::{Case, case, comment, discarded, event, inheriting, retry, with_id};

pub(super) fn cases() -> Vec<Case> {
    [skipped(), blocks(), skipped_ids()].concat()
}

fn skipped() -> Vec<Case> {
    vec![
        case("skip: one line", b"data: 12345\n\ndata: a\n\n", [discarded(12), event("a")]).skips_over(8),
        case("skip: CR", b"data: 12345\r\rdata: a\r\r", [discarded(12), event("a")]).skips_over(8),
        case("skip: CRLF", b"data: 12345\r\n\r\ndata: a\r\n\r\n", [discarded(12), event("a")]).skips_over(8),
        case("skip: CR, CRLF", b"data: 12345\r\r\ndata: a\r\r\n", [discarded(12), event("a")]).skips_over(8),
        case("skip: CR CR, then silence", b"data: 12345\r\r", [discarded(12)]).skips_over(8),
        case(
            "skip: the lines before it and after it",
            b"data: a\ndata: b\ndata: c\n\ndata\n\n",
            [discarded(24), event("")],
        )
        .skips_over(9),
        case(
            "skip: comments and retries in it",
            b"data: 12345\n: c\nretry: 5\n\ndata: a\n\n",
            [discarded(25), event("a")],
        )
        .skips_over(9),
        case("skip: a comment before it is reported", b": c\ndata: 12345\n\n", [comment("c"), discarded(12)])
            .skips_over(8),
        case("skip: a retry before it is reported", b"retry: 5\ndata: a\n\n", [retry(5), discarded(17)])
            .skips_over(9),
    ]
}

fn blocks() -> Vec<Case> {
    vec![
        case(
            "skip: a comment over the limit drops its block",
            b": 123456789\ndata: a\n\ndata: b\n\n",
            [discarded(20), event("b")],
        )
        .skips_over(8),
        case(
            "skip: a comment over the limit drops the lines before it",
            b"data: a\n: 123456789\n\ndata: b\n\n",
            [discarded(20), event("b")],
        )
        .skips_over(8),
        case(
            "skip: an unknown line over the limit",
            b"foo: 12345\n\ndata: b\n\n",
            [discarded(11), event("b")],
        )
        .skips_over(8),
        case(
            "skip: its event type is dropped",
            b"event: t\ndata: 12345\n\ndata: a\n\n",
            [discarded(21), event("a")],
        )
        .skips_over(9),
        case(
            "skip: two in a row",
            b"data: 12345\n\ndata: 123456\n\ndata\n\n",
            [discarded(12), discarded(13), event("")],
        )
        .skips_over(8),
        case("skip: the end before the blank line", b"data: 12345\ndata: a\n", []).skips_over(8),
        case("skip: the end in the line", b"data: 12345", []).skips_over(8),
        case("skip: nothing over the limit", b"data: a\n\ndata: b\n\n", [event("a"), event("b")])
            .skips_over(8),
        case("skip: empty data lines", b"data\ndata\ndata\n\ndata\n\n", [discarded(15), event("")])
            .skips_over(14),
        case(
            "skip: a BOM does not count",
            b"\xEF\xBB\xBFdata: 12345\n\ndata\n\n",
            [discarded(12), event("")],
        )
        .skips_over(8),
        case(
            "skip: the start of a BOM counts if it is not one",
            b"\xEF\xBBdata: 1\n\ndata\n\n",
            [discarded(10), event("")],
        )
        .skips_over(8),
        case(
            "skip: invalid text counts as received",
            b"data:\xFF\xFF\xFF\n\ndata\n\n",
            [discarded(9), event("")],
        )
        .skips_over(8),
    ]
}

fn skipped_ids() -> Vec<Case> {
    vec![
        case(
            "skip: its id is not committed",
            b"id: 9\ndata: 12345\n\ndata: a\n\n",
            [discarded(18), event("a")],
        )
        .skips_over(9),
        case(
            "skip: an id after the limit is not committed",
            b"data: 12345\nid: 9\n\ndata: a\n\n",
            [discarded(18), event("a")],
        )
        .skips_over(9),
        case(
            "skip: the last event ID is not part of it",
            b"id: 9\n\ndata: 12345\n\ndata\n\n",
            [discarded(12), inheriting("", "9")],
        )
        .skips_over(9)
        .leaves_id("9"),
        case(
            "skip: the last event ID is kept",
            b"id: 1\ndata\n\nid: 2\ndata: 12345\n\ndata: a\n\n",
            [with_id("", "1"), discarded(18), inheriting("a", "1")],
        )
        .skips_over(11)
        .leaves_id("1"),
        case("skip: resumed", b"data: a\n\ndata\n\n", [discarded(8), inheriting("", "abc")])
            .resumed_from("abc")
            .skips_over(9)
            .leaves_id("abc"),
    ]
}
