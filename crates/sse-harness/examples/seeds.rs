//! Writes the seeds of the fuzz targets. Most of them come from the wire table. Run it with `cargo
//! run -p sse-harness --example seeds`.

use std::path::Path;
use std::{fs, io};

use sse_harness::SplitMix64;
use sse_harness::wire::{Case, cases};
use sse_proto::Frame;

/// The maximum number of seeds that a target has from the table.
const SEEDS: usize = 24;

fn main() -> io::Result<()> {
    write("decode", |case, n| [&[limit(case), case.skip.into(), n % 9 + 1], &case.input[..]].concat())?;
    write("chunking", |case, n| {
        [&[limit(case), case.skip.into(), 1, n % 5 + 1, 2, n % 7, n % 3], &case.input[..]].concat()
    })?;
    write("differential", |case, n| [&[n % 9 + 1], &case.input[..]].concat())?;
    write("roundtrip", |case, _| case.expected.frames.iter().map(text).collect::<Vec<_>>().join(&0x1E))?;
    for (name, config, inputs) in SOURCES {
        put("source", name, &[&config[..], inputs].concat())?;
    }
    for (n, responses) in RESPONSES.iter().enumerate() {
        put("http", &format!("transport-{n:02}"), &[b"\0\0\0\x02\x11\x3F", *responses].concat())?;
        put("http", &format!("session-{n:02}"), &[b"\x09\x08\x04\x03\x05\x89\x47", *responses].concat())?;
    }
    for (n, (responses, flags)) in RESPONSES.iter().zip((0..3).cycle()).enumerate() {
        let first = responses.split(|byte| *byte == 0x1E).next().unwrap_or_default();
        put("exchange", &format!("bytes-{n:02}"), &[&[n as u8 % 3, flags, 1, 3, 1, 0, 9], first].concat())?;
    }
    let mut random = SplitMix64::new(0);
    for n in 0..8 {
        let choices: Vec<u8> = (0..12).flat_map(|_| random.next_u64().to_le_bytes()).collect();
        put("exchange", &format!("grammar-{n:02}"), &[&[n % 3, n / 3, 0, 2, 7, 1], &choices[..]].concat())?;
    }
    let redirects = b"HTTP/1.1 307 Again\r\nlocation: /\r\n\r\n\x1E".repeat(12);
    put("http", "redirects", &[b"\0\0\0\0", &redirects[..]].concat())?;
    Ok(())
}

/// The bytes of a server for `http`, with 0x1E between connections.
const RESPONSES: [&[u8]; 15] = [
    b"HTTP/1.1 308 Moved\r\nlocation: https://test/\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nid: 1\ndata: a\n\n\x1EHTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99\r\n\r\nid: 1\ndata: a\n\nid: 2\nda",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n1;x=\"y\"\r\n:\r\n0\r\ntrailer: 1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\ndata",
    b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /a\r\n\r\n\x1EHTTP/1.1 302 Found\r\nlocation: http://other/\r\n\r\n\x1EHTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata\n\n",
    b"HTTP/1.1 301 Moved\r\nlocation: ftp://x/\r\n\r\n",
    b"HTTP/1.1 503 Unavailable\r\nretry-after: 5\r\ncontent-length: 4\r\n\r\nbusy\x1EHTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nretry: 9\n",
    b"HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\n\r\nthere is nothing here",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: c\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.0 200 OK\ncontent-encoding: gzip\ncontent-type: text/event-stream\n\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx: yyyyyyyy",
    b"SSH-2.0-OpenSSH_9.6\r\n",
];

/// The names, configurations and inputs of the seeds of `source`.
const SOURCES: [(&str, [u8; 14], &[u8]); 8] = [
    ("resumed", [0; 14], b"\x0e\x02\x07\x02\x03\x04\x07\x0e\x02\x01\x04\x07\x0e"),
    ("half-an-event", [0; 14], b"\x0e\x02\x07\x03\x01\x05data:\x05\x07\x0e\x01\x08data:z\n\n\x04\x07"),
    ("backs-off", [0; 14], b"\x04\x07\x05\x07\x04\x07\x05\x07\x04\x07\x0e\x44\x07"),
    ("later", [0; 14], b"\x00\x02\x13\x07\x00\x03\x00\x07\x00\x04\x09\x08"),
    ("times-out", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 9, 0, 0], b"\x07\x07\x0e\x12\x02\x07\x07\x0e\x46\x07"),
    ("retry", [24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], b"\x0e\x01\x0cretry:50\n:c\n\x04\x07\x05\x07"),
    (
        "piled-up",
        [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        b"\x0e\x0b\x09data\n\n:a\n\x0c\x0d\x0f\x0f\x06\x0a\x00",
    ),
    ("too-long", [4, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0], b"\x0e\x02\x20\x02\x01\x04\x07\x04\x07\x04\x07"),
];

/// Writes seeds for rows at regular intervals in the table. Each is named after the index of its
/// row.
fn write(target: &str, seed: impl Fn(&Case, u8) -> Vec<u8>) -> io::Result<()> {
    let cases = cases();
    for (n, case) in cases.iter().enumerate().step_by(cases.len() / SEEDS + 1) {
        put(target, &format!("wire-{n:03}"), &seed(case, n as u8))?;
    }
    Ok(())
}

fn put(target: &str, name: &str, seed: &[u8]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), seed)
}

/// Returns the limit of a row as a byte, which is 0 for none.
fn limit(case: &Case) -> u8 {
    case.limit.try_into().unwrap_or(0)
}

/// Returns a frame in the input format of `roundtrip`.
fn text(frame: &Frame) -> Vec<u8> {
    match frame {
        Frame::Event(event) => {
            let id = event.id().map_or_else(|| event.last_event_id.clone(), |id| format!("={id}"));
            [&b"e"[..], &[&*event.event_type, &id, &event.data].join("\x1F").into_bytes()].concat()
        }
        Frame::Comment(text) => [b"c", text.as_bytes()].concat(),
        Frame::Retry(time) => [b"r", &time.as_secs().to_be_bytes()[..]].concat(),
        _ => b"d".to_vec(),
    }
}
