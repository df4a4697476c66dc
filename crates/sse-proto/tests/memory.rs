//! Measures the decoder's memory. For valid text it uses at most twice the limit plus a constant,
//! for invalid UTF-8 at most six times the limit plus the constant, and on the fast path none.
#![allow(missing_docs)]

use allocation_counter::{AllocationInfo, measure};
use sse_harness::SplitMix64;
use sse_proto::{DecodeError, Decoder, Limits, Oversize};

const KIB: usize = 1024;
const LIMIT: usize = 512 * KIB;
/// The constant: memory that is kept for the next event.
const SLACK: usize = 512 * KIB;
/// The maximum memory of a decoder without an event in progress.
const IDLE: usize = 400 * KIB;
/// The length of a line that is more than an idle decoder may keep, and within the default limit.
const LARGE: usize = 500 * KIB;
/// The sizes of the chunks of a stream.
const PIECES: [usize; 5] = [5, 997, 65536, LIMIT / 2 + 1, usize::MAX];

/// A decoder whose memory is measured: the allocations of this thread within the decoder's calls.
struct Measured {
    decoder: Decoder,
    held: i64,
    /// The maximum after a call, and during a call.
    max_held: i64,
    max_in_call: i64,
}

impl Measured {
    fn new(limits: Limits) -> Self {
        Self { decoder: Decoder::new(limits), held: 0, max_held: 0, max_in_call: 0 }
    }

    /// Decodes once and returns whether there was a frame.
    fn call(&mut self, chunk: &mut &[u8]) -> Result<bool, DecodeError> {
        let mut more = Ok(false);
        let info = measure(|| more = self.decoder.decode(chunk).map(|frame| frame.is_some()));
        self.count(info);
        more
    }

    fn count(&mut self, info: AllocationInfo) {
        self.max_in_call = self.max_in_call.max(self.held + info.bytes_max as i64);
        self.held += info.bytes_current;
        self.max_held = self.max_held.max(self.held);
    }

    fn decode(&mut self, mut chunk: &[u8]) -> Result<(), DecodeError> {
        while self.call(&mut chunk)? {}
        Ok(())
    }

    /// Checks that a decoder without an event in progress holds little but the last event ID.
    fn check_idle(&self, what: &str) {
        let held = self.held as usize - self.decoder.last_event_id().len();
        assert!(held <= IDLE, "{what}: an idle decoder holds {held} bytes");
    }

    fn check(&self, what: &str, is_valid: bool) {
        // A growing buffer counts twice while it moves.
        let (after, during) = if is_valid { (2, 4) } else { (6, 6) };
        for (max, times) in [(self.max_held, after), (self.max_in_call, during)] {
            assert!(
                max as usize <= times * LIMIT + SLACK,
                "{what}: {max} bytes are more than {times} times the limit"
            );
        }
    }
}

const NAMES: [&str; 6] = ["data: ", "event: ", "id: ", ": ", "retry: ", "unknown: "];

/// A field line of `len` bytes.
fn line(name: &str, byte: u8, len: usize) -> Vec<u8> {
    let mut line = name.as_bytes().to_vec();
    line.resize(len.max(name.len()), byte);
    line.push(b'\n');
    line
}

