//! Prints the decoder's throughput beside that of `sse-core`, as a Markdown table: medians of interleaved rounds.
//!
//!     cargo run --release -p sse-benches --bin side_by_side

use std::time::Instant;

use bytes::Bytes;
use sse_proto::{Decoder, Frame};

const ROUNDS: usize = 11;
const STREAM_LEN: usize = 1024 * 1024;

fn main() {
    println!(
        "| workload | piece | decode, MB/s | decode_bytes | sse-core | decode / peer | decode_bytes / peer |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (name, stream) in workloads() {
        for piece in [65536, 1460, 64, 1] {
            row(name, &Bytes::from(stream.clone()), piece);
        }
    }
}

fn row(name: &str, stream: &Bytes, piece: usize) {
    let doors: [fn(&Bytes, usize) -> usize; 3] = [decode, decode_bytes, sse_core];
    let mut rates: [Vec<f64>; 3] = Default::default();
    let mut data_len = None;
    for _ in 0..ROUNDS {
        for (door, rates) in doors.iter().zip(&mut rates) {
            let start = Instant::now();
            let len = door(stream, piece);
            rates.push(stream.len() as f64 / start.elapsed().as_secs_f64() / 1e6);
            assert_eq!(*data_len.get_or_insert(len), len, "{name}: all of them see the same data");
        }
    }
    let [lent, shared, peer] = rates.map(median);
    println!(
        "| {name} | {piece} | {lent:.0} | {shared:.0} | {peer:.0} | {:.2} | {:.2} |",
        lent / peer,
        shared / peer
    );
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn decode(stream: &Bytes, piece: usize) -> usize {
    let mut decoder = Decoder::default();
    let mut len = 0;
    for mut chunk in stream.chunks(piece) {
        while let Some(frame) = decoder.decode(&mut chunk).expect("it is within the limit") {
            if let Frame::Event(event) = frame {
                len += event.data.len();
            }
        }
    }
    len
}

fn decode_bytes(stream: &Bytes, piece: usize) -> usize {
    let mut decoder = Decoder::default();
    let mut len = 0;
    for mut chunk in pieces(stream, piece) {
        while let Some(frame) = decoder.decode_bytes(&mut chunk).expect("it is within the limit") {
            if let Frame::Event(event) = frame {
                len += event.data.len();
            }
        }
    }
    len
}

fn sse_core(stream: &Bytes, piece: usize) -> usize {
    let mut decoder = sse_core::SseDecoder::new();
    let mut len = 0;
    for mut chunk in pieces(stream, piece) {
        while let Some(event) = decoder.next(&mut chunk) {
            if let Ok(sse_core::SseEvent::Message(event)) = event {
                len += event.data.len();
            }
        }
    }
    len
}

fn pieces(stream: &Bytes, piece: usize) -> impl Iterator<Item = Bytes> {
    (0..stream.len()).step_by(piece).map(move |start| stream.slice(start..stream.len().min(start + piece)))
}

fn workloads() -> [(&'static str, Vec<u8>); 8] {
    let full = |n| {
        format!(
            ": keep\r\nid: {n}\r\nevent: update\r\nretry: 3000\r\ndata: {{\"value\":{n},\"text\":\"{:50}\"}}\r\n\r\n",
            "some text"
        )
    };
    let multiline = format!("{}\n", format!("data: {:60}\n", "a line").repeat(50));
    let big = format!("data: {}\n\n", "x".repeat(65536));
    [
        (
            "llm",
            stream(|n| {
                format!(
                    "data: {{\"id\":\"chatcmpl-{n:08}\",\"choices\":[{{\"delta\":{{\"content\":\"{:190}\"}}}}]}}\n\n",
                    "word"
                )
            }),
        ),
        (
            "anthropic",
            stream(|n| {
                format!(
                    "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"delta\":{{\"text\":\"word {n:08} {:14}\"}}}}\n\n",
                    ""
                )
            }),
        ),
        ("tiny", stream(|_| "data: x\n\n".to_owned())),
        ("full", stream(full)),
        ("big", stream(|_| big.clone())),
        ("multiline", stream(|_| multiline.clone())),
        (
            "utf8",
            stream(|n| {
                format!(
                    "data: {{\"文\":\"服务器发送事件是一种单向通信的技术它允许服务器主动向客户端推送数据而不需要请求😀🚀{n:08}\"}}\n\n"
                )
            }),
        ),
        ("cr", stream(|n| full(n).replace("\r\n", "\r"))),
    ]
}

fn stream(event: impl Fn(usize) -> String) -> Vec<u8> {
    let mut stream = Vec::new();
    for n in 0.. {
        stream.extend_from_slice(event(n).as_bytes());
        if stream.len() >= STREAM_LEN {
            break;
        }
    }
    stream
}
