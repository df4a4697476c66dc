//! Decodes a small input in several ways, with the decoder alone and with a whole session.
//! `.ci/instructions` runs it under callgrind to count the instructions of each way.
//!
//! It prints one line per row, in order: workload, piece, way, events.

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
                // Detecting the features of the CPU happens once per process and must not count.
                (way.pass)(&pieces);
                pieces.prepare(1);
                measured(way, &pieces);
                report(&workload, cut, way);
            }
        }
    }
}

/// Callgrind counts the instructions within this function.
#[inline(never)]
fn measured(way: Subject, pieces: &Pieces) {
    black_box((way.pass)(black_box(pieces)));
}

/// Callgrind writes its counts when this function returns.
#[inline(never)]
fn report(workload: &Workload, cut: Cut, way: Subject) {
    println!("{} {cut} {} {}", workload.name, way.name, workload.events());
}
