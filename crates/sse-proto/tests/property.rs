//! Compares the decoder with the reference decoder on random bytes, chunks and limits.
#![allow(missing_docs)]

mod common;

use common::{decode, limits};
use proptest::prelude::*;
use sse_harness::reference;
use sse_proto::{Decoder, Event, Frame, FrameRef};

/// `CASES=1000000 cargo test --release -p sse-proto --test property` runs more cases.
fn cases() -> u32 {
    std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(3000)
}

/// Generates streams from pieces that matter to the decoder and are rare among random bytes.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            &b"\n"[..], b"\r", b"\r\n", b"\n\n", b"data", b"data:", b"data: ", b"event:", b"id:", b"id", b"retry:",
            b":", b" ", b"\0", b"\xEF\xBB\xBF", b"\xEF\xBB", b"\xF0\x9F\x98\x80", b"\xF0\x9F", b"\x80", b"\xFF",
            b"message", b"123", b"dat", b"eventually:",
        ])
        .prop_map(<[u8]>::to_vec),
        // Whole lines, and whole events in the form that most servers send.
        4 => prop::sample::select(vec![
            &b"data: a\n"[..], b"data: a\n\n", b"data:12345678\r\n\r\n", b"event: t\n", b"id: 1\n", b"id:23\r\n",
            b": comment\n", b"retry: 123\n", b"id: 4\nevent: t\ndata: a\n\n",
        ])
        .prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn split<'a>(mut bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    for size in sizes.iter().cycle().take(bytes.len() + sizes.len()) {
        let (chunk, rest) = bytes.split_at((*size).min(bytes.len()));
        chunks.push(chunk);
        bytes = rest;
    }
    chunks.push(bytes);
    chunks
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['a', ' ', ':', 'é', '😀', '\t', '\u{FEFF}', '\0']), 0..8)
        .prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_decoder_agrees_with_the_reference(
        stream in stream(),
        sizes in prop::collection::vec(prop_oneof![0usize..9, 0usize..100], 1..6),
        limit in prop_oneof![Just(usize::MAX), 0usize..64, 64usize..1024],
        skip: bool,
    ) {
        let chunks = split(&stream, &sizes);
        let expected = reference::decode(&stream, limit, skip, "id".into());
        let decoder = Decoder::new(limits(limit, skip)).with_last_event_id("id");
        prop_assert_eq!(decode(decoder, &chunks), expected);
    }

    #[test]
    fn encoded_events_are_decoded_to_themselves(
        event_type in text(),
        lines in prop::collection::vec(text(), 1..4),
        end in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        id in text(),
    ) {
        let id = id.replace('\0', "");
        let mut event = Event::new(event_type.as_str(), lines.join(end));
        event.set_id(&id);
        let frame = Frame::Event(event.clone());
        let mut wire = Vec::new();
        frame.encode(&mut wire).expect("the text injects nothing");
        prop_assert_eq!(&frame.to_string(), std::str::from_utf8(&wire).expect("text"));
        if event_type.is_empty() {
            event.event_type = "message".into();
        }
        event.data = lines.join("\n");
        let outcome = decode(Decoder::default(), &[&wire]);
        prop_assert_eq!(outcome.frames, vec![Frame::Event(event)]);
    }

    #[test]
    fn encoded_comments_are_decoded_to_themselves(comment in text()) {
        let mut wire = Vec::new();
        FrameRef::Comment(&comment).encode(&mut wire).expect("it has no line end");
        let outcome = decode(Decoder::default(), &[&wire]);
        prop_assert_eq!(outcome.frames, vec![Frame::Comment(comment)]);
    }
}
