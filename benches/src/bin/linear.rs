//! Prints what a byte costs in one long line, by the length of the line and the size of the pieces that it comes in.
//! Linear means that a row's two figures are alike.
//!
//!     cargo run --release -p sse-benches --bin linear

use std::time::Instant;

use sse_proto::{Decoder, Frame, Limits};

const MIB: usize = 1024 * 1024;
const ROUNDS: usize = 5;

fn main() {
    println!("| piece, bytes | 1 MiB, ns/byte | 16 MiB, ns/byte | ratio |\n|---|---|---|---|");
    for piece in [1, 64, 1460, 65536] {
        let (short, long) = (cost(MIB, piece), cost(16 * MIB, piece));
        println!("| {piece} | {short:.3} | {long:.3} | {:.2} |", long / short);
    }
}

/// Nanoseconds a byte, the median of some rounds.
fn cost(len: usize, piece: usize) -> f64 {
    let mut stream = b"data: ".to_vec();
    stream.resize(len, b'x');
    stream.extend_from_slice(b"\n\n");
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| round(&stream, piece)).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2] / len as f64
}

fn round(stream: &[u8], piece: usize) -> f64 {
    let start = Instant::now();
    let mut decoder = Decoder::new(Limits { max_event_len: 32 * MIB, ..Limits::default() });
    let mut data_len = 0;
    for mut chunk in stream.chunks(piece) {
        while let Some(frame) = decoder.decode(&mut chunk).expect("it is within the limit") {
            if let Frame::Event(event) = frame {
                data_len += event.data.len();
            }
        }
    }
    assert_eq!(data_len, stream.len() - b"data: \n\n".len());
    start.elapsed().as_nanos() as f64
}
