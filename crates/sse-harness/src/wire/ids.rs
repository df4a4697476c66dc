//! The last event ID, which is committed at the blank line.

use super::{Case, case, comment, event, full, inheriting, retry, with_id};

pub(super) fn cases() -> Vec<Case> {
    [values(), committed(), inherited(), not_committed(), resumed()].concat()
}

fn values() -> Vec<Case> {
    vec![
        case("id", b"id: 1\ndata: a\n\n", [with_id("a", "1")]).leaves_id("1"),
        case("id after the data", b"data: a\nid: 1\n\n", [with_id("a", "1")]).leaves_id("1"),
        case("id without a space", b"id:1\ndata: a\n\n", [with_id("a", "1")]).leaves_id("1"),
        case("id with spaces", b"id:  1 2 \ndata: a\n\n", [with_id("a", " 1 2 ")]).leaves_id(" 1 2 "),
        case("id with a colon", b"id: 1:2\ndata: a\n\n", [with_id("a", "1:2")]).leaves_id("1:2"),
        case("id that is not ASCII", "id: é…😀\ndata: a\n\n", [with_id("a", "é…😀")]).leaves_id("é…😀"),
        case("id with a control character", b"id: a\x01b\ndata: a\n\n", [with_id("a", "a\x01b")])
            .leaves_id("a\x01b"),
        case("the last id of a block counts", b"id: 1\nid: 2\ndata: a\n\n", [with_id("a", "2")])
            .leaves_id("2"),
        case("id with NUL is ignored", b"id: a\0b\ndata: a\n\n", [event("a")]),
        case("id that is NUL is ignored", b"id: \0\ndata: a\n\n", [event("a")]),
        case(
            "id with NUL does not change the last event ID",
            b"id: 1\n\nid: 2\0\ndata: a\n\n",
            [inheriting("a", "1")],
        )
        .leaves_id("1"),
        case(
            "id with NUL does not replace the id before it in the block",
            b"id: 1\nid: \x002\ndata: a\n\n",
            [with_id("a", "1")],
        )
        .leaves_id("1"),
        case("id after one with NUL", b"id: \0\nid: 2\ndata: a\n\n", [with_id("a", "2")]).leaves_id("2"),
        case("id with NUL and invalid UTF-8", b"id: \xFF\0\ndata: a\n\n", [event("a")]),
    ]
}

fn committed() -> Vec<Case> {
    vec![
        case(
            "an event without an id inherits the last one",
            b"id: 1\ndata: a\n\ndata: b\n\n",
            [with_id("a", "1"), inheriting("b", "1")],
        )
        .leaves_id("1"),
        case(
            "an id replaces the last one",
            b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n",
            [with_id("a", "1"), with_id("b", "2")],
        )
        .leaves_id("2"),
        case(
            "an empty id clears",
            b"id: 1\ndata: a\n\nid:\ndata: b\n\n",
            [with_id("a", "1"), with_id("b", "")],
        ),
        case(
            "an id of one space clears",
            b"id: 1\ndata: a\n\nid: \ndata: b\n\n",
            [with_id("a", "1"), with_id("b", "")],
        ),
        case("id alone clears", b"id: 1\ndata: a\n\nid\ndata: b\n\n", [with_id("a", "1"), with_id("b", "")]),
        case("id alone after an id in the block clears", b"id: 1\nid\ndata: a\n\n", [with_id("a", "")]),
        case("an id after id alone in the block", b"id\nid: 1\ndata: a\n\n", [with_id("a", "1")])
            .leaves_id("1"),
        case("a block with an id only", b"id: 1\n\n", []).leaves_id("1"),
        case("a block with an id only, then an event", b"id: 1\n\ndata: a\n\n", [inheriting("a", "1")])
            .leaves_id("1"),
        case("a block with an empty id only clears", b"id: 1\n\nid\n\ndata: a\n\n", [event("a")]),
        case("two blocks with an id only", b"id: 1\n\nid: 2\n\n", []).leaves_id("2"),
        case("a block with an id and a comment", b"id: 1\n: c\n\n", [comment("c")]).leaves_id("1"),
        case("a block with an id and a retry", b"id: 1\nretry: 5\n\n", [retry(5)]).leaves_id("1"),
        case(
            "blank lines do not change the last event ID",
            b"id: 1\n\n\n\n\ndata: a\n\n",
            [inheriting("a", "1")],
        )
        .leaves_id("1"),
        case("id with an event type", b"id: 1\nevent: t\ndata: a\n\n", [full("t", "a", "1")]).leaves_id("1"),
    ]
}

