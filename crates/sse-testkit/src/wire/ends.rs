//! The end of the stream, in each state: what is not complete never was.

use super::{Case, case, comment, event, with_id};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("end: nothing at all", b"", []),
        case("end: in one byte of a BOM", b"\xEF", []),
        case("end: in two bytes of a BOM", b"\xEF\xBB", []),
        case("end: in a name", b"dat", []),
        case("end: after a name", b"data", []),
        case("end: after the colon", b"data:", []),
        case("end: after the space", b"data: ", []),
        case("end: in a value", b"data: a", []),
        case("end: after a data line, LF", b"data: a\n", []),
        case("end: after a data line, CRLF", b"data: a\r\n", []),
        case("end: in the second line", b"data: a\ndata: b", []),
        case("end: after two data lines", b"data: a\ndata: b\n", []),
        case("end: after an event type", b"event: t\n", []),
        case("end: after an unknown line", b"foo\n", []),
        case("end: after a colon", b":", []),
        case("end: after a comment", b": c\n", [comment("c")]),
        case("end: after a blank line", b"\n", []),
        case("end: after an event", b"data: a\n\n", [event("a")]),
        case("end: after an event, in the next one", b"data: a\n\ndata: b", [event("a")]),
        case("end: after an event, after the next one's line", b"data: a\n\ndata: b\n", [event("a")]),
        case(
            "end: after an event with an id, in the next id",
            b"id: 1\ndata: a\n\nid: 2",
            [with_id("a", "1")],
        )
        .leaves_id("1"),
    ]
}
