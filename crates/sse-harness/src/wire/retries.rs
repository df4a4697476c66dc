//! `retry`, which accepts only ASCII digits and is reported at its line.

use super::{Case, case, comment, event, retry, with_id};

pub(super) fn cases() -> Vec<Case> {
    [numbers(), ignored(), places()].concat()
}

fn numbers() -> Vec<Case> {
    vec![
        case("retry", b"retry: 3000\n", [retry(3000)]),
        case("retry without a space", b"retry:3000\n", [retry(3000)]),
        case("retry 0", b"retry: 0\n", [retry(0)]),
        case("retry with leading zeros", b"retry: 000500\n", [retry(500)]),
        case("retry with 30 digits", b"retry: 123456789012345678901234567890\n", [retry(u64::MAX)]),
        case("retry with 30 zeros and a 5", b"retry: 0000000000000000000000000000005\n", [retry(5)]),
        case("retry, the largest number", b"retry: 18446744073709551615\n", [retry(u64::MAX)]),
        case("retry, one more than the largest", b"retry: 18446744073709551616\n", [retry(u64::MAX)]),
    ]
}

fn ignored() -> Vec<Case> {
    vec![
        case("retry with two spaces", b"retry:  3000\n", []),
        case("retry with a space after it", b"retry: 3000 \n", []),
        case("retry with a tab", b"retry:\t3000\n", []),
        case("retry +5", b"retry: +5\n", []),
        case("retry -5", b"retry: -5\n", []),
        case("retry 12a", b"retry: 12a\n", []),
        case("retry a12", b"retry: a12\n", []),
        case("retry 1 2", b"retry: 1 2\n", []),
        case("retry 1.5", b"retry: 1.5\n", []),
        case("retry 1e3", b"retry: 1e3\n", []),
        case("retry 0x10", b"retry: 0x10\n", []),
        case("retry 1_000", b"retry: 1_000\n", []),
        case("retry empty", b"retry:\n", []),
        case("retry a space", b"retry: \n", []),
        case("retry alone", b"retry\n", []),
        case("retry with digits that are not ASCII", "retry: ３٣\n", []),
        case("retry with NUL", b"retry: 5\0\n", []),
        case("retry with invalid UTF-8", b"retry: 5\xFF\n", []),
        case("retry with 30 digits and a letter", b"retry: 123456789012345678901234567890x\n", []),
    ]
}

fn places() -> Vec<Case> {
    vec![
        case("retry cut off before its line end", b"retry: 3000", []),
        case(
            "retry is reported at its line, before its event",
            b"data: a\nretry: 5\n\n",
            [retry(5), event("a")],
        ),
        case("retry in a block that is cut off", b"data: a\nretry: 5\n", [retry(5)]).leaves(event("a")),
        case(
            "retry between events",
            b"data: a\n\nretry: 5\n\ndata: b\n\n",
            [event("a"), retry(5), event("b")],
        ),
        case("retry twice", b"retry: 5\nretry: 6\n\n", [retry(5), retry(6)]),
        case(
            "an invalid retry does not replace a valid one",
            b"retry: 3000\nretry: 1000x\ndata: x\n\n",
            [retry(3000), event("x")],
        ),
        case(
            "retry keeps its place among comments",
            b": a\nretry: 5\n: b\n",
            [comment("a"), retry(5), comment("b")],
        ),
        case(
            "retry does not change the id of its block",
            b"id: 1\nretry: 5\ndata: a\n\n",
            [retry(5), with_id("a", "1")],
        )
        .leaves_id("1"),
    ]
}
