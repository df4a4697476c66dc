//! Events over the limit, where they are dropped.

use super::{Case, case, comment, discarded, event, with_id};

pub(super) fn cases() -> Vec<Case> {
    [skipped(), blocks(), skipped_ids(), skipped_text()].concat()
}

fn skipped() -> Vec<Case> {
    vec![
        case("skip: one line", b"data: 12345\n\ndata: a\n\n", [discarded(11), event("a")]).skips_over(7),
        case("skip: CR", b"data: 12345\r\rdata: a\r\r", [discarded(11), event("a")]).skips_over(7),
        case("skip: CRLF", b"data: 12345\r\n\r\ndata: a\r\n\r\n", [discarded(11), event("a")]).skips_over(7),
        case("skip: CR, CRLF", b"data: 12345\r\r\ndata: a\r\r\n", [discarded(11), event("a")]).skips_over(7),
        case("skip: CR CR, then silence", b"data: 12345\r\r", [discarded(11)]).skips_over(7),
        case(
            "skip: what is held and what follows",
            b"data: a\ndata: b\ndata: c\n\ndata\n\n",
            [discarded(16), event("")],
        )
        .skips_over(8),
        case(
            "skip: comments and retries in it",
            b"data: 12345\n: c\nretry: 5\n\ndata: a\n\n",
            [discarded(22), event("a")],
        )
        .skips_over(8),
        case("skip: a comment before it came out", b": c\ndata: 12345\n\n", [comment("c"), discarded(11)])
            .skips_over(7),
    ]
}

fn blocks() -> Vec<Case> {
    vec![
        case(
            "skip: a comment over the limit takes its block",
            b": 123456789\ndata: a\n\ndata: b\n\n",
            [discarded(18), event("b")],
        )
        .skips_over(7),
        case("skip: an unknown line over the limit", b"foo: 1234\n\ndata: b\n\n", [discarded(9), event("b")])
            .skips_over(7),
        case(
            "skip: the event type of it is gone",
            b"event: t\ndata: 12345\n\ndata: a\n\n",
            [discarded(12), event("a")],
        )
        .skips_over(8),
        case(
            "skip: two in a row",
            b"data: 12345\n\ndata: 123456\n\ndata\n\n",
            [discarded(11), discarded(12), event("")],
        )
        .skips_over(7),
        case("skip: the end before the blank line", b"data: 12345\ndata: a\n", []).skips_over(7),
        case("skip: the end in the line", b"data: 12345", []).skips_over(7),
        case("skip: nothing over the limit", b"data: a\n\ndata: b\n\n", [event("a"), event("b")])
            .skips_over(7),
        case("skip: empty data lines", b"data\ndata\ndata\n\ndata\n\n", [discarded(6), event("")])
            .skips_over(5),
        case(
            "skip: a BOM does not count",
            b"\xEF\xBB\xBFdata: 12345\n\ndata\n\n",
            [discarded(11), event("")],
        )
        .skips_over(7),
    ]
}

fn skipped_ids() -> Vec<Case> {
    vec![
        case(
            "skip: the id of it is not committed",
            b"id: 9\ndata: 12345\n\ndata: a\n\n",
            [discarded(12), event("a")],
        )
        .skips_over(8),
        case(
            "skip: an id after the limit is not committed",
            b"data: 12345\nid: 9\n\ndata: a\n\n",
            [discarded(16), event("a")],
        )
        .skips_over(8),
        case(
            "skip: the last event ID is not part of it",
            b"id: 9\n\ndata: 12345\n\ndata\n\n",
            [discarded(11), with_id("", "9")],
        )
        .skips_over(8)
        .leaves_id("9"),
        case(
            "skip: the last event ID stays",
            b"id: 1\ndata\n\nid: 2\ndata: 12345\n\ndata: a\n\n",
            [with_id("", "1"), discarded(12), with_id("a", "1")],
        )
        .skips_over(8)
        .leaves_id("1"),
        case("skip: resumed", b"data: a\n\ndata\n\n", [discarded(7), with_id("", "abc")])
            .resumed_from("abc")
            .skips_over(8)
            .leaves_id("abc"),
    ]
}

fn skipped_text() -> Vec<Case> {
    vec![
        case("skip: replaced data", b"data:\xFF\xFF\xFF\n\ndata: a\n\n", [discarded(4), event("a")])
            .skips_over(8),
        case("skip: replaced data, CR", b"data:\xFF\xFF\xFF\r\rdata: a\r\r", [discarded(4), event("a")])
            .skips_over(8),
        case(
            "skip: replaced data, CRLF",
            b"data:\xFF\xFF\xFF\r\n\r\ndata: a\r\n\r\n",
            [discarded(4), event("a")],
        )
        .skips_over(8),
        case(
            "skip: replaced event type",
            b"event:\xFF\xFF\xFF\ndata:a\n\ndata: a\n\n",
            [discarded(15), event("a")],
        )
        .skips_over(9),
        case(
            "skip: replaced id, not committed",
            b"id:\xFF\xFF\xFF\ndata:a\n\ndata: a\n\n",
            [discarded(15), event("a")],
        )
        .skips_over(9),
        case(
            "skip: replaced id without data, not committed",
            b"id:\xFF\xFF\xFF\n\ndata: a\n\n",
            [discarded(6), event("a")],
        )
        .skips_over(8),
        case(
            "skip: replaced data, the last event ID is not part of it",
            b"id:1\n\ndata:\xFF\xFF\xFF\n\ndata\n\n",
            [discarded(4), with_id("", "1")],
        )
        .skips_over(9)
        .leaves_id("1"),
    ]
}
