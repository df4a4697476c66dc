//! Each row of the wire table, however it is cut, against the row and the reference.
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
fn every_row_however_it_is_cut() {
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

/// At its beginning a stream may have a BOM, so that no row begins as an event in the middle of a stream does. Here each
/// comes behind a blank line, behind an event, and behind one that was held.
#[test]
fn every_row_in_the_middle_of_a_stream() {
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
fn large_rows() {
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
fn a_reset_keeps_the_id_and_nothing_else() {
    for cut in ["", "\u{FEFF}", "da", "data: x", "data: x\n", "id: 9\n", "event: t\r", ":c"] {
        let mut decoder = Decoder::default();
        for mut chunk in [&b"id: 1\n\n"[..], cut.as_bytes()] {
            while decoder.decode(&mut chunk).expect("nothing is long").is_some() {}
        }
        decoder.reset();
        let mut input: &[u8] = b"\xEF\xBB\xBFdata: a\n\n";
        let frame = decoder.decode(&mut input).expect("nothing is long");
        let Some(FrameRef::Event(event)) = frame else { panic!("{cut:?}: {frame:?}") };
        assert_eq!((event.event_type, event.data, event.last_event_id), ("message", "a", "1"), "{cut:?}");
    }
}

#[test]
fn too_long_stays_until_a_reset() {
    let mut decoder = Decoder::new(limits(8, false));
    for _ in 0..2 {
        let mut input: &[u8] = b"data: 123456\n\n";
        assert!(decoder.decode(&mut input).is_err());
    }
    decoder.reset();
    let mut input: &[u8] = b"data: 1\n\n";
    assert!(decoder.decode(&mut input).expect("short enough").is_some());
}

#[test]
fn hidden_frames_do_not_come_out_and_what_follows_does() {
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
fn the_end_of_the_stream_commits_the_id_with_or_without_data() {
    for (input, event) in [
        (&b"id: 7\ndata: a"[..], Some(EventRef::new("message", "a").with_id("7"))),
        (b"id: 7", None),
        (b"id: 7\n", None),
        (b"id: 7\r", None),
    ] {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(&mut &*input), Ok(None));
        assert_eq!(decoder.last_event_id(), "");
        assert_eq!(decoder.decode_eof(), event);
        assert_eq!(decoder.last_event_id(), "7");
        assert_eq!(decoder.decode_eof(), None);
    }
}
