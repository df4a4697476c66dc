//! Prints the decoder's cost per byte of one long line, for two lengths of the line and several
//! piece sizes. For comparison it prints the cost of the least work that such a line needs: finding
//! its end, collecting it, and validating it as text.
//!
//! The decoder is linear if the two figures of a row are similar. They cannot be equal: a line
//! longer than the CPU's caches uses memory that the kernel maps page by page.
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

/// Returns the nanoseconds per byte, as the median of several rounds.
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

/// Decodes a stream and returns the length of the data.
fn decode(stream: &[u8], piece: usize) -> usize {
    let mut decoder = Decoder::new(Limits::default().max_event_len(2 * LONG));
    let mut data_len = 0;
    for mut chunk in stream.chunks(piece) {
        while let Some(frame) = decoder.decode(&mut chunk).expect("within the limit") {
            if let FrameRef::Event(event) = frame {
                data_len += event.data.len();
            }
        }
    }
    data_len
}

/// Does the least work that the line needs and returns the length of the data.
fn bound(stream: &[u8], piece: usize) -> usize {
    let mut line = Vec::new();
    for chunk in stream.chunks(piece) {
        let end = memchr::memchr2(b'\n', b'\r', chunk).unwrap_or(chunk.len());
        line.extend_from_slice(&chunk[..end]);
    }
    let text = simdutf8::basic::from_utf8(&line).expect("the stream is ASCII");
    text.len() - b"data: ".len()
}
