//! What the decoder holds: after each call never more than the limit and a constant, during a call never more than twice
//! that, and on the usual path nothing at all.
#![allow(missing_docs)]

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use peak_alloc::PeakAlloc;
use sse_proto::{DecodeError, Decoder, Limits, Oversize};
use sse_testkit::SplitMix64;

/// It counts every byte of the process, and a reallocation as if it moved.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const KIB: usize = 1024;
const LIMIT: usize = 512 * KIB;
/// The constant: room that is kept for the next event.
const SLACK: usize = 384 * KIB;
/// What a decoder keeps when nothing is in progress.
const IDLE: usize = 300 * KIB;
/// Of a line, so that what it took would be seen if it were kept. The usual limit allows it.
const LARGE: usize = 500 * KIB;
/// Sizes of the pieces that a stream comes in.
const PIECES: [usize; 4] = [5, 997, LIMIT / 2 + 1, usize::MAX];

/// One test at a time: the count is that of the process.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A decoder under watch.
struct Watched {
    decoder: Decoder,
    base: usize,
    /// The most that was held after a call, and during one.
    most_held: usize,
    most_in_use: usize,
}

impl Watched {
    fn new(limits: Limits) -> Self {
        let base = MEMORY.current_usage();
        let decoder = Decoder::new(limits);
        Self { decoder, base, most_held: 0, most_in_use: 0 }
    }

    /// Whether there was a frame. It is dropped before what is held is looked up.
    fn call(&mut self, chunk: &mut Bytes, lent: bool) -> Result<bool, DecodeError> {
        MEMORY.reset_peak_usage();
        let more = if lent {
            let mut rest: &[u8] = chunk;
            let more = self.decoder.decode(&mut rest).map(|frame| frame.is_some());
            let used = chunk.len() - rest.len();
            drop(chunk.split_to(used));
            more
        } else {
            self.decoder.decode_bytes(chunk).map(|frame| frame.is_some())
        };
        self.most_in_use = self.most_in_use.max(MEMORY.peak_usage().saturating_sub(self.base));
        self.most_held = self.most_held.max(self.held());
        more
    }

    fn held(&self) -> usize {
        MEMORY.current_usage().saturating_sub(self.base)
    }

    fn pull(&mut self, mut chunk: Bytes, lent: bool) -> Result<(), DecodeError> {
        while self.call(&mut chunk, lent)? {}
        Ok(())
    }

    /// With nothing in progress, only the last event ID may be large.
    fn check_idle(&self, what: &str) {
        let held = self.held() - self.decoder.last_event_id().len();
        assert!(held <= IDLE, "{what}: {held} bytes held by an idle decoder");
    }