/// Streams that would make a careless decoder use too much memory.
fn adversarial_streams() -> Vec<(String, Vec<u8>)> {
    // The longest line within the limit, and one whose replacement characters fit into the limit.
    let (max, part) = (LIMIT, LIMIT / 3 - 100);
    let mut streams = Vec::new();
    for name in NAMES {
        let event = |byte, len| [&line(name, byte, len), &b"data: x\n\n"[..]].concat();
        for (what, stream) in [
            ("just below the limit", [event(b'0', max - 20), event(b'1', max - 20)].concat()),
            ("at the limit, and over it", [event(b'0', max), event(b'1', max + 1)].concat()),
            ("a third of the limit", event(b'0', part).repeat(4)),
            ("invalid, within the limit and over it", [event(0xFF, part), event(0xFF, max)].concat()),
            ("invalid, in short lines", event(0xFF, 5000).repeat(40)),
        ] {
            streams.push((format!("{name:?} {what}"), stream));
        }
    }
    // A frame that borrows from a copy, or an event type, then a line that grows from a few bytes.
    // A comment does not count towards its event, so the decoder may hold both.
    let long = LIMIT - 20_000;
    let grown = |before: &[u8], len| [before, &line("data: ", b'x', len)].concat();
    let comment = line(": ", b'c', long);
    let data_and_comment = [&line("data: ", b'x', long)[..], &line(": ", b'c', LIMIT - 1), b"\n"].concat();
    for (what, stream) in [
        ("a comment, then a line", grown(&comment, long)),
        ("a comment at the limit within an event at the limit", data_and_comment),
        ("a comment after data, then a line", grown(&[b"data: 1\n", &comment[..]].concat(), LIMIT / 9)),
        ("an invalid comment, then a line", grown(&line(": ", 0xFF, part), long)),
        ("invalid data, then a line", grown(&[&line("data: ", 0xFF, part)[..], b"\n"].concat(), long)),
        (
            "a type, then a line",
            grown(&[b"data: x\n", &line("event: ", b'x', LIMIT / 4)[..], b"\n"].concat(), long),
        ),
    ] {
        streams.push((what.to_owned(), stream));
    }
    let [data, event_type, id] = ["data: ", "event: ", "id: "].map(|name| line(name, b'x', 5000));
    let thirds = ["id: ", "event: ", "data: "].map(|name| line(name, 0xFF, part / 3));
    let ids = [line("id: ", b'a', part), b"\n".to_vec(), line("id: ", b'b', part), b"\n".to_vec()];
    for (what, stream) in [
        ("alternating data and event types", [&data[..], &event_type].concat().repeat(1000)),
        ("alternating data and IDs", [&data[..], &id].concat().repeat(1000)),
        ("empty data lines", b"data\n".repeat(LIMIT / 4)),
        ("many data lines", data.repeat(1000)),
        ("IDs that replace each other", ids.concat().repeat(3)),
        ("all fields invalid", [thirds.concat(), b"\n".to_vec()].concat().repeat(4)),
    ] {
        streams.push((what.to_owned(), stream));
    }
    streams
}

#[test]
fn memory_is_bounded_by_the_limit() {
    for (what, stream) in adversarial_streams() {
        for piece in PIECES {
            decode_measured(&format!("{what}, chunks of {piece}"), &stream, piece, Oversize::Skip);
        }
        decode_measured(&what, &stream, usize::MAX, Oversize::Fail);
    }
}

fn decode_measured(what: &str, stream: &[u8], piece: usize, oversize: Oversize) {
    let mut measured = Measured::new(Limits::default().max_event_len(LIMIT).oversize(oversize));
    for chunk in stream.chunks(piece) {
        if measured.decode(chunk).is_err() {
            measured.check_idle(what);
            break;
        }
    }
    measured.check(what, std::str::from_utf8(stream).is_ok());
}

/// Random lines of any length, in chunks of any size.
#[test]
fn memory_is_bounded_by_the_limit_for_random_streams() {
    for seed in 0..32 {
        let mut random = SplitMix64::new(seed);
        let stream = random_stream(&mut random, seed % 2 == 0);
        let mut rest = &stream[..];
        let mut measured = Measured::new(Limits::default().max_event_len(LIMIT).oversize(Oversize::Skip));
        while !rest.is_empty() {
            let piece = 1 + up_to(&mut random, [5000, 100_000, LIMIT]);
            let (chunk, after) = rest.split_at(piece.min(rest.len()));
            measured.decode(chunk).expect("events over the limit are skipped");
            rest = after;
        }
        measured.check(&format!("seed {seed}"), std::str::from_utf8(&stream).is_ok());
    }
}

