//! Comments: one per line, reported at its line, and never an event.

use super::{Case, case, comment, event, full, inheriting, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [texts(), places()].concat()
}

fn texts() -> Vec<Case> {
    vec![
        case("comment", b": hello\n", [comment("hello")]),
        case("comment without a space", b":hello\n", [comment("hello")]),
        case("comment: only one space is removed", b":  hello \n", [comment(" hello ")]),
        case("comment empty", b":\n", [comment("")]),
        case("comment of one space", b": \n", [comment("")]),
        case("comment of two colons", b"::\n", [comment(":")]),
        case("comment that looks like a field", b":data: a\n\n", [comment("data: a")]),
        case("comment that looks like a field after a space", b": data: a\n\n", [comment("data: a")]),
        case("comment with a tab", b":\ta\n", [comment("\ta")]),
        case("comment with NUL", b": a\0b\n", [comment("a\0b")]),
        case("comment that is not ASCII", ": é…😀\n", [comment("é…😀")]),
        case("comments with CR", b": a\r: b\r", [comment("a"), comment("b")]),
        case("comments with CRLF", b": a\r\n: b\r\n", [comment("a"), comment("b")]),
    ]
}

fn places() -> Vec<Case> {
    vec![
        case(
            "comment after an id and a type",
            b"id: 1\n: c\nevent: t\n: d\ndata: a\n\n",
            [comment("c"), comment("d"), full("t", "a", "1")],
        )
        .leaves_id("1"),
        case("comment before an event", b": c\ndata: a\n\n", [comment("c"), event("a")]),
        case("comment inside an event", b"data: a\n: c\ndata: b\n\n", [comment("c"), event("a\nb")]),
        case("comment at the end of an event", b"data: a\n: c\n\n", [comment("c"), event("a")]),
        case("comment after an event", b"data: a\n\n: c\n", [event("a"), comment("c")]),
        case(
            "comment does not change the type and the data",
            b"event: t\n: c\ndata: a\n\n",
            [comment("c"), typed("t", "a")],
        ),
        case("comment after an id: no event", b"id: 1\n: c\n\n", [comment("c")]).leaves_id("1"),
        case("comments only", b": a\n\n: b\n\n", [comment("a"), comment("b")]),
        case(
            "keep-alives between events",
            b":\n\ndata: a\n\n:\n\n:\n\ndata: b\n\n",
            [comment(""), event("a"), comment(""), comment(""), event("b")],
        ),
        case(
            "comment, then an event with the earlier id",
            b"id: 1\ndata: a\n\n: c\n\ndata: b\n\n",
            [with_id("a", "1"), comment("c"), inheriting("b", "1")],
        )
        .leaves_id("1"),
        case("comment cut off before its line end", b": hello", []),
        case("comment in a block that is cut off", b"data: a\n: c\n", [comment("c")]).leaves(event("a")),
        case(
            "format-comments of the web platform tests",
            format!(
                "data:1\r:\0\n:\r\ndata:2\n:{x}\rdata:3\n:data:fail\r:{x}\ndata:4\n\n",
                x = "x".repeat(64)
            ),
            [
                comment("\0"),
                comment(""),
                comment(&"x".repeat(64)),
                comment("data:fail"),
                comment(&"x".repeat(64)),
                event("1\n2\n3\n4"),
            ],
        ),
    ]
}
