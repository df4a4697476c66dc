//! Events over the limit that end the stream.

use super::{Case, case, comment, event, inheriting, retry, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [lines(), events(), comments(), ids(), far(), invalid_text()].concat()
}

fn lines() -> Vec<Case> {
    vec![
        case("limit: a line of the limit", b"data: a\n\n", [event("a")]).limit(8),
        case("limit: a line over the limit", b"data: a\n\n", []).too_long_for(7),
        case("limit: a CRLF counts as one byte", b"data: a\r\n\r\n", [event("a")]).limit(8),
        case("limit: a line with CRLF, over the limit", b"data: a\r\n\r\n", []).too_long_for(7),
        case("limit: a BOM does not count", b"\xEF\xBB\xBFdata: a\n\n", [event("a")]).limit(8),
        case("limit: a possible start of a BOM does not count", b"\xEF\xBB", []).limit(1),
        case("limit: the start of a BOM counts if it is not one", b"\xEF\xBBa", []).too_long_for(2),
        case("limit: a second BOM counts", b"\xEF\xBB\xBF\xEF\xBB\xBFdata\n\n", []).too_long_for(7),
        case("limit: a retry of the limit", b"retry: 12345\n", [retry(12345)]).limit(13),
        case("limit: a retry over the limit", b"retry: 12345\n", []).too_long_for(12),
        case("limit: an unknown line over the limit", b"foo: bar\n", []).too_long_for(8),
        case("limit: a line without an end, of the limit", b"data: aaaa", []).limit(10).leaves(event("aaaa")),
        case("limit: a line without an end, over the limit", b"data: aaaa", []).too_long_for(9),
        case("limit: a line of the limit without room for its end", b"data: aaaa\n", []).too_long_for(10),
        case("limit: zero, with only blank lines", b"\n\r\n\r", []).limit(0),
        case("limit: zero, with a byte", b"\n:", []).too_long_for(0),
        case(
            "limit: frames before it are kept",
            b": c\nretry: 5\n\ndata: a\n\ndata: 12345\n\n",
            [comment("c"), retry(5), event("a")],
        )
        .too_long_for(11),
    ]
}

fn events() -> Vec<Case> {
    vec![
        case(
            "limit: applies to each event separately",
            b"data: aaa\n\ndata: bbb\n\n",
            [event("aaa"), event("bbb")],
        )
        .limit(10),
        case("limit: two lines of the limit", b"data: a\ndata: b\n\n", [event("a\nb")]).limit(16),
        case("limit: two lines over the limit", b"data: a\ndata: b\n\n", []).too_long_for(15),
        case("limit: two lines with CRLF, of the limit", b"data: a\r\ndata: b\r\n\r\n", [event("a\nb")])
            .limit(16),
        case("limit: two lines with CRLF, over the limit", b"data: a\r\ndata: b\r\n\r\n", [])
            .too_long_for(15),
        case("limit: empty data lines count with their names", b"data\ndata\n\n", [event("\n")]).limit(10),
        case("limit: empty data lines over the limit", b"data\ndata\n\n", []).too_long_for(9),
        case("limit: the event type counts", b"event: ab\ndata: a\n\n", [typed("ab", "a")]).limit(18),
        case("limit: the event type counts, over", b"event: ab\ndata: a\n\n", []).too_long_for(17),
        case("limit: a replaced event type still counts", b"event: ab\nevent: c\ndata\n\n", [typed("c", "")])
            .limit(24),
        case("limit: a replaced event type still counts, over", b"event: ab\nevent: c\ndata\n\n", [])
            .too_long_for(23),
        case("limit: an ignored line counts", b"foo: 12\ndata: a\n\n", [event("a")]).limit(16),
        case("limit: an ignored line counts, over", b"foo: 12\ndata: a\n\n", []).too_long_for(15),
        case("limit: a retry counts", b"retry: 1\ndata\n\n", [retry(1), event("")]).limit(14),
        case("limit: a retry counts, over", b"retry: 1\ndata\n\n", [retry(1)]).too_long_for(13),
        case("limit: a blank line without data starts over", b"event: a\n\ndata: b\n\n", [event("b")])
            .limit(9),
    ]
}

fn comments() -> Vec<Case> {
    vec![
        case("limit: a comment of the limit", b": 12345\n", [comment("12345")]).limit(8),
        case("limit: a comment over the limit", b": 12345\n", []).too_long_for(7),
        case("limit: a comment without an end, of the limit", b": 12345", []).limit(7),
        case("limit: a comment without an end, over the limit", b": 12345", []).too_long_for(6),
        case(
            "limit: a comment does not count towards its event",
            b"data: a\n: 12345\n\n",
            [comment("12345"), event("a")],
        )
        .limit(8),
        case("limit: a comment over the limit ends its event", b"data: a\n: 123456\n\n", []).too_long_for(8),
        case(
            "limit: many comments within an event",
            b"data: a\n:1\n:2\n:3\n:4\ndata: b\n\n",
            [comment("1"), comment("2"), comment("3"), comment("4"), event("a\nb")],
        )
        .limit(16),
        case(
            "limit: the last event ID does not count towards a comment",
            b"id: 12\n\n: 12345\n",
            [comment("12345")],
        )
        .limit(8)
        .leaves_id("12"),
    ]
}

