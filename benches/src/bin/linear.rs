//! Prints what a byte costs in one long line, by the length of the line and the size of the pieces that it comes in; and
//! what it costs to do no more than such a line takes: to look for its end, to collect it, and to check that it is text.
//! Linear means that a row's two figures are alike, as far as the machine is: what is longer than its caches comes from
//! memory that the kernel hands out page by page.
//!
//!     cargo run --release -p sse-benches --bin linear

use std::time::Instant;

use sse_proto::{Decoder, FrameRef, Limits};

const MIB: usize = 1024 * 1024;
const LONG: usize = 64 * MIB;
const ROUNDS: usize = 9;

fn main() {
    println!("| piece, bytes | decode: 1 MiB, ns/byte | 64 MiB | ratio | bound: 1 MiB | 64 MiB | ratio |");
    println!("|---|---|---|---|---|---|---|");
    for piece in [1, 64, 1460, 16384, 65536] {
        let [decode, bound] = [decode, bound].map(|pass| {
            let (short, long) = (cost(pass, MIB, piece), cost(pass, LONG, piece));
            format!("{short:.3} | {long:.3} | {:.2}", long / short)
        });
        println!("| {piece} | {decode} | {bound} |");
    }
}

/// Nanoseconds a byte, the median of some rounds.
fn cost(pass: fn(&[u8], usize) -> usize, len: usize, piece: usize) -> f64 {
    let mut stream = b"data: ".to_vec();
    stream.resize(len, b'x');
    stream.extend_from_slice(b"\n\n");
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(pass(&stream, piece), stream.len() - b"data: \n\n".len());
            start.elapsed().as_nanos() as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2] / len as f64
}

/// The length of the data.
fn decode(stream: &[u8], piece: usize) -> usize {
    let mut decoder = Decoder::new(Limits::default().max_event_len(2 * LONG));
    let mut data_len = 0;
    for mut chunk in stream.chunks(piece) {
        while let Some(frame) = decoder.decode(&mut chunk).expect("it is within the limit") {
            if let FrameRef::Event(event) = frame {
                data_len += event.data.len();
            }
        }
    }
    data_len
}

fn bound(stream: &[u8], piece: usize) -> usize {
    let mut line = Vec::new();
    for chunk in stream.chunks(piece) {
        let end = memchr::memchr2(b'\n', b'\r', chunk).unwrap_or(chunk.len());
        line.extend_from_slice(&chunk[..end]);
    }
    let text = simdutf8::basic::from_utf8(&line).expect("it is ASCII");
    text.len() - b"data: ".len()
}
