//! The end of the stream in each state. A partial event is dropped, unless the end of the stream
//! completes it.

use super::{Case, case, comment, event, full, inheriting, retry, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [without_event(), in_lines(), after_lines(), with_ids()].concat()
}

fn without_event() -> Vec<Case> {
    vec![
        case("end: an empty stream", b"", []),
        case("end: in one byte of a BOM", b"\xEF", []),
        case("end: in two bytes of a BOM", b"\xEF\xBB", []),
        case("end: in a name", b"dat", []),
        case("end: in an event type", b"event: t", []),
        case("end: after an event type", b"event: t\n", []),
        case("end: after an unknown line", b"foo\n", []),
        case("end: after a colon", b":", []),
        case("end: in a comment", b": c", []),
        case("end: after a comment", b": c\n", [comment("c")]),
        case("end: in a retry", b"retry: 5", []),
        case("end: after a blank line", b"\n", []),
        case("end: after an event", b"data: a\n\n", [event("a")]),
        case("end: after an event, CR", b"data: a\r\r", [event("a")]),
        case("end: after an event type and a blank line", b"event: t\n\n", []),
        case("end: over the limit", b"data: 12345", []).too_long_for(10),
        case("end: over the limit, after a line", b"data: 12345\n", []).too_long_for(11),
        case("end: in an event that is skipped", b"data: 12345\ndata: a", []).skips_over(11),
    ]
}

fn in_lines() -> Vec<Case> {
    vec![
        case("end: after a name", b"data", []).leaves(event("")),
        case("end: after the colon", b"data:", []).leaves(event("")),
        case("end: after the space", b"data: ", []).leaves(event("")),
        case("end: in a value", b"data: a", []).leaves(event("a")),
        case("end: in a value that begins with a space", b"data:  a", []).leaves(event(" a")),
        case("end: in the second line", b"data: a\ndata: b", []).leaves(event("a\nb")),
        case("end: in the second line's name", b"data: a\nda", []).leaves(event("a")),
        case("end: in the second line, an empty one", b"data: a\ndata", []).leaves(event("a\n")),
        case("end: in a comment after data", b"data: a\n: c", []).leaves(event("a")),
        case("end: in a retry after data", b"data: a\nretry: 5", []).leaves(event("a")),
        case("end: in a UTF-8 sequence", b"data: \xF0\x9F\x98", []).leaves(event("\u{FFFD}")),
        case("end: after invalid bytes", b"data: \xFFa", []).leaves(event("\u{FFFD}a")),
        case("end: in an event type after data", b"data: a\nevent: t", []).leaves(typed("t", "a")),
        case("end: in an unknown line after data", b"data: a\nfoo", []).leaves(event("a")),
        case("end: after a BOM", b"\xEF\xBB\xBFdata: a", []).leaves(event("a")),
        case("end: a line of the limit without its end", b"data: a", []).limit(7).leaves(event("a")),
    ]
}

fn after_lines() -> Vec<Case> {
    vec![
        case("end: after a data line, LF", b"data: a\n", []).leaves(event("a")),
        case("end: after a data line, CR", b"data: a\r", []).leaves(event("a")),
        case("end: after a data line, CRLF", b"data: a\r\n", []).leaves(event("a")),
        case("end: after two data lines", b"data: a\ndata: b\n", []).leaves(event("a\nb")),
        case("end: after an empty data line", b"data\n", []).leaves(event("")),
        case("end: after data and a comment", b"data: a\n: c\n", [comment("c")]).leaves(event("a")),
        case("end: after data and a retry", b"data: a\nretry: 5\n", [retry(5)]).leaves(event("a")),
        case("end: after an event, in the next one", b"data: a\n\ndata: b", [event("a")]).leaves(event("b")),
        case("end: after an event, after the next one's line", b"data: a\n\ndata: b\n", [event("a")])
            .leaves(event("b")),
        case("end: all fields, without a blank line", b"id: 1\nevent: t\ndata: a\n", [])
            .leaves(full("t", "a", "1")),
    ]
}

fn with_ids() -> Vec<Case> {
    vec![
        case("end: in an id", b"id: 1", []),
        case("end: in an id after data", b"data: a\nid: 1", []).leaves(with_id("a", "1")),
        case(
            "end: after an event with an id, in the next id",
            b"id: 1\ndata: a\n\nid: 2",
            [with_id("a", "1")],
        )
        .leaves_id("1"),
        case(
            "end: after an event with an id, in the next event",
            b"id: 1\ndata: a\n\ndata: b",
            [with_id("a", "1")],
        )
        .leaves_id("1")
        .leaves(inheriting("b", "1")),
        case("end: in an event that resets the id", b"id: 1\n\nid\ndata: b", [])
            .leaves_id("1")
            .leaves(with_id("b", "")),
    ]
}
