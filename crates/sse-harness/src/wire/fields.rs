//! Field names, values, `data` and `event`.

use super::{Case, case, comment, event, full, inheriting, typed, with_id};

pub(super) fn cases() -> Vec<Case> {
    [values(), spaces(), data(), names(), event_types(), examples()].concat()
}

fn values() -> Vec<Case> {
    vec![
        case("no colon: a name with an empty value", b"data\n\n", [event("")]),
        case("a colon and nothing after it", b"data:\n\n", [event("")]),
        case("the value contains colons", b"data: a:b::c\n\n", [event("a:b::c")]),
        case("the value begins with a colon", b"data::a\n\n", [event(":a")]),
        case("the value is a colon after a space", b"data: :\n\n", [event(":")]),
        case("the value looks like a field", b"data: data: a\n\n", [event("data: a")]),
        case("JSON", "data: {\"a\": [1, \"b:c\"]}\n\n", [event(r#"{"a": [1, "b:c"]}"#)]),
        case("control characters are kept", b"data: \x01\x02\x1B\x7F\n\n", [event("\x01\x02\x1B\x7F")]),
    ]
}

fn spaces() -> Vec<Case> {
    vec![
        case("no space", b"data:a\n\n", [event("a")]),
        case("one space is removed", b"data: a\n\n", [event("a")]),
        case("only one space is removed", b"data:   a\n\n", [event("  a")]),
        case("one space and nothing else", b"data: \n\n", [event("")]),
        case("two spaces and nothing else", b"data:  \n\n", [event(" ")]),
        case("trailing spaces are kept", b"data: a  \n\n", [event("a  ")]),
        case("a tab is kept", b"data:\ta\n\n", [event("\ta")]),
        case("a tab after the space is kept", b"data: \ta\n\n", [event("\ta")]),
        case("a no-break space is kept", "data:\u{A0}a\n\n", [event("\u{A0}a")]),
        case("a space before the colon: another name", b"data :x\n\ndata: a\n\n", [event("a")]),
        case("a space before the name: another name", b" data: x\n\ndata: a\n\n", [event("a")]),
        case("a tab before the colon: another name", b"data\t: x\n\ndata: a\n\n", [event("a")]),
        case("a line of one space is not blank", b"data: a\n \ndata: b\n\n", [event("a\nb")]),
        case("a space before a comment's colon: a field", b"data: a\n : c\n\n", [event("a")]),
        case(
            "format-leading-space of the web platform tests",
            b"data:\ttest\rdata: \ndata:test\n\n",
            [event("\ttest\n\ntest")],
        ),
    ]
}

fn data() -> Vec<Case> {
    vec![
        case("data twice without a value", b"data\ndata\n\n", [event("\n")]),
        case("data three times without a value", b"data:\ndata\ndata: \n\n", [event("\n\n")]),
        case("two lines", b"data: a\ndata: b\n\n", [event("a\nb")]),
        case("an empty line last", b"data: a\ndata\n\n", [event("a\n")]),
        case("an empty line first", b"data\ndata: a\n\n", [event("\na")]),
        case("an empty line between", b"data: a\ndata:\ndata: b\n\n", [event("a\n\nb")]),
        case("data is cleared after each event", b"data: a\n\ndata: b\n\n", [event("a"), event("b")]),
        case(
            "other fields between data lines",
            b"data: a\nid: 1\nfoo\ndata: b\nevent: t\ndata: c\n\n",
            [full("t", "a\nb\nc", "1")],
        )
        .leaves_id("1"),
        case("a thousand bytes", format!("data: {}\n\n", "x".repeat(1000)), [event(&"x".repeat(1000))]),
    ]
}

fn names() -> Vec<Case> {
    vec![
        case("unknown names", b"foo: 1\nbar\nx:y:z\ndata: a\nbaz:\n\n", [event("a")]),
        case("a block of unknown names only", b"foo: 1\nbar\n\ndata: a\n\n", [event("a")]),
        case("names are case-sensitive: Data", b"Data: x\nDATA: x\ndatA: x\n\ndata: a\n\n", [event("a")]),
        case("names are case-sensitive: Event", b"Event: x\nEVENT: x\ndata: a\n\n", [event("a")]),
        case("names are case-sensitive: ID", b"ID: 1\nId: 1\ndata: a\n\n", [event("a")]),
        case("names are case-sensitive: Retry", b"Retry: 1\nRETRY: 1\ndata: a\n\n", [event("a")]),
        case(
            "a name that begins like another",
            b"dat: x\ndata2: x\ndatas\ni: 1\nidx: 1\neven: t\nevents: t\nretr: 1\nretry2: 1\n\ndata: a\n\n",
            [event("a")],
        ),
        case("NUL in a name", b"data\0: x\n\0data: x\nda\0ta: x\n\ndata: a\n\n", [event("a")]),
        case("a name that is not ASCII", "dáta: x\nｄａｔａ: x\n\ndata: a\n\n", [event("a")]),
        case(
            "fields of HTTP",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\r\n\r\n",
            [event("a")],
        ),
    ]
}

fn event_types() -> Vec<Case> {
    vec![
        case("event type", b"event: t\ndata: a\n\n", [typed("t", "a")]),
        case("event type after the data", b"data: a\nevent: t\n\n", [typed("t", "a")]),
        case("event type empty: message", b"event:\ndata: a\n\n", [event("a")]),
        case("event type a space: message", b"event: \ndata: a\n\n", [event("a")]),
        case("event alone: message", b"event\ndata: a\n\n", [event("a")]),
        case("event type two spaces: one space", b"event:  \ndata: a\n\n", [typed(" ", "a")]),
        case("the last event type counts", b"event: t\nevent: u\ndata: a\n\n", [typed("u", "a")]),
        case("an empty event type clears", b"event: t\nevent\ndata: a\n\n", [event("a")]),
        case(
            "event type lasts for one event",
            b"event: t\ndata: a\n\ndata: b\n\n",
            [typed("t", "a"), event("b")],
        ),
        case("a block with an event type only, then data", b"event: t\n\ndata: a\n\n", [event("a")]),
        case(
            "a block with an event type and an id only",
            b"event: t\nid: 1\n\ndata: a\n\n",
            [inheriting("a", "1")],
        )
        .leaves_id("1"),
        case("event type message", b"event: message\ndata: a\n\n", [event("a")]),
        case(
            "event type open, error",
            b"event: open\ndata\n\nevent: error\ndata\n\n",
            [typed("open", ""), typed("error", "")],
        ),
        case("event type with spaces and colons", b"event: a b:c \ndata\n\n", [typed("a b:c ", "")]),
        case("event type that is not ASCII", "event: é😀\ndata\n\n", [typed("é😀", "")]),
        case("event type with NUL", b"event: a\0b\ndata\n\n", [typed("a\0b", "")]),
    ]
}

/// The examples of the standard, and two of the web platform tests.
fn examples() -> Vec<Case> {
    vec![
        case("the standard: stock", b"data: YHOO\ndata: +2\ndata: 10\n\n", [event("YHOO\n+2\n10")]),
        case(
            "the standard: four blocks",
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [comment("test stream"), with_id("first event", "1"), with_id("second event", ""), event(" third event")],
        ),
        case("the standard: empty data", b"data\n\ndata\ndata\n\ndata:", [event(""), event("\n")])
            .leaves(event("")),
        case("the standard: the space", b"data:test\n\ndata: test\n\n", [event("test"), event("test")]),
        case("the standard: add and remove", b"event: add\ndata: 7\n\nevent: remove\ndata: 2\n\n", [typed("add", "7"), typed("remove", "2")]),
        case(
            "format-field-parsing of the web platform tests",
            b"data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
            [event("\0\n 2\n1\n3\n\n4")],
        ),
        case(
            "format-field-unknown of the web platform tests",
            b"data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
            [comment("thisisacommentyay"), event("test\n\ntest")],
        ),
    ]
}
