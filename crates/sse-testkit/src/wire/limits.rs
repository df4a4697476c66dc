//! Events over the limit, where they end the stream.

use super::{Case, case, comment, event, retry, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [lines(), held(), replaced(), ids(), far(), replaced_text()].concat()
}

fn lines() -> Vec<Case> {
    vec![
        case("limit: a line of the limit", b"data: a\n\n", [event("a")]).limit(7),
        case("limit: a line over the limit", b"data: a\n\n", []).too_long_for(6),
        case("limit: line ends do not count", b"data: a\r\n\r\n", [event("a")]).limit(7),
        case("limit: a BOM does not count", b"\xEF\xBB\xBFdata: a\n\n", [event("a")]).limit(7),
        case("limit: what may become a BOM does not count", b"\xEF\xBB", []).limit(1),
        case("limit: a second BOM counts", b"\xEF\xBB\xBF\xEF\xBB\xBFdata\n\n", []).too_long_for(6),
        case("limit: a comment of the limit", b": 12345\n", [comment("12345")]).limit(7),
        case("limit: a comment over the limit", b": 12345\n", []).too_long_for(6),
        case("limit: a retry of the limit", b"retry: 12345\n", [retry(12345)]).limit(12),
        case("limit: a retry over the limit", b"retry: 12345\n", []).too_long_for(11),
        case("limit: an unknown line over the limit", b"foo: bar\n", []).too_long_for(7),
        case("limit: a line without an end, of the limit", b"data: aaaa", []).limit(10),
        case("limit: a line without an end, over the limit", b"data: aaaa", []).too_long_for(9),
        case("limit: nothing, and nothing comes", b"\n\r\n\r", []).limit(0),
        case("limit: nothing, and a byte comes", b"\n:", []).too_long_for(0),
        case(
            "limit: frames before it stay",
            b": c\nretry: 5\ndata: a\n\ndata: 123\n\n",
            [comment("c"), retry(5), event("a")],
        )
        .too_long_for(8),
        case(
            "limit: starts over with each event",
            b"data: aaa\n\ndata: bbb\n\n",
            [event("aaa"), event("bbb")],
        )
        .limit(9),
    ]
}

fn held() -> Vec<Case> {
    vec![
        case("limit: data held and a line, of the limit", b"data: a\ndata: b\n\n", [event("a\nb")]).limit(9),
        case("limit: data held and a line, over the limit", b"data: a\ndata: b\n\n", []).too_long_for(8),
        case("limit: each empty data line adds a byte", b"data\ndata\ndata\n\n", [event("\n\n")]).limit(6),
        case("limit: each empty data line adds a byte, over", b"data\ndata\ndata\n\n", []).too_long_for(5),
        case("limit: the event type counts", b"event: ab\ndata: a\n\n", [typed("ab", "a")]).limit(9),
        case("limit: the event type counts, over", b"event: ab\ndata: ab\n\n", []).too_long_for(9),
        case(
            "limit: an event type replaced counts no more",
            b"event: ab\nevent: c\ndata: abc\n\n",
            [typed("c", "abc")],
        )
        .limit(10),
        case("limit: an event type counts until it is replaced", b"event: ab\nevent: c\n\n", [])
            .too_long_for(9),
        case(
            "limit: a comment with data held, of the limit",
            b"data: a\n: c\n\n",
            [comment("c"), event("a")],
        )
        .limit(7),
        case("limit: a comment with data held, over the limit", b"data: a\n: 1234\n\n", []).too_long_for(7),
        case("limit: an ignored line is held no longer", b"foo: 12\ndata: a\n\n", [event("a")]).limit(7),
    ]
}

/// What is replaced counts while its line comes, and not afterwards, however long it was.
fn replaced() -> Vec<Case> {
    let (types, ids) = (b"event:12345678\nevent:87654321\ndata\n\n", b"id:12345678\nid:87654321\ndata\n\n");
    vec![
        case("limit: a long event type replaced, of the limit", types, [typed("87654321", "")]).limit(22),
        case("limit: a long event type replaced, over the limit", types, []).too_long_for(21),
        case("limit: a long id replaced, of the limit", ids, [with_id("", "87654321")])
            .limit(19)
            .leaves_id("87654321"),
        case("limit: a long id replaced, over the limit", ids, []).too_long_for(18),
    ]
}

fn ids() -> Vec<Case> {
    vec![
        case("limit: a pending id counts", b"id: 12\ndata: a\n\n", [with_id("a", "12")])
            .limit(9)
            .leaves_id("12"),
        case("limit: a pending id counts, over", b"id: 12\ndata: a\n\n", []).too_long_for(8),
        case("limit: the last event ID counts", b"id: 12\n\ndata: a\n\n", [with_id("a", "12")])
            .limit(9)
            .leaves_id("12"),
        case("limit: the last event ID counts, over", b"id: 12\n\ndata: a\n\n", [])
            .too_long_for(8)
            .leaves_id("12"),
        case("limit: both ids count", b"id: 12\n\nid: 34\ndata: a\n\n", [with_id("a", "34")])
            .limit(11)
            .leaves_id("34"),
        case("limit: both ids count, over", b"id: 12\n\nid: 34\ndata: a\n\n", [])
            .too_long_for(10)
            .leaves_id("12"),
        case("limit: a cleared id counts no more", b"id: 12\n\nid\n\ndata: a\n\n", [event("a")]).limit(7),
        case("limit: an id with NUL is not held", b"id: 12\0\ndata: a\n\n", [event("a")]).limit(7),
        case("limit: resumed, of the limit", b"data: a\n\n", [with_id("a", "abc")])
            .resumed_from("abc")
            .limit(10)
            .leaves_id("abc"),
        case("limit: resumed, over the limit", b"data: a\n\n", [])
            .resumed_from("abc")
            .too_long_for(9)
            .leaves_id("abc"),
        case("limit: resumed from an id over the limit", b"\n\nd", [])
            .resumed_from("abc")
            .too_long_for(2)
            .leaves_id("abc"),
        case("limit: resumed from an id over the limit, and nothing comes", b"\n\n", [])
            .resumed_from("abc")
            .limit(2)
            .leaves_id("abc"),
    ]
}