/// Several events that inherit an ID, which a decoder may keep as shared text, before the ID
/// changes.
fn inherited() -> Vec<Case> {
    let inherited = |id| ["a", "b", "c"].map(|data| inheriting(data, id));
    let [[a, b, c], [a2, b2, c2]] = ["1", "2"].map(inherited);
    vec![
        case(
            "an inherited id is replaced by that of an event",
            b"id: 1\ndata: a\n\ndata: b\n\ndata: c\n\nid: 2\ndata: a\n\ndata: b\n\ndata: c\n\n",
            [with_id("a", "1"), b.clone(), c.clone(), with_id("a", "2"), b2.clone(), c2.clone()],
        )
        .leaves_id("2"),
        case(
            "an inherited id is replaced by one after two data lines",
            b"id: 1\n\ndata: a\n\ndata: b\n\ndata: c\n\ndata: a\ndata: b\nid: 2\n\ndata: b\n\ndata: c\n\n",
            [a.clone(), b.clone(), c.clone(), with_id("a\nb", "2"), b2.clone(), c2.clone()],
        )
        .leaves_id("2"),
        case(
            "an inherited id is replaced by one without an event",
            b"id: 1\n\ndata: a\n\ndata: b\n\ndata: c\n\nid: 2\n\ndata: a\n\ndata: b\n\ndata: c\n\n",
            [a.clone(), b.clone(), c.clone(), a2.clone(), b2.clone(), c2.clone()],
        )
        .leaves_id("2"),
        case(
            "an inherited id is cleared",
            b"id: 1\n\ndata: a\n\ndata: b\n\ndata: c\n\nid\n\ndata: a\n\nid: 1\n\ndata: b\n\n",
            [a, b.clone(), c, event("a"), b],
        )
        .leaves_id("1"),
    ]
}

fn not_committed() -> Vec<Case> {
    vec![
        case("id, then the end", b"id: 1\n", []),
        case("id without a line end, then the end", b"id: 1", []),
        case("id and data, then the end", b"id: 1\ndata: a\n", []).leaves(with_id("a", "1")),
        case("a second id, then the end", b"id: 1\ndata: a\n\nid: 2\ndata: b\n", [with_id("a", "1")])
            .leaves_id("1")
            .leaves(with_id("b", "2")),
        case("id alone, then the end", b"id: 1\n\nid\n", []).leaves_id("1"),
        case("id and a comment, then the end", b"id: 1\n: c\n", [comment("c")]),
        case("id CR, then the end", b"id: 1\r", []),
        case("id CRLF, then the end", b"id: 1\r\n", []),
    ]
}

fn resumed() -> Vec<Case> {
    vec![
        case("resumed: an event without an id inherits it", b"data: a\n\n", [inheriting("a", "7")])
            .resumed_from("7")
            .leaves_id("7"),
        case("resumed: nothing", b"", []).resumed_from("7").leaves_id("7"),
        case(
            "resumed: replaced",
            b"data: a\n\nid: 8\ndata: b\n\n",
            [inheriting("a", "7"), with_id("b", "8")],
        )
        .resumed_from("7")
        .leaves_id("8"),
        case("resumed: cleared", b"id\ndata: a\n\n", [with_id("a", "")]).resumed_from("7"),
        case("resumed: not replaced by an id that was cut off", b"id: 8\ndata: a\n", [])
            .resumed_from("7")
            .leaves_id("7")
            .leaves(with_id("a", "8")),
        case("resumed: not replaced by an id with NUL", b"id: 8\0\n\n", []).resumed_from("7").leaves_id("7"),
    ]
}
