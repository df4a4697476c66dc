//! Line ends (LF, CR and CRLF) and byte order marks.

use super::{Case, case, comment, event, full, retry, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [pure(), mixed(), at_once(), not_line_ends(), byte_order_mark()].concat()
}

fn pure() -> Vec<Case> {
    vec![
        case("LF", b"data: a\n\n", [event("a")]),
        case("CR", b"data: a\r\r", [event("a")]),
        case("CRLF", b"data: a\r\n\r\n", [event("a")]),
        case("LF, two events", b"data: a\n\ndata: b\n\n", [event("a"), event("b")]),
        case("CR, two events", b"data: a\r\rdata: b\r\r", [event("a"), event("b")]),
        case("CRLF, two events", b"data: a\r\n\r\ndata: b\r\n\r\n", [event("a"), event("b")]),
        case(
            "LF, every field",
            b": c\nid: 1\nevent: t\nretry: 5\ndata: a\n\n",
            [comment("c"), retry(5), full("t", "a", "1")],
        )
        .leaves_id("1"),
        case(
            "CR, every field",
            b": c\rid: 1\revent: t\rretry: 5\rdata: a\r\r",
            [comment("c"), retry(5), full("t", "a", "1")],
        )
        .leaves_id("1"),
        case(
            "CRLF, every field",
            b": c\r\nid: 1\r\nevent: t\r\nretry: 5\r\ndata: a\r\n\r\n",
            [comment("c"), retry(5), full("t", "a", "1")],
        )
        .leaves_id("1"),
        case("blank lines only", b"\n\n\r\r\r\n\r\n\n\r", []),
        case(
            "many blank lines between events",
            b"data: a\n\n\n\n\r\n\rdata: b\n\n",
            [event("a"), event("b")],
        ),
    ]
}

fn mixed() -> Vec<Case> {
    vec![
        case("LF then CR", b"data: a\n\rdata: b\n\r", [event("a"), event("b")]),
        case("LF then CRLF", b"data: a\n\r\ndata: b\n\r\n", [event("a"), event("b")]),
        case("CR then CRLF", b"data: a\r\r\ndata: b\r\r\n", [event("a"), event("b")]),
        case("CRLF then LF", b"data: a\r\n\ndata: b\r\n\n", [event("a"), event("b")]),
        case("CRLF then CR", b"data: a\r\n\rdata: b\r\n\r", [event("a"), event("b")]),
        case("CR then LF is one line end", b"data: a\r\ndata: b\r\n", []).leaves(event("a\nb")),
        case("one event with all three", b"data: a\rdata: b\ndata: c\r\ndata: d\n\r", [event("a\nb\nc\nd")]),
        case("LF CR LF LF: CRLF is one blank line", b"data: a\n\r\n\ndata: b\n\n", [event("a"), event("b")]),
        case("CR CR LF LF: an extra blank line", b"data: a\r\r\n\ndata: b\r\r", [event("a"), event("b")]),
        case(
            "each block has its own line ends",
            b"data: a\n\ndata: b\r\rdata: c\r\n\r\n",
            [event("a"), event("b"), event("c")],
        ),
        case("LF after a CR that ended a comment", b": c\r\ndata: a\r\n\r\n", [comment("c"), event("a")]),
        case("a blank CRLF first", b"\r\ndata: a\r\n\r\n", [event("a")]),
        case("a blank CR first", b"\rdata: a\r\r", [event("a")]),
        case(
            "format-newlines of the web platform tests",
            b"data:test\r\ndata\ndata:test\r\n\r",
            [event("test\n\ntest")],
        ),
    ]
}

/// The input ends with a CR. A decoder must not wait for the next byte.
fn at_once() -> Vec<Case> {
    vec![
        case("CR, then silence: the line ended, the block did not", b"data:a\r", []).leaves(event("a")),
        case("CR CR, then silence", b"data:a\r\r", [event("a")]),
        case("CRLF CR, then silence", b"data:a\r\n\r", [event("a")]),
        case("LF CR, then silence", b"data:a\n\r", [event("a")]),
        case("comment CR, then silence", b": c\r", [comment("c")]),
        case("retry CR, then silence", b"retry: 5\r", [retry(5)]),
        case("id CR CR, then silence", b"id: 1\r\r", []).leaves_id("1"),
        case("CR CR LF, then silence", b"data:a\r\r\n", [event("a")]),
    ]
}

fn not_line_ends() -> Vec<Case> {
    vec![
        case("vertical tab and form feed", b"data: a\x0Bb\x0Cc\n\n", [event("a\x0Bb\x0Cc")]),
        case(
            "NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR",
            "data: a\u{85}b\u{2028}c\u{2029}d\n\n",
            [event("a\u{85}b\u{2028}c\u{2029}d")],
        ),
        case("backslash n", br"data: a\n\n", []).leaves(event(r"a\n\n")),
    ]
}

fn byte_order_mark() -> Vec<Case> {
    vec![
        case("BOM", b"\xEF\xBB\xBFdata: a\n\n", [event("a")]),
        case("BOM before a comment", b"\xEF\xBB\xBF: c\n", [comment("c")]),
        case("BOM before a blank line", b"\xEF\xBB\xBF\r\ndata: a\n\n", [event("a")]),
        case("BOM before an id", b"\xEF\xBB\xBFid: 1\ndata: a\n\n", [with_id("a", "1")]).leaves_id("1"),
        case("BOM before an event type", b"\xEF\xBB\xBFevent: t\ndata: a\n\n", [typed("t", "a")]),
        case("BOM before a retry", b"\xEF\xBB\xBFretry: 5\n", [retry(5)]),
        case("BOM alone", b"\xEF\xBB\xBF", []),
        case(
            "two BOMs: the second is part of a name",
            b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n",
            [event("b")],
        ),
        case(
            "two BOMs before a comment: no comment",
            b"\xEF\xBB\xBF\xEF\xBB\xBF: c\ndata: b\n\n",
            [event("b")],
        ),
        case("BOM in mid-stream", b"data: a\n\n\xEF\xBB\xBFdata: b\n\ndata: c\n\n", [event("a"), event("c")]),
        case("BOM after a leading blank line", b"\n\xEF\xBB\xBFdata: a\n\ndata: b\n\n", [event("b")]),
        case("BOM in data", b"data: \xEF\xBB\xBFa\n\n", [event("\u{FEFF}a")]),
        case("BOM after a BOM and a space", b"\xEF\xBB\xBFdata: \xEF\xBB\xBF\n\n", [event("\u{FEFF}")]),
        case("two bytes of a BOM", b"\xEF\xBBdata: a\n\ndata: b\n\n", [event("b")]),
        case("one byte of a BOM", b"\xEFdata: a\n\ndata: b\n\n", [event("b")]),
        case("two bytes of a BOM, then a line end", b"\xEF\xBB\ndata: b\n\n", [event("b")]),
        case("one byte of a BOM, then a CR", b"\xEF\rdata: b\r\r", [event("b")]),
        case(
            "two bytes of a BOM, then the last of another sequence",
            b"\xEF\xBB\xBEdata: a\n\ndata: b\n\n",
            [event("b")],
        ),
        case("UTF-16 byte order mark: content", b"\xFF\xFEdata: a\n\ndata: b\n\n", [event("b")]),
    ]
}
