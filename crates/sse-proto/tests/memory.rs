//! What the decoder holds: of valid text at most twice the limit and a constant, of bytes that are not UTF-8 at most six
//! times the limit and the constant, and on the fast path nothing at all.
#![allow(missing_docs)]

use allocation_counter::{AllocationInfo, measure};
use sse_harness::SplitMix64;
use sse_proto::{DecodeError, Decoder, Limits, Oversize};

const KIB: usize = 1024;
const LIMIT: usize = 512 * KIB;
/// The constant: room that is kept for the next event.
const SLACK: usize = 512 * KIB;
/// What a decoder keeps when nothing is in progress.
const IDLE: usize = 400 * KIB;
/// Of a line, so that what it took would be seen if it were kept. The default limit allows it.
const LARGE: usize = 500 * KIB;
/// Sizes of the pieces that a stream comes in.
const PIECES: [usize; 5] = [5, 997, 65536, LIMIT / 2 + 1, usize::MAX];

/// A decoder under watch. Only what this thread allocates within the decoder's calls is counted.
struct Watched {
    decoder: Decoder,
    held: i64,
    /// The most that was held after a call, and during one.
    most_held: i64,
    most_in_call: i64,
}

impl Watched {
    fn new(limits: Limits) -> Self {
        Self { decoder: Decoder::new(limits), held: 0, most_held: 0, most_in_call: 0 }
    }

    /// Whether there was a frame.
    fn call(&mut self, chunk: &mut &[u8]) -> Result<bool, DecodeError> {
        let mut more = Ok(false);
        let info = measure(|| more = self.decoder.decode(chunk).map(|frame| frame.is_some()));
        self.count(info);
        more
    }

    fn count(&mut self, info: AllocationInfo) {
        self.most_in_call = self.most_in_call.max(self.held + info.bytes_max as i64);
        self.held += info.bytes_current;
        self.most_held = self.most_held.max(self.held);
    }

    fn pull(&mut self, mut chunk: &[u8]) -> Result<(), DecodeError> {
        while self.call(&mut chunk)? {}
        Ok(())
    }

    /// With nothing in progress, only the last event ID may be large.
    fn check_idle(&self, what: &str) {
        let held = self.held as usize - self.decoder.last_event_id().len();
        assert!(held <= IDLE, "{what}: {held} bytes held by an idle decoder");
    }

