//! Resuming after a lost connection.

use sse_proto::{Config, Disconnect, EventSource, Output, Resume};

use crate::life::{Life, at, config, head};

fn from(last_event_id: &str) -> Config {
    config().last_event_id(last_event_id)
}

/// The first attempt with a configured last event ID.
#[test]
fn an_attempt_sends_the_last_event_id_if_a_header_can_carry_it() {
    let unsendable =
        ["a\u{1}b", "a\u{7F}b", "a\nb", "a\rb", "\u{0}", "\u{1B}[0m", &"x".repeat(4097), &"é".repeat(2049)];
    let sendable = [
        "7",
        " 7",
        "7 ",
        " ",
        "\t",
        "a\tb",
        "é",
        "日本",
        "\u{A0}",
        "\u{85}",
        &"x".repeat(4096),
        &"é".repeat(2048),
    ];
    let rows = [("", Resume::Fresh, None)]
        .into_iter()
        .chain(sendable.iter().map(|id| (*id, Resume::From((*id).into()), Some(id.as_bytes()))))
        .chain(unsendable.iter().map(|id| (*id, Resume::Unsendable((*id).into()), None)));
    for (id, resume, sent) in rows {
        let mut source = EventSource::new(from(id), at(0));
        let Output::Connect(attempt) = source.poll_output() else { panic!("expected Connect first") };
        assert_eq!((attempt.number, attempt.failures), (1, 0));
        assert_eq!(attempt.resume, resume);
        assert_eq!(attempt.last_event_id(), id);
        let mut headers = vec![("Accept", &b"text/event-stream"[..]), ("Cache-Control", b"no-cache")];
        headers.extend(sent.map(|id| ("Last-Event-ID", id)));
        assert!(attempt.headers().eq(headers), "{id:?}");
    }
}

#[test]
fn attempts_are_counted() {
    let mut source = EventSource::new(config(), at(0));
    let mut counted = Vec::new();
    for n in 0..4 {
        let Output::Connect(attempt) = source.poll_output() else { panic!("expected Connect") };
        counted.push((attempt.number, attempt.failures));
        source.handle_response(at(n), head(200));
        if n == 2 {
            source.handle_data(at(n), "data: a\n\n".into());
        }
        source.handle_disconnect(at(n), Disconnect::Eof);
        while !matches!(source.poll_output(), Output::Wait(_)) {
            assert_eq!(source.close_reason(), None);
        }
        source.reconnect(at(n));
    }
    assert_eq!(counted, [(1, 0), (2, 1), (3, 2), (4, 1)]);
}

#[test]
fn a_partial_event_and_its_id_are_dropped() {
    for rest in
        ["", "id: 2", "id: 2\n", "id: 2\r", "id: 2\ndata: half", "id: 2\ndata: half\n", "event: t\ndata: h\n"]
    {
        let mut life = Life::open(config());
        assert_eq!(life.data("id: 1\ndata: a\n\n"), "message \"a\" #1, wait");
        assert_eq!(life.data(rest), "wait");
        assert_eq!(life.source.last_event_id(), "1");
        assert_eq!(life.eof(), "lost Eof until 3s, wait until 3s");
        assert_eq!(life.at(3).timeout(), "connect from 1, wait", "{rest:?}");
        assert_eq!(life.response(200), "opened, wait");
        // Its data, type and ID are dropped. An event without an ID has the one before it.
        assert_eq!(life.data("\n\ndata: b\n\n"), "message \"b\" #1, wait", "{rest:?}");
    }
}

/// An LF after a CR, and a byte order mark, belong to the connection that carries them.
#[test]
fn an_id_whose_event_has_no_data_does_not_survive_an_end_that_completes_events() {
    for (rest, delivered, id) in [
        ("id: 2", "", 1),
        ("id: 2\n", "", 1),
        ("id: 2\nevent: t\n", "", 1),
        ("id: 2\ndata\n", "message \"\" #2, ", 2),
        ("id: 2\ndata: b", "message \"b\" #2, ", 2),
    ] {
        let mut life = Life::open(config());
        assert_eq!(life.data("id: 1\ndata: a\n\n"), "message \"a\" #1, wait");
        assert_eq!(life.data(rest), "wait");
        life.source.complete_unfinished();
        assert_eq!(life.eof(), format!("{delivered}lost Eof until 3s, wait until 3s"), "{rest:?}");
        assert_eq!(life.at(3).timeout(), format!("connect from {id}, wait"), "{rest:?}");
    }
}

#[test]
fn a_new_connection_is_a_new_stream() {
    let mut life = Life::open(config());
    assert_eq!(life.data("data: a\r\r"), "message \"a\" #, wait");
    life.eof();
    life.reopen();
    assert_eq!(life.data("\u{FEFF}data: b\n\n"), "message \"b\" #, wait");
    life.eof();
    life.reopen();
    assert_eq!(life.data(&b"\xEF\xBB"[..]), "wait");
    life.eof();
    life.reopen();
    assert_eq!(life.data(&b"\xBFdata: c\n\ndata: d\n\n"[..]), "message \"d\" #, wait");
}

/// A character is split between the end of one connection and the start of the next.
#[test]
fn a_partial_character_is_dropped() {
    let mut life = Life::open(config());
    assert_eq!(life.data(&b"data: \xF0\x9F"[..]), "wait");
    life.break_off();
    life.reopen();
    assert_eq!(life.data(&b"data: \x98\x80\n\n"[..]), "message \"\u{FFFD}\u{FFFD}\" #, wait");
}

#[test]
fn the_last_event_id_is_that_of_the_last_complete_block() {
    for (stream, resumed) in [
        ("id: 1\ndata: a\n\n", "connect from 1"),
        ("id: 1\n\n", "connect from 1"),
        ("id: 1\n\nid: 2\n", "connect from 1"),
        ("id: 1\n\nid\n\n", "connect"),
        ("id: 1\n\nid: 2\0\n\n", "connect from 1"),
        ("id: a\u{1}b\n\n", "connect without \"a\\u{1}b\""),
        ("id: 1\n\nid: 2 \n\n", "connect from 2 "),
        ("id: 1\n\nid: 2\t3\n\n", "connect from 2\t3"),
    ] {
        let mut life = Life::open(from("0"));
        life.data(stream);
        life.eof();
        assert_eq!(life.at(3).timeout(), format!("{resumed}, wait"), "{stream:?}");
    }
}

#[test]
fn failed_attempts_keep_the_last_event_id() {
    let mut life = Life::open(config());
    life.data("id: 1\ndata: a\n\n");
    life.eof();
    assert_eq!(life.at(3).timeout(), "connect from 1, wait");
    life.response(503);
    assert_eq!(life.source.last_event_id(), "1");
    assert_eq!(life.at(9).timeout(), "connect from 1, wait");
}

/// If a header cannot carry the ID, the server chooses where to start.
#[test]
fn an_unsendable_id_does_not_end_the_stream() {
    let mut life = Life::open(config());
    assert_eq!(life.data("id: \u{1}\ndata: a\n\n"), "message \"a\" #\u{1}, wait");
    life.eof();
    assert_eq!(life.at(3).timeout(), "connect without \"\\u{1}\", wait");
    assert_eq!(life.response(200), "opened, wait");
    assert_eq!(life.data("data: b\n\nid: 2\ndata: c\n\n"), "message \"b\" #\u{1}, message \"c\" #2, wait");
    life.eof();
    assert_eq!(life.at(10).timeout(), "connect from 2, wait");
}