fn random_stream(random: &mut SplitMix64, is_valid: bool) -> Vec<u8> {
    let mut stream = Vec::new();
    while stream.len() < 4 * LIMIT {
        let name = ["data: ", "data:", "event: ", "id: ", ": ", "x"][random.below(6) as usize];
        let byte = [b'x', b'0', b'\r', if is_valid { b'y' } else { 0xFF }][random.below(4) as usize];
        stream.extend(line(name, byte, up_to(random, [5000, LIMIT / 6, LIMIT])));
        stream.extend(b"\n".repeat(random.below(3) as usize));
    }
    stream
}

/// A random number below one of the bounds.
fn up_to<const N: usize>(random: &mut SplitMix64, bounds: [usize; N]) -> usize {
    let bound = bounds[random.below(N as u64) as usize];
    random.below(bound as u64) as usize
}

/// After a large event, comment or ID a stream may be silent for hours, so the decoder must free
/// the memory.
#[test]
fn an_idle_decoder_frees_its_memory() {
    // The IDs replace a large one and the spare buffer of the one before it.
    let tails =
        [["", "data: x", "id: 1", "", "id: 2", "", ""], ["", "id: 1", "", "id: 2", "data: x", "", ""]];
    for (tail, end) in tails.iter().flat_map(|tail| ["\n", "\r", "\r\n"].map(|end| (tail, end))) {
        for (name, byte, len) in NAMES.iter().flat_map(|name| [(name, b'x', LARGE), (name, 0xFF, LARGE / 3)])
        {
            let mut stream = line(name, byte, len);
            stream.pop();
            stream.extend_from_slice(tail.join(end).as_bytes());
            let mut measured = Measured::new(Limits::default());
            for piece in [&stream[..1000], &stream[1000..], b""] {
                measured.decode(piece).expect("within the limit");
            }
            measured.check_idle(&format!("{name:?} {byte} {end:?} {tail:?}"));
        }
    }
}

/// A reset follows the loss of a connection, and the wait for the next one may be long.
#[test]
fn a_reset_frees_memory() {
    for (what, stream, tail) in [
        ("a line", line("data: ", b'x', LARGE), &b""[..]),
        ("an event", line("data: ", b'x', LARGE), b"\n"),
        ("an invalid event", line("data: ", 0xFF, LARGE / 3), b"\n"),
        ("an event type", line("event: ", b'x', LARGE), b"data\n\n"),
        ("a comment", line(": ", b'x', LARGE), b""),
        ("an invalid comment", line(": ", 0xFF, LARGE / 3), b""),
        ("an ID", line("id: ", b'x', LARGE), b""),
    ] {
        let stream = [&stream, tail].concat();
        let mut measured = Measured::new(Limits::default());
        for mut chunk in [&stream[..1000], &stream[1000..]] {
            measured.call(&mut chunk).expect("within the limit");
        }
        let info = measure(|| measured.decoder.reset());
        measured.count(info);
        measured.check_idle(what);
    }
}

#[test]
fn an_event_within_one_chunk_allocates_nothing() {
    for (stream, max) in [
        (&b": hello\nretry: 700\n\nid: \ndata: \xC3\xA9\n\nunknown\n\ndata: a\revent:\r\r"[..], 0),
        // The decoder copies a type and an ID into its own strings, and joins data lines.
        (b"event: a type\ndata: a\n\nevent: a type\ndata: b\n\n", 16),
        (b"id: 1234\ndata: a\n\ndata: b\n\nid: 1234\ndata: c\n\n", 16),
        (b"data: a\ndata: b\n\ndata: c\ndata: d\n\n", 64),
    ] {
        let mut measured = Measured::new(Limits::default());
        measured.decode(stream).expect("within the limit");
        assert!(measured.max_in_call <= max, "{} bytes for {}", measured.max_in_call, stream.escape_ascii());
    }
}
