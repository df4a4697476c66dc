//! Decodes a small input in many ways, by the decoder alone and by a whole session, for callgrind to count the
//! instructions of each: see `.ci/instructions`.
//!
//! What it prints is one line for each row, in order: workload, piece, way, events.

use std::hint::black_box;

use sse_benches::ours::{ForEachFrame, Lent, Next, Owned};
use sse_benches::{Cut, Pieces, Subject, Workload, workloads};

const STREAM_LEN: usize = 256 * 1024;
const CUTS: [Cut; 3] = [Cut::Bytes(65536), Cut::Bytes(1460), Cut::Bytes(64)];
const WAYS: [Subject; 4] =
    [Subject::of::<Lent>(), Subject::of::<Owned>(), Subject::of::<ForEachFrame>(), Subject::of::<Next>()];

fn main() {
    for workload in workloads::all(STREAM_LEN) {
        for cut in CUTS {
            let pieces = workload.pieces(cut);
            for way in WAYS {
                // What the processor can do is found out once in a process, which is not to be counted.
                (way.pass)(&pieces);
                pieces.prepare(1);
                measured(way, &pieces);
                told(&workload, cut, way);
            }
        }
    }
}

/// Callgrind counts from where this is entered to where it is left.
#[inline(never)]
fn measured(way: Subject, pieces: &Pieces) {
    black_box((way.pass)(black_box(pieces)));
}

/// Callgrind writes down what it has counted when this is left.
#[inline(never)]
fn told(workload: &Workload, cut: Cut, way: Subject) {
    println!("{} {cut} {} {}", workload.name, way.name, workload.events());
}
