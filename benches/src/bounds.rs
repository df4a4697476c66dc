//! Bounds to compare decoders with: tasks that do less work, over the whole stream in one piece.

use std::hint::black_box;

use memchr::memchr2_iter;

use crate::pieces::Pieces;

/// A task that is easier than decoding.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// The name in the tables.
    pub name: &'static str,
    /// Does the task once.
    pub pass: fn(&Pieces) -> usize,
}

/// The three bounds. Each is more work than the one before.
pub const ALL: [Bound; 3] = [
    Bound { name: "memcpy", pass: memcpy },
    Bound { name: "memchr2", pass: memchr2 },
    Bound { name: LINES, pass: lines },
];

/// The name of the bound that ratios refer to.
pub const LINES: &str = "lines+utf8";

/// Copies the stream into a buffer of the size of a large read.
fn memcpy(pieces: &Pieces) -> usize {
    let mut buffer = [0; 65536];
    for block in pieces.stream().chunks(buffer.len()) {
        buffer[..block.len()].copy_from_slice(block);
        black_box(&mut buffer);
    }
    pieces.stream().len()
}

/// Finds every line end.
fn memchr2(pieces: &Pieces) -> usize {
    memchr2_iter(b'\n', b'\r', pieces.stream()).fold(0, |sum, end| sum ^ end)
}

/// Finds every line end and validates every line, but parses no fields or events.
fn lines(pieces: &Pieces) -> usize {
    let (mut start, mut len) = (0, 0);
    for end in memchr2_iter(b'\n', b'\r', pieces.stream()) {
        len += std::str::from_utf8(&pieces.stream()[start..end]).expect("the workloads are text").len();
        start = end + 1;
    }
    len
}
