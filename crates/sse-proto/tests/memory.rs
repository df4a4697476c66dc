//! What the decoder holds between calls, whatever comes: never more than the limit and a constant.
#![allow(missing_docs)]

use std::alloc::System;

use cap::Cap;
use sse_proto::{Decoder, Limits, Oversize};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

const LIMIT: usize = 2 * 1024 * 1024;
/// Room that is kept for the next event.
const CONSTANT: usize = 512 * 1024;

fn repeated(line: &[u8], len: usize) -> Vec<u8> {
    line.repeat(len / line.len())
}

/// One line after another that make the most of one buffer, then of the next.
fn hostile_streams() -> Vec<(&'static str, Vec<u8>)> {
    let fill = |name: &str, byte: u8, len: usize| {
        let mut line = name.as_bytes().to_vec();
        line.resize(name.len() + len, byte);
        line.push(b'\n');
        line
    };
    let three_quarters = LIMIT / 4 * 3;
    let blocks = |lines: &[Vec<u8>]| {
        let block = [lines.concat(), b"\n".to_vec()].concat();
        [block.clone(), block.clone(), b"data: small\n\n".to_vec(), block].concat()
    };
    vec![
        ("an event of the limit", blocks(&[fill("data:", b'x', LIMIT - 8)])),
        ("an event over the limit", blocks(&[fill("data:", b'x', 2 * LIMIT)])),
        ("a line that never ends", fill("data:", b'x', 4 * LIMIT)),
        ("empty data lines", repeated(b"data\n", 6 * LIMIT)),
        ("small data lines", repeated(b"data: 123\r\n", 2 * LIMIT)),
        ("a large event type", blocks(&[fill("event:", b't', three_quarters), fill("data:", b'x', 9)])),
        (
            "a large event type after data",
            blocks(&[fill("data:", b'x', LIMIT / 2), fill("event:", b't', LIMIT / 3)]),
        ),
        (
            "a large id, again and again",
            blocks(&[fill("id:", b'i', LIMIT / 3), fill("data:", b'x', LIMIT / 4)]),
        ),
        ("a large id without data", blocks(&[fill("id:", b'i', three_quarters)])),
        ("a large comment", blocks(&[fill(":", b'c', three_quarters), fill("data:", b'x', 9)])),
        ("a large comment amid data", blocks(&[fill("data:", b'x', LIMIT / 2), fill(":", b'c', LIMIT / 3)])),
        ("data to be repaired", blocks(&[fill("data:", 0xFF, LIMIT / 3 - 9)])),
        ("data to be repaired over the limit", blocks(&[fill("data:", 0xFF, LIMIT / 2)])),
        ("a type to be repaired", blocks(&[fill("event:", 0xFF, LIMIT / 4), fill("data:", b'x', 9)])),
        ("a comment to be repaired", blocks(&[fill(":", 0xFF, LIMIT / 3 - 9)])),
        ("an unknown field", blocks(&[fill("unknown:", b'x', three_quarters)])),
        (
            "types of all lengths amid data",
            (0..200)
                .flat_map(|n| [fill("data:", b'x', LIMIT / 400), fill("event:", b't', n * 1000)].concat())
                .collect(),
        ),
    ]
}

/// One test for all, since the allocator counts for the whole process.
#[test]
fn what_is_held_is_bounded() {
    for (name, stream) in hostile_streams() {
        for piece in [61, 1460, 65536, stream.len()] {
            let limits = Limits { max_event_len: LIMIT, oversize: Oversize::Skip };
            let before = ALLOCATOR.allocated();
            let mut decoder = Decoder::new(limits);
            for mut chunk in stream.chunks(piece) {
                loop {
                    let more = decoder.decode(&mut chunk).expect("what is too long is skipped").is_some();
                    let held = ALLOCATOR.allocated() - before;
                    assert!(held <= LIMIT + CONSTANT, "{name} in pieces of {piece}: {held} bytes");
                    if !more {
                        break;
                    }
                }
            }
        }
    }
    an_idle_decoder_holds_little();
}

fn an_idle_decoder_holds_little() {
    for len in [200_000, LIMIT, 2 * LIMIT] {
        let stream = [&b"event: e\ndata: "[..], &vec![b'x'; len], b"\n\n"].concat();
        for piece in [1460, 65536, stream.len()] {
            let before = ALLOCATOR.allocated();
            let mut decoder = Decoder::default();
            for mut chunk in stream.chunks(piece) {
                while decoder.decode(&mut chunk).expect("within the limit").is_some() {}
            }
            let held = ALLOCATOR.allocated() - before;
            assert!(held <= 1024, "{held} bytes after an event of {len} in pieces of {piece}");
        }
    }
}