    fn check(&self, what: &str, is_valid: bool) {
        // A buffer that grows is counted twice while it is moved.
        let (after, during) = if is_valid { (2, 4) } else { (6, 6) };
        for (most, times) in [(self.most_held, after), (self.most_in_call, during)] {
            assert!(
                most as usize <= times * LIMIT + SLACK,
                "{what}: {most} bytes are more than {times} times the limit"
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

/// Streams that would make a careless decoder hold more than it should.
fn adversaries() -> Vec<(String, Vec<u8>)> {
    // The longest line that is within the limit when nothing else is held, and one that leaves room for its repair.
    let (most, part) = (LIMIT, LIMIT / 3 - 100);
    let mut streams = Vec::new();
    for name in NAMES {
        let event = |byte, len| [&line(name, byte, len), &b"data: x\n\n"[..]].concat();
        for (what, stream) in [
            ("of nearly the limit", [event(b'0', most - 20), event(b'1', most - 20)].concat()),
            ("of the limit, and over it", [event(b'0', most), event(b'1', most + 1)].concat()),
            ("of a third", event(b'0', part).repeat(4)),
            ("to be repaired, within the limit and over it", [event(0xFF, part), event(0xFF, most)].concat()),
            ("to be repaired, by bits", event(0xFF, 5000).repeat(40)),
        ] {
            streams.push((format!("{name:?} {what}"), stream));
        }
    }
    // What was lent as a copy, or was a type, and behind it a line that begins in a few bytes and grows.
    // A comment does not count towards its event, so that both may be held.
    let long = LIMIT - 20_000;
    let grown = |before: &[u8], len| [before, &line("data: ", b'x', len)].concat();
    let comment = line(": ", b'c', long);
    let data_and_comment = [&line("data: ", b'x', long)[..], &line(": ", b'c', LIMIT - 1), b"\n"].concat();
    for (what, stream) in [
        ("a comment, then a line", grown(&comment, long)),
        ("a comment of the limit within an event of the limit", data_and_comment),
        ("a comment behind data, then a line", grown(&[b"data: 1\n", &comment[..]].concat(), LIMIT / 9)),
        ("a comment to be repaired, then a line", grown(&line(": ", 0xFF, part), long)),
        ("data to be repaired, then a line", grown(&[&line("data: ", 0xFF, part)[..], b"\n"].concat(), long)),
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
        ("data and event types in turn", [&data[..], &event_type].concat().repeat(1000)),
        ("data and ids in turn", [&data[..], &id].concat().repeat(1000)),
        ("empty data lines", b"data\n".repeat(LIMIT / 4)),
        ("one data line after another", data.repeat(1000)),
        ("an id for an id", ids.concat().repeat(3)),
        ("everything to be repaired", [thirds.concat(), b"\n".to_vec()].concat().repeat(4)),
    ] {
        streams.push((what.to_owned(), stream));
    }
    streams
}

#[test]
fn memory_is_bounded_by_the_limit() {
    for (what, stream) in adversaries() {
        for piece in PIECES {
            decode_watched(&format!("{what}, pieces of {piece}"), &stream, piece, Oversize::Skip);
        }
        decode_watched(&what, &stream, usize::MAX, Oversize::Fail);
    }
}

fn decode_watched(what: &str, stream: &[u8], piece: usize, oversize: Oversize) {
    let mut watched = Watched::new(Limits::default().max_event_len(LIMIT).oversize(oversize));
    for chunk in stream.chunks(piece) {
        if watched.pull(chunk).is_err() {
            watched.check_idle(what);
            break;
        }
    }
    watched.check(what, std::str::from_utf8(stream).is_ok());
}

/// Lines of any kind and length, in pieces of any size.
#[test]
fn memory_is_bounded_by_the_limit_for_random_streams() {
    for seed in 0..32 {
        let mut dice = SplitMix64::new(seed);
        let stream = any_stream(&mut dice, seed % 2 == 0);
        let mut rest = &stream[..];
        let mut watched = Watched::new(Limits::default().max_event_len(LIMIT).oversize(Oversize::Skip));
        while !rest.is_empty() {
            let piece = 1 + up_to(&mut dice, [5000, 100_000, LIMIT]);
            let (chunk, after) = rest.split_at(piece.min(rest.len()));
            watched.pull(chunk).expect("it skips");
            rest = after;
        }
        watched.check(&format!("seed {seed}"), std::str::from_utf8(&stream).is_ok());
    }
}

fn any_stream(dice: &mut SplitMix64, is_valid: bool) -> Vec<u8> {
    let mut stream = Vec::new();
    while stream.len() < 4 * LIMIT {
        let name = ["data: ", "data:", "event: ", "id: ", ": ", "x"][dice.below(6) as usize];
        let byte = [b'x', b'0', b'\r', if is_valid { b'y' } else { 0xFF }][dice.below(4) as usize];
        stream.extend(line(name, byte, up_to(dice, [5000, LIMIT / 6, LIMIT])));
        stream.extend(b"\n".repeat(dice.below(3) as usize));
    }
    stream
}

/// A number below one of the bounds.
fn up_to<const N: usize>(dice: &mut SplitMix64, bounds: [usize; N]) -> usize {
    let bound = bounds[dice.below(N as u64) as usize];
    dice.below(bound as u64) as usize
}

/// After a large event, comment or id nothing may come for hours: the room is given back.
#[test]
fn an_idle_decoder_gives_its_room_back() {
    // The ids take the place of a large one, and of the one that it took the place of.
    let tails =
        [["", "data: x", "id: 1", "", "id: 2", "", ""], ["", "id: 1", "", "id: 2", "data: x", "", ""]];
    for (tail, end) in tails.iter().flat_map(|tail| ["\n", "\r", "\r\n"].map(|end| (tail, end))) {
        for (name, byte, len) in NAMES.iter().flat_map(|name| [(name, b'x', LARGE), (name, 0xFF, LARGE / 3)])
        {
            let mut stream = line(name, byte, len);
            stream.pop();
            stream.extend_from_slice(tail.join(end).as_bytes());
            let mut watched = Watched::new(Limits::default());
            for piece in [&stream[..1000], &stream[1000..], b""] {
                watched.pull(piece).expect("it is within the limit");
            }
            watched.check_idle(&format!("{name:?} {byte} {end:?} {tail:?}"));
        }
    }
}

/// As when the connection is lost: the wait for the next one may be long.
#[test]
fn a_reset_gives_its_room_back() {
    for (what, stream, tail) in [
        ("a line", line("data: ", b'x', LARGE), &b""[..]),
        ("an event", line("data: ", b'x', LARGE), b"\n"),
        ("an event to be repaired", line("data: ", 0xFF, LARGE / 3), b"\n"),
        ("an event type", line("event: ", b'x', LARGE), b"data\n\n"),
        ("a comment", line(": ", b'x', LARGE), b""),
        ("a comment to be repaired", line(": ", 0xFF, LARGE / 3), b""),
        ("an id", line("id: ", b'x', LARGE), b""),
    ] {
        let stream = [&stream, tail].concat();
        let mut watched = Watched::new(Limits::default());
        for mut chunk in [&stream[..1000], &stream[1000..]] {
            watched.call(&mut chunk).expect("it is within the limit");
        }
        let info = measure(|| watched.decoder.reset());
        watched.count(info);
        watched.check_idle(what);
    }
}

#[test]
fn an_event_that_lies_whole_in_its_chunk_allocates_nothing() {
    for (stream, most) in [
        (&b": hello\nretry: 700\n\nid: \ndata: \xC3\xA9\n\nunknown\n\ndata: a\revent:\r\r"[..], 0),
        // A type and an ID are copied into strings of the decoder's own, and two data lines have to be joined.
        (b"event: a type\ndata: a\n\nevent: a type\ndata: b\n\n", 16),
        (b"id: 1234\ndata: a\n\ndata: b\n\nid: 1234\ndata: c\n\n", 16),
        (b"data: a\ndata: b\n\ndata: c\ndata: d\n\n", 64),
    ] {
        let mut watched = Watched::new(Limits::default());
        watched.pull(stream).expect("it is within the limit");
        assert!(watched.most_in_call <= most, "{} bytes for {}", watched.most_in_call, stream.escape_ascii());
    }
}