    fn check(&self, what: &str) {
        let (held, in_use) = (self.most_held, self.most_in_use);
        assert!(held <= LIMIT + SLACK, "{what}: {held} bytes held after a call, the limit is {LIMIT}");
        assert!(in_use <= 2 * LIMIT + SLACK, "{what}: {in_use} bytes in use in a call, the limit is {LIMIT}");
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
    // What was lent as a copy, or was a type, and right behind it a line that begins in a few bytes and grows.
    let long = LIMIT - 20_000;
    let grown = |before: &[u8], len| [before, &line("data: ", b'x', len)].concat();
    let comment = line(": ", b'c', long);
    for (what, stream) in [
        ("a comment, then a line", grown(&comment, long)),
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
fn never_more_than_the_limit() {
    let _turn = alone();
    for (what, stream) in adversaries() {
        let stream = Bytes::from(stream);
        for piece in PIECES {
            for lent in [true, false] {
                let what = format!("{what}, pieces of {piece}, lent: {lent}");
                decode_watched(&what, &stream, piece, lent, Oversize::Skip);
            }
        }
        decode_watched(&what, &stream, usize::MAX, true, Oversize::Fail);
    }
}

fn decode_watched(what: &str, stream: &Bytes, piece: usize, lent: bool, oversize: Oversize) {
    let mut rest = stream.clone();
    let mut watched = Watched::new(Limits { max_event_len: LIMIT, oversize });
    while !rest.is_empty() {
        let chunk = rest.split_to(piece.min(rest.len()));
        if watched.pull(chunk, lent).is_err() {
            watched.check_idle(what);
            break;
        }
    }
    watched.check(what);
}

/// Whatever the adversaries above did not think of: lines of any kind and length, in pieces of any size, by either door.
#[test]
fn never_more_than_the_limit_by_chance() {
    let _turn = alone();
    for seed in 0..16 {
        let mut dice = SplitMix64::new(seed);
        let stream = Bytes::from(any_stream(&mut dice));
        let mut rest = stream.clone();
        let mut watched = Watched::new(Limits { max_event_len: LIMIT, oversize: Oversize::Skip });
        while !rest.is_empty() {
            let piece = 1 + up_to(&mut dice, [5000, 100_000, LIMIT]);
            let chunk = rest.split_to(piece.min(rest.len()));
            watched.pull(chunk, dice.below(2) == 0).expect("it skips");
        }
        watched.check(&format!("seed {seed}"));
    }
}

fn any_stream(dice: &mut SplitMix64) -> Vec<u8> {
    let mut stream = Vec::new();
    while stream.len() < 4 * LIMIT {
        let name = ["data: ", "data:", "event: ", "id: ", ": ", "x"][dice.below(6) as usize];
        let byte = [b'x', b'0', 0xFF, b'\r'][dice.below(4) as usize];
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
    let _turn = alone();
    // The ids take the place of a large one, and of the one that it took the place of.
    let tails =
        [["", "data: x", "id: 1", "", "id: 2", "", ""], ["", "id: 1", "", "id: 2", "data: x", "", ""]];
    for (tail, end) in tails.iter().flat_map(|tail| ["\n", "\r", "\r\n"].map(|end| (tail, end))) {
        for (name, byte, len) in NAMES.iter().flat_map(|name| [(name, b'x', LARGE), (name, 0xFF, LARGE / 3)])
        {
            let mut stream = line(name, byte, len);
            stream.pop();
            stream.extend_from_slice(tail.join(end).as_bytes());
            let stream = Bytes::from(stream);
            for lent in [true, false] {
                let mut watched = Watched::new(Limits::default());
                for piece in [stream.slice(..1000), stream.slice(1000..)] {
                    watched.pull(piece, lent).expect("it is within the limit");
                }
                watched.check_idle(&format!("{name:?} {byte} {end:?} {tail:?}, lent: {lent}"));
            }
        }
    }
}

/// As when the connection is lost: the wait for the next one may be long.
#[test]
fn a_reset_gives_its_room_back() {
    let _turn = alone();
    for (what, stream, tail) in [
        ("a line", line("data: ", b'x', LARGE), &b""[..]),
        ("an event", line("data: ", b'x', LARGE), b"\n"),
        ("an event to be repaired", line("data: ", 0xFF, LARGE / 3), b"\n"),
        ("an event type", line("event: ", b'x', LARGE), b"data\n\n"),
        ("a comment", line(": ", b'x', LARGE), b""),
        ("a comment to be repaired", line(": ", 0xFF, LARGE / 3), b""),
        ("an id", line("id: ", b'x', LARGE), b""),
    ] {
        let stream = Bytes::from([&stream, tail].concat());
        let mut watched = Watched::new(Limits::default());
        for mut chunk in [stream.slice(..1000), stream.slice(1000..)] {
            watched.call(&mut chunk, true).expect("it is within the limit");
        }
        watched.decoder.reset();
        watched.check_idle(what);
    }
}

/// An event that lies whole in its chunk. The least of some rounds counts, since the test harness allocates now and
/// then.
#[test]
fn the_usual_path_allocates_nothing() {
    let _turn = alone();
    for (stream, lent, most) in [
        (
            &b": hello\nretry: 700\nevent: a type\nid: \ndata: \xC3\xA9\n\nunknown\n\ndata: a\revent: b\r\r"
                [..],
            true,
            0,
        ),
        (b": hello\nretry: 700\nevent: a type\ndata: \xC3\xA9\n\nunknown\n\ndata: a\revent: b\r\r", false, 0),
        // The last event ID is a copy, shared by the events that carry it; two data lines have to be joined.
        (b"id: 1234\ndata: a\n\ndata: b\n\ndata: c\n\n", true, 16),
        (b"id: 1234\ndata: a\n\ndata: b\n\ndata: c\n\n", false, 64),
        (b"data: a\ndata: b\n\ndata: c\ndata: d\n\n", true, 16),
    ] {
        let stream = Bytes::from_static(stream);
        let least = (0..20).map(|_| in_use_by(&stream, lent)).min();
        assert!(least <= Some(most), "lent: {lent}: {least:?} bytes for {stream:?}");
    }
}

fn in_use_by(stream: &Bytes, lent: bool) -> usize {
    let mut watched = Watched::new(Limits::default());
    watched.pull(stream.clone(), lent).expect("it is within the limit");
    watched.most_in_use
}
