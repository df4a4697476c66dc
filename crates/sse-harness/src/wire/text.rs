//! Invalid UTF-8 becomes U+FFFD, one for each maximal subpart (Encoding Standard, "UTF-8 decoder").

use super::{Case, case, comment, event, full, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [valid(), invalid(), cut_off(), places()].concat()
}

fn valid() -> Vec<Case> {
    vec![
        case("two bytes", "data: é\n\n", [event("é")]),
        case("three bytes", "data: €…\n\n", [event("€…")]),
        case("four bytes", "data: 😀🧑‍🚀\n\n", [event("😀🧑‍🚀")]),
        case(
            "the first and the last of each length",
            "data: \x01\x7F\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\n\n",
            [event("\x01\x7F\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}")],
        ),
        case("around the surrogates", "data: \u{D7FF}\u{E000}\n\n", [event("\u{D7FF}\u{E000}")]),
        case("noncharacters", "data: \u{FFFE}\u{FDD0}\n\n", [event("\u{FFFE}\u{FDD0}")]),
        case("U+FFFD that the server sent", "data: \u{FFFD}\n\n", [event("\u{FFFD}")]),
        case("every field", "event: é\nid: €\ndata: 😀\n\n: ü\n", [full("é", "😀", "€"), comment("ü")])
            .leaves_id("€"),
        case("NUL in data", b"data: a\0b\n\n", [event("a\0b")]),
        case("NUL as data", b"data:\0\n\n", [event("\0")]),
    ]
}

fn invalid() -> Vec<Case> {
    vec![
        case("a byte that starts no sequence", b"data: a\xFFb\n\n", [event("a\u{FFFD}b")]),
        case("a continuation alone", b"data: \x80\n\n", [event("\u{FFFD}")]),
        case("two continuations alone", b"data: \xBF\x80\n\n", [event("\u{FFFD}\u{FFFD}")]),
        case("overlong, two bytes", b"data: \xC0\xAF\n\n", [event("\u{FFFD}\u{FFFD}")]),
        case("overlong, three bytes", b"data: \xE0\x80\xAF\n\n", [event("\u{FFFD}\u{FFFD}\u{FFFD}")]),
        case(
            "overlong, four bytes",
            b"data: \xF0\x80\x80\xAF\n\n",
            [event("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")],
        ),
        case("overlong LF is no line end", b"data: a\xC0\x8Ab\n\n", [event("a\u{FFFD}\u{FFFD}b")]),
        case("the first surrogate", b"data: \xED\xA0\x80\n\n", [event("\u{FFFD}\u{FFFD}\u{FFFD}")]),
        case("the last surrogate", b"data: \xED\xBF\xBF\n\n", [event("\u{FFFD}\u{FFFD}\u{FFFD}")]),
        case("a surrogate pair", b"data: \xED\xA0\xBD\xED\xB8\x80\n\n", [event(&"\u{FFFD}".repeat(6))]),
        case("over U+10FFFF", b"data: \xF4\x90\x80\x80\n\n", [event("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")]),
        case(
            "F5 to FF start no sequence",
            b"data: \xF5\x80\xF8\xFE\n\n",
            [event("\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")],
        ),
        case("Latin-1", b"data: caf\xE9 au lait\n\n", [event("caf\u{FFFD} au lait")]),
    ]
}

/// A truncated sequence becomes one U+FFFD, and the byte after it keeps its meaning.
fn cut_off() -> Vec<Case> {
    vec![
        case("two of three, then a letter", b"data: \xE2\x82a\n\n", [event("\u{FFFD}a")]),
        case("three of four, then a letter", b"data: \xF0\x9F\x98a\n\n", [event("\u{FFFD}a")]),
        case("two of four, then a letter", b"data: \xF0\x9Fa\n\n", [event("\u{FFFD}a")]),
        case(
            "one of each length, then another",
            b"data: \xC3\xE2\xF0\n\n",
            [event("\u{FFFD}\u{FFFD}\u{FFFD}")],
        ),
        case("two of three, then a whole one", b"data: \xE2\x82\xE2\x82\xAC\n\n", [event("\u{FFFD}€")]),
        case("a whole one, then an extra continuation", b"data: \xE2\x82\xAC\xAC\n\n", [event("€\u{FFFD}")]),
        case("truncated before LF", b"data: a\xE2\x82\n\n", [event("a\u{FFFD}")]),
        case("truncated before CR", b"data: a\xE2\x82\r\r", [event("a\u{FFFD}")]),
        case("truncated before CRLF", b"data: a\xF0\x9F\x98\r\n\r\n", [event("a\u{FFFD}")]),
        case(
            "the rest is on the next data line",
            b"data: \xE2\x82\ndata: \xAC\n\n",
            [event("\u{FFFD}\n\u{FFFD}")],
        ),
        case("the rest is after a space", b"data:\xE2 \x82\xAC\n\n", [event("\u{FFFD} \u{FFFD}\u{FFFD}")]),
        case("the rest is after a colon", b"data:\xE2:\x82\n\n", [event("\u{FFFD}:\u{FFFD}")]),
        case(
            "the rest is after the end of the event",
            b"data: \xE2\x82\n\n\xACdata: x\ndata: b\n\n",
            [event("\u{FFFD}"), event("b")],
        ),
        case("truncated by the end of the stream", b"data: \xE2\x82", []).leaves(event("\u{FFFD}")),
    ]
}

fn places() -> Vec<Case> {
    vec![
        case("invalid in a name", b"d\xFFata: x\ndata\xFF: x\n\xC3data: x\n\ndata: a\n\n", [event("a")]),
        case("invalid in a name, truncated at the colon", b"data\xE2\x82: x\n\ndata: a\n\n", [event("a")]),
        case("invalid in a name without a colon", b"data\xFF\n\ndata: a\n\n", [event("a")]),
        case("invalid in a comment", b": a\xFFb\xE2\x82\n", [comment("a\u{FFFD}b\u{FFFD}")]),
        case("invalid in an event type", b"event: \xFFt\xC3\ndata: a\n\n", [typed("\u{FFFD}t\u{FFFD}", "a")]),
        case("invalid in an id", b"id: \xFF1\xC3\ndata: a\n\n", [with_id("a", "\u{FFFD}1\u{FFFD}")])
            .leaves_id("\u{FFFD}1\u{FFFD}"),
        case("invalid in an id only", b"id: \xFF\n\n", []).leaves_id("\u{FFFD}"),
        case(
            "invalid in each line of data",
            b"data: \xFF\ndata: a\ndata: \xE2\x82\n\n",
            [event("\u{FFFD}\na\n\u{FFFD}")],
        ),
        case(
            "invalid, then a valid event",
            b"data: \xFF\n\ndata: \xC3\xA9\n\n",
            [event("\u{FFFD}"), event("é")],
        ),
        case(
            "invalid in every value",
            b": \xFF\nid: \xFF\nevent: \xFF\ndata: \xFF\n\n",
            [comment("\u{FFFD}"), full("\u{FFFD}", "\u{FFFD}", "\u{FFFD}")],
        )
        .leaves_id("\u{FFFD}"),
    ]
}