fn ids() -> Vec<Case> {
    vec![
        case("limit: an id counts as a line", b"id: 12\ndata: a\n\n", [with_id("a", "12")])
            .limit(15)
            .leaves_id("12"),
        case("limit: an id counts as a line, over", b"id: 12\ndata: a\n\n", []).too_long_for(14),
        case("limit: the last event ID counts", b"id: 12\n\ndata: a\n\n", [inheriting("a", "12")])
            .limit(10)
            .leaves_id("12"),
        case("limit: the last event ID counts, over", b"id: 12\n\ndata: a\n\n", [])
            .too_long_for(9)
            .leaves_id("12"),
        case("limit: both ids count", b"id: 12\n\nid: 34\ndata: a\n\n", [with_id("a", "34")])
            .limit(17)
            .leaves_id("34"),
        case("limit: both ids count, over", b"id: 12\n\nid: 34\ndata: a\n\n", [])
            .too_long_for(16)
            .leaves_id("12"),
        case("limit: a reset id no longer counts", b"id: 12\n\nid\n\ndata: a\n\n", [event("a")]).limit(8),
        case("limit: resumed, of the limit", b"data: a\n\n", [inheriting("a", "abc")])
            .resumed_from("abc")
            .limit(11)
            .leaves_id("abc"),
        case("limit: resumed, over the limit", b"data: a\n\n", [])
            .resumed_from("abc")
            .too_long_for(10)
            .leaves_id("abc"),
        case("limit: resumed from an id over the limit", b"\n\nd", [])
            .resumed_from("abc")
            .too_long_for(2)
            .leaves_id("abc"),
        case("limit: resumed from an id over the limit, with only blank lines", b"\n\n", [])
            .resumed_from("abc")
            .limit(2)
            .leaves_id("abc"),
    ]
}

/// Limits so large that the first bytes of an event are far from them.
fn far() -> Vec<Case> {
    const ID: &str = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789";
    let x = "x".repeat(150);
    let line = format!("data:{x}\n\n");
    let second = format!("data:a\ndata: {x}\n\n");
    let id = format!("id:{ID}\n\n");
    let id_of_event = format!("data:a\nid:{ID}\n\ndata:12345\n\n");
    let id_before = format!("{id}data:12345\n\n");
    let (of_event, behind) = (with_id("a", ID), inheriting("12345", ID));
    vec![
        case("limit: a long line, of the limit", &*line, [event(&x)]).limit(156),
        case("limit: a long line, over the limit", &*line, []).too_long_for(155),
        case("limit: a long second line, of the limit", &*second, [event(&format!("a\n{x}"))]).limit(164),
        case("limit: a long second line, over the limit", &*second, []).too_long_for(163),
        case("limit: a long last event ID, of the limit", &*id_before, [behind.clone()])
            .limit(ID.len() + 11)
            .leaves_id(ID),
        case("limit: a long last event ID, over the limit", &*id_before, [])
            .too_long_for(ID.len() + 10)
            .leaves_id(ID),
        case("limit: a long ID after data, of the limit", &*id_of_event, [of_event.clone(), behind])
            .limit(ID.len() + 11)
            .leaves_id(ID),
        case("limit: a long ID after data, over the limit", &*id_of_event, []).too_long_for(ID.len() + 10),
        case(
            "limit: resumed from a long ID, of the limit",
            b":\n\ndata:1\n\n",
            [comment(""), inheriting("1", ID)],
        )
        .resumed_from(ID)
        .limit(ID.len() + 7)
        .leaves_id(ID),
        case("limit: resumed from a long ID, over the limit", b":\n\ndata:1\n\n", [comment("")])
            .resumed_from(ID)
            .too_long_for(ID.len() + 6)
            .leaves_id(ID),
    ]
}

/// U+FFFD has three bytes and may replace a single one. A line counts as received. The last event
/// ID counts as text, after the replacement.
fn invalid_text() -> Vec<Case> {
    vec![
        case(
            "limit: invalid data counts as received",
            b"data:\xFF\xFF\xFF\n\n",
            [event("\u{FFFD}\u{FFFD}\u{FFFD}")],
        )
        .limit(9),
        case("limit: invalid data over the limit", b"data:\xFF\xFF\xFF\n\n", []).too_long_for(8),
        case(
            "limit: an invalid comment counts as received",
            b":\xFF\xFF\xFF\n",
            [comment("\u{FFFD}\u{FFFD}\u{FFFD}")],
        )
        .limit(5),
        case(
            "limit: an invalid event type counts as received",
            b"event:\xFF\ndata:a\n\n",
            [typed("\u{FFFD}", "a")],
        )
        .limit(15),
        case(
            "limit: a last event ID that was repaired counts as text",
            b"id:\xFF\n\ndata\n\n",
            [inheriting("", "\u{FFFD}")],
        )
        .limit(8)
        .leaves_id("\u{FFFD}"),
        case("limit: a last event ID that was repaired counts as text, over", b"id:\xFF\n\ndata\n\n", [])
            .too_long_for(7)
            .leaves_id("\u{FFFD}"),
    ]
}
