//! Decodes each row of the wire table in many chunkings and compares the outcome with the row and
//! with the reference decoder.
#![allow(missing_docs)]

mod common;

use common::{decode, limits};
use sse_harness::wire::{Case, cases, large_cases};
use sse_harness::{chunking, reference};
use sse_proto::{Decoder, EventRef, FrameRef};

fn check(case: &Case, chunks: &[&[u8]]) {
    let decoder = Decoder::new(limits(case.limit, case.skip)).with_last_event_id(case.resumed_from);
    let outcome = decode(decoder, chunks);
    assert!(
        outcome == case.expected,
        "{} ({} chunks):\n{outcome:?}\n{:?}",
        case.name,
        chunks.len(),
        case.expected
    );
}

#[test]
fn every_row_decodes_the_same_in_any_chunks() {
    for case in cases() {
        let expected = reference::decode(&case.input, case.limit, case.skip, case.resumed_from.into());
        assert_eq!(case.expected, expected, "{}: the table and the reference", case.name);
        chunking::whole(&case.input).for_each(|chunks| check(&case, &chunks));
        chunking::each_byte(&case.input).for_each(|chunks| check(&case, &chunks));
        chunking::every_split(&case.input).for_each(|chunks| check(&case, &chunks));
        for seed in 0..20 {
            chunking::random(&case.input, seed).take(1).for_each(|chunks| check(&case, &chunks));
        }
    }
}

/// The start of a stream is special because of the BOM. Here each row follows a blank line, an
/// event, or an event that the decoder had to buffer.
#[test]
fn every_row_decodes_in_the_middle_of_a_stream() {
    for before in ["\n", "\r", "data\n\n", "data:a\ndata\n\n", "data\rdata\r\r"] {
        for case in cases() {
            let input = [before.as_bytes(), &case.input].concat();
            let expected = reference::decode(&input, case.limit, case.skip, case.resumed_from.into());
            let case = Case { input, expected, ..case };
            let (before, row) = case.input.split_at(before.len());
            for chunks in chunking::whole(row).chain(chunking::every_split(row)) {
                check(&case, &[&[before], &chunks[..]].concat());
            }
            chunking::whole(&case.input).for_each(|chunks| check(&case, &chunks));
        }
    }
}

#[test]
fn large_rows_decode_in_any_chunks() {
    for case in large_cases() {
        for piece in [case.input.len(), 64 * 1024, 1460, 61] {
            let chunks: Vec<_> = case.input.chunks(piece).collect();
            check(&case, &chunks);
        }
    }
}

#[test]
fn a_cr_ends_its_line_at_once() {
    let mut decoder = Decoder::default();
    let mut input: &[u8] = b"data:a\r";
    assert_eq!(decoder.decode(&mut input), Ok(None));
    let mut input: &[u8] = b"\r";
    assert!(matches!(decoder.decode(&mut input), Ok(Some(FrameRef::Event(event))) if event.data == "a"));
    let mut input: &[u8] = b"\ndata:b\n\n";
    assert!(matches!(decoder.decode(&mut input), Ok(Some(FrameRef::Event(event))) if event.data == "b"));
}

#[test]
fn a_reset_keeps_only_the_last_event_id() {
    for partial in ["", "\u{FEFF}", "da", "data: x", "data: x\n", "id: 9\n", "event: t\r", ":c"] {
        let mut decoder = Decoder::default();
        for mut chunk in [&b"id: 1\n\n"[..], partial.as_bytes()] {
            while decoder.decode(&mut chunk).expect("within the limit").is_some() {}
        }
        decoder.reset();
        let mut input: &[u8] = b"\xEF\xBB\xBFdata: a\n\n";
        let frame = decoder.decode(&mut input).expect("within the limit");
        let Some(FrameRef::Event(event)) = frame else { panic!("{partial:?}: {frame:?}") };
        assert_eq!((event.event_type, event.data, event.last_event_id), ("message", "a", "1"), "{partial:?}");
    }
}

#[test]
fn too_long_is_returned_until_a_reset() {
    let mut decoder = Decoder::new(limits(8, false));
    for _ in 0..2 {
        let mut input: &[u8] = b"data: 123456\n\n";
        assert!(decoder.decode(&mut input).is_err());
    }
    decoder.reset();
    let mut input: &[u8] = b"data: 1\n\n";
    assert!(decoder.decode(&mut input).expect("within the limit").is_some());
}

#[test]
fn hidden_frames_are_skipped() {
    for case in cases() {
        for (comments, retries) in [(false, true), (true, false), (false, false)] {
            for chunks in chunking::whole(&case.input).chain(chunking::every_split(&case.input)) {
                let decoder = Decoder::new(limits(case.limit, case.skip))
                    .with_last_event_id(case.resumed_from)
                    .show_comments(comments)
                    .show_retries(retries);
                let mut expected = case.expected.clone();
                expected.frames.retain(|frame| match FrameRef::from(frame) {
                    FrameRef::Comment(_) => comments,
                    FrameRef::Retry(_) => retries,
                    _ => true,
                });
                assert_eq!(decode(decoder, &chunks), expected, "{}", case.name);
            }
        }
    }
}

#[test]
fn decode_eof_commits_the_id_of_an_event_only() {
    for (input, event, id) in [
        (&b"id: 7\ndata: a"[..], Some(EventRef::new("message", "a").with_id("7")), "7"),
        (b"id: 7", None, ""),
        (b"id: 7\n", None, ""),
        (b"id: 7\r", None, ""),
    ] {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(&mut &*input), Ok(None));
        assert_eq!(decoder.last_event_id(), "");
        assert_eq!(decoder.decode_eof(), event);
        assert_eq!(decoder.last_event_id(), id);
        assert_eq!(decoder.decode_eof(), None);
    }
}