/// Limits so large that the first bytes of an event are far from them, and an event or an ID that is not.
fn far() -> Vec<Case> {
    const ID: &str = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789";
    let x = "x".repeat(150);
    let line = format!("data:{x}\n\n");
    let spaced = format!("data: {x}\n\n");
    let second = format!("data:a\ndata: {x}\n\n");
    let id = format!("id:{ID}\n\n");
    let id_of_event = format!("data:a\nid:{ID}\n\ndata:12345\n\n");
    let id_before = format!("{id}data:12345\n\n");
    let (of_event, behind) = (with_id("a", ID), with_id("12345", ID));
    vec![
        case("limit: a long line, of the limit", &*line, [event(&x)]).limit(155),
        case("limit: a long line, over the limit", &*line, []).too_long_for(154),
        case("limit: a long line with a space, of the limit", &*spaced, [event(&x)]).limit(156),
        case("limit: a long line with a space, over the limit", &*spaced, []).too_long_for(155),
        case("limit: a long second line, of the limit", &*second, [event(&format!("a\n{x}"))]).limit(158),
        case("limit: a long second line, over the limit", &*second, []).too_long_for(157),
        case("limit: a long last event ID, of the limit", &*id_before, [behind.clone()])
            .limit(ID.len() + 10)
            .leaves_id(ID),
        // The event alone is an eighth of the limit.
        case("limit: a long last event ID, over the limit", &*id_before, [])
            .too_long_for(ID.len() + 9)
            .leaves_id(ID),
        case("limit: a long ID behind data, of the limit", &*id_of_event, [of_event.clone(), behind])
            .limit(ID.len() + 10)
            .leaves_id(ID),
        case("limit: a long ID behind data, over the limit", &*id_of_event, [of_event])
            .too_long_for(ID.len() + 9)
            .leaves_id(ID),
        case(
            "limit: resumed from a long ID, of the limit",
            b":\n\ndata:1\n\n",
            [comment(""), with_id("1", ID)],
        )
        .resumed_from(ID)
        .limit(ID.len() + 6)
        .leaves_id(ID),
        case("limit: resumed from a long ID, over the limit", b":\n\ndata:1\n\n", [comment("")])
            .resumed_from(ID)
            .too_long_for(ID.len() + 5)
            .leaves_id(ID),
    ]
}

/// U+FFFD is three bytes, and may stand for one.
fn replaced_text() -> Vec<Case> {
    vec![
        case(
            "limit: replaced data, of the limit",
            b"data:\xFF\xFF\xFF\n\n",
            [event("\u{FFFD}\u{FFFD}\u{FFFD}")],
        )
        .limit(9),
        case(
            "limit: a replaced comment, of the limit",
            b":\xFF\xFF\xFF\n",
            [comment("\u{FFFD}\u{FFFD}\u{FFFD}")],
        )
        .limit(9),
        case("limit: a replaced comment, over the limit", b":\xFF\xFF\xFF\n", []).too_long_for(8),
        case("limit: a replaced event type, over the limit", b"event:\xFF\xFF\xFF\xFF\n", [])
            .too_long_for(11),
        case("limit: replaced data, over the limit", b"data:\xFF\xFF\xFF\n\n", []).too_long_for(8),
        case(
            "limit: replaced data in two lines, of the limit",
            b"data:\xFF\xFF\ndata:\xFF\n\n",
            [event("\u{FFFD}\u{FFFD}\n\u{FFFD}")],
        )
        .limit(10),
        case("limit: replaced data in two lines, over the limit", b"data:\xFF\xFF\ndata:\xFF\n\n", [])
            .too_long_for(9),
        case(
            "limit: replaced event type, of the limit",
            b"event:\xFF\xFF\xFF\ndata:a\n\n",
            [typed("\u{FFFD}\u{FFFD}\u{FFFD}", "a")],
        )
        .limit(15),
        case("limit: replaced event type, over the limit", b"event:\xFF\xFF\xFF\ndata:a\n\n", [])
            .too_long_for(14),
        case(
            "limit: replaced id, of the limit",
            b"id:\xFF\xFF\xFF\ndata:a\n\n",
            [with_id("a", "\u{FFFD}\u{FFFD}\u{FFFD}")],
        )
        .limit(15)
        .leaves_id("\u{FFFD}\u{FFFD}\u{FFFD}"),
        case("limit: replaced id, over the limit", b"id:\xFF\xFF\xFF\ndata:a\n\n", []).too_long_for(14),
        case("limit: replaced id without data, over the limit", b"id:\xFF\xFF\xFF\n\n", []).too_long_for(8),
        case(
            "limit: a last event ID that was replaced counts as text",
            b"id:\xFF\n\ndata\n\n",
            [with_id("", "\u{FFFD}")],
        )
        .limit(7)
        .leaves_id("\u{FFFD}"),
        case("limit: a last event ID that was replaced counts as text, over", b"id:\xFF\n\ndata\n\n", [])
            .too_long_for(6)
            .leaves_id("\u{FFFD}"),
        case("limit: replaced data and a last event ID, over", b"id:1\n\ndata:\xFF\xFF\xFF\n\n", [])
            .too_long_for(9)
            .leaves_id("1"),
    ]
}
