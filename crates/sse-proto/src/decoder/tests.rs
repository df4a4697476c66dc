//! Checks that the decoder reads each byte a constant number of times.

use std::vec::Vec;

use super::work;
use crate::{Decoder, Limits};

const MIB: usize = 1024 * 1024;

/// Returns how many bytes the decoder reads or copies per byte of the stream.
fn looks(stream: &[u8], piece: usize, limit: usize) -> f64 {
    work::take();
    let mut decoder = Decoder::new(Limits::default().max_event_len(limit));
    for mut chunk in stream.chunks(piece) {
        while decoder.decode(&mut chunk).expect("within the limit").is_some() {}
    }
    work::take() as f64 / stream.len() as f64
}

fn stream(len: usize, begin: &[u8], again: &[u8]) -> Vec<u8> {
    let mut stream = begin.to_vec();
    while stream.len() < len {
        stream.extend_from_slice(again);
    }
    stream.extend_from_slice(b"\n\n");
    stream
}

#[test]
fn looks_per_byte_do_not_grow_with_the_stream() {
    for (name, begin, again) in [
        ("one line", &b"data: "[..], &b"xxxxxxxxxxxxxxx"[..]),
        ("one line of no known name", b"unknown: ", b"xxxxxxxxxxxxxxx"),
        ("one comment", b":", b"xxxxxxxxxxxxxxx"),
        ("one event type", b"event:", b"xxxxxxxxxxxxxxx"),
        ("one id", b"id:", b"xxxxxxxxxxxxxxx"),
        ("a name that never ends", b"dat", b"a"),
        ("data lines", b"", b"data: a line\n"),
        ("empty data lines", b"", b"data:\r"),
        ("events", b"", b"id: 1\nevent: a\ndata: b\r\n\r\n"),
        ("data and event types", b"", b"data: line\nevent: some type\n"),
        ("data and comments", b"", b"data: line\n: comment\n"),
        ("comments", b"", b": comment\n"),
        ("reconnection times", b"", b"retry: 1000\n\n"),
        ("blank lines", b"", b"\n"),
    ] {
        for piece in [1, 3, 64, 1460, 65536] {
            let looks_at = |len| looks(&stream(len, begin, again), piece, 4 * MIB);
            let (short, long) = (looks_at(MIB / 8), looks_at(2 * MIB));
            assert!(long <= 8.0, "{name} in pieces of {piece}: {long:.2} for each byte");
            assert!(long <= 1.5 * short, "{name} in pieces of {piece}: {short:.2}, then {long:.2}");
        }
    }
}

#[test]
fn looks_per_byte_do_not_grow_near_the_limit() {
    for (begin, again) in [
        (&b""[..], &b"data: line\nevent: some type\nid: 7\n: comment\n"[..]),
        (b"data: ", b"xxxxxxxxxxx"),
        (b"", b"data\n"),
        (b"", b"data: a line that is longer than the other ones are, so that nearly all of it is held\n"),
    ] {
        for piece in [1, 64, 1460, 65536] {
            let stream = stream(MIB, begin, again);
            let looks = looks(&stream, piece, stream.len());
            assert!(looks <= 8.0, "{looks:.2} for each byte in pieces of {piece}");
        }
    }
}

#[test]
fn looks_per_byte_are_the_same_in_a_line_of_1_mib_and_of_16() {
    for piece in [1, 64, 1460, 65536] {
        let [short, long] = [MIB, 16 * MIB].map(|len| looks(&stream(len, b"data: ", b"x"), piece, 32 * MIB));
        assert!(long <= 1.5 * short, "pieces of {piece}: {short:.2}, then {long:.2}");
    }
}

#[test]
fn an_error_is_returned_until_a_reset() {
    let mut decoder = Decoder::new(Limits::default().max_event_len(4));
    for mut input in [&b"data: too long\n"[..], b"", b"x", b"\n\n", b"data: a\n\n", b""] {
        assert!(decoder.decode(&mut input).is_err(), "{input:?}");
    }
    assert_eq!(decoder.decode_eof(), None);
    decoder.reset();
    assert_eq!(decoder.decode(&mut &b""[..]), Ok(None));
    assert!(decoder.decode(&mut &b":a\n"[..]).is_ok_and(|frame| frame.is_some()));
}

#[test]
fn debug_shows_lengths_but_no_content() {
    let mut decoder = Decoder::default().with_last_event_id("secret");
    assert_eq!(decoder.decode(&mut &b"data: secret"[..]), Ok(None));
    let debug = std::format!("{decoder:?}");
    assert!(debug.contains("InData") && debug.contains("held: 6") && !debug.contains("secret"), "{debug}");
}
