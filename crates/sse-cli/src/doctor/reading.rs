//! Reads a stream and collects facts about it.

use std::time::Duration;

use sse_tokio::FrameRef;
use sse_tokio::proto::{Decoder, Limits, Oversize};

use super::lines::Lines;
use super::observation::{Arrival, End, EventSeen, InvalidUtf8, Item, Kind, Stream};
use super::own_time::own_time;

/// The number of bytes to keep of a text.
const KEPT: usize = 80;
/// The number of bytes to keep of an ID. It is one more than can be sent, so that an ID that is too
/// long is recognised.
const KEPT_ID: usize = 4 * 1024 + 1;
/// The number of frames or reads after which reading stops.
const MAX_ITEMS: usize = 100_000;
/// The number of bytes after which reading stops.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A stream that is being read.
pub(crate) struct Reading {
    decoder: Decoder,
    arrivals: Vec<Arrival>,
    items: Vec<Item>,
    /// The number of frames before the latest read.
    before_latest: usize,
    lines: Lines,
    utf8: Utf8,
    bytes: usize,
}

impl Reading {
    /// Starts reading. Larger events than `max_event_size` bytes are noted, but their data is
    /// skipped.
    pub(crate) fn new(max_event_size: usize) -> Self {
        let limits = Limits::default().max_event_len(max_event_size).oversize(Oversize::Skip);
        Self {
            decoder: Decoder::new(limits),
            arrivals: Vec::new(),
            items: Vec::new(),
            before_latest: 0,
            lines: Lines::default(),
            utf8: Utf8::default(),
            bytes: 0,
        }
    }

    /// Adds the bytes of one read.
    pub(crate) fn push(&mut self, at: Duration, bytes: &[u8]) {
        self.bytes += bytes.len();
        self.before_latest = self.items.len();
        self.utf8.push(bytes);
        self.lines.push(bytes);
        let mut rest = bytes;
        // The decoder returns no error with `Oversize::Skip`.
        while let Ok(Some(frame)) = self.decoder.decode(&mut rest) {
            let (kind, own_time) = seen(frame);
            self.items.push(Item { at, kind, own_time });
        }
        self.arrivals.push(Arrival { at, len: bytes.len(), cuts: self.lines.is_within_block() });
    }

    /// Returns the frames that the last read completed.
    pub(crate) fn latest(&self) -> &[Item] {
        &self.items[self.before_latest..]
    }

    /// Returns whether a limit of frames, reads or bytes is reached.
    pub(crate) fn has_enough(&self) -> bool {
        self.items.len().max(self.arrivals.len()) >= MAX_ITEMS || self.bytes >= MAX_BYTES
    }

    /// Ends reading and returns the collected facts.
    pub(crate) fn end(mut self, at: Duration, end: End) -> Stream {
        let is_complete = end == End::Eof;
        if is_complete {
            self.utf8.end();
        }
        let unfinished =
            self.decoder.decode_eof().filter(|_| is_complete).map(|event| beginning(event.data, KEPT));
        Stream {
            arrivals: self.arrivals,
            items: self.items,
            lines: self.lines,
            invalid_utf8: self.utf8.invalid,
            unfinished,
            end,
            ended_at: at,
        }
    }
}

fn seen(frame: FrameRef<'_>) -> (Kind, Option<i64>) {
    match frame {
        FrameRef::Event(event) => {
            let id = event.id();
            let seen = EventSeen { id: id.map(|id| beginning(id, KEPT_ID)), data_len: event.data.len() };
            (Kind::Event(seen), own_time(event.data).or_else(|| id.and_then(own_time)))
        }
        FrameRef::Comment(text) => (Kind::Comment, own_time(text)),
        FrameRef::Retry(time) => (Kind::Retry(time), None),
        FrameRef::Discarded { len } => (Kind::Oversize { len }, None),
        // `FrameRef` is non-exhaustive. Its current variants are all above.
        _ => (Kind::Comment, None),
    }
}

/// Returns the beginning of a text, at most `bytes` bytes.
pub(crate) fn beginning(text: &str, bytes: usize) -> String {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// Counts invalid UTF-8 sequences across chunks.
#[derive(Default)]
struct Utf8 {
    invalid: InvalidUtf8,
    /// The first bytes of a character that the next chunk completes.
    carried: Vec<u8>,
    /// The number of bytes before `carried`.
    read: usize,
}

impl Utf8 {
    fn push(&mut self, bytes: &[u8]) {
        let joined;
        let mut rest = bytes;
        if !self.carried.is_empty() {
            joined = [&self.carried[..], bytes].concat();
            self.carried.clear();
            rest = &joined;
        }
        while let Err(error) = core::str::from_utf8(rest) {
            let (valid, invalid) = (error.valid_up_to(), error.error_len());
            let Some(len) = invalid else {
                self.carried = rest[valid..].to_vec();
                self.read += valid;
                return;
            };
            self.found(self.read + valid, rest[valid]);
            self.read += valid + len;
            rest = &rest[valid + len..];
        }
        self.read += rest.len();
    }

    /// Counts a character that the end of the stream cuts off.
    fn end(&mut self) {
        if let Some(first) = self.carried.first().copied() {
            self.found(self.read, first);
        }
    }

    fn found(&mut self, at: usize, byte: u8) {
        self.invalid.count += 1;
        self.invalid.first.get_or_insert((at, byte));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]], end: End) -> Stream {
        let mut reading = Reading::new(100);
        for (second, piece) in (0..).zip(pieces) {
            reading.push(Duration::from_secs(second), piece);
        }
        reading.end(Duration::from_secs(9), end)
    }

    #[test]
    fn frames_have_the_time_of_the_read_that_completed_them() {
        let stream = read(&[b"id: 1\ndata: a\n\nda", b"ta: b\n\n: hi\n", b"retry: 5\n"], End::Watched);
        let seconds: Vec<_> = stream.items.iter().map(|item| item.at.as_secs()).collect();
        assert_eq!(seconds, [0, 1, 1, 2]);
        assert_eq!(
            stream.arrivals.iter().map(|arrival| arrival.cuts).collect::<Vec<_>>(),
            [true, false, true]
        );
        assert_eq!((stream.events().count(), stream.comments().count(), stream.bytes()), (2, 1, 38));
        assert_eq!(stream.ids().collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn invalid_utf8_is_counted_across_reads() {
        for (text, count, first) in [
            (&b"data: \xE9t\xE9\n\n"[..], 2, Some((6, 0xE9))),
            (b"data: \xE2\x82\xAC\n\n", 0, None),
            (b"data: \xE2\x82", 1, Some((6, 0xE2))),
            (b"", 0, None),
        ] {
            let whole = read(&[text], End::Eof).invalid_utf8;
            let pieces: Vec<_> = text.chunks(1).collect();
            assert_eq!(whole, InvalidUtf8 { count, first });
            assert_eq!(read(&pieces, End::Eof).invalid_utf8, whole);
        }
    }

    #[test]
    fn an_unfinished_event_is_kept_only_at_a_clean_end() {
        let pieces: &[&[u8]] = &[b"data: a\n\ndata: b"];
        assert_eq!(read(pieces, End::Eof).unfinished.as_deref(), Some("b"));
        assert_eq!(read(pieces, End::Watched).unfinished, None);
        assert_eq!(read(pieces, End::Broken(String::new())).unfinished, None);
        assert_eq!(read(&[b"data: a\n\n"], End::Eof).unfinished, None);
    }

    #[test]
    fn an_event_above_the_limit_is_noted() {
        let big = format!("data: {}\n\ndata: a\n\n", "x".repeat(200));
        let stream = read(&[big.as_bytes()], End::Watched);
        assert!(matches!(stream.items[0].kind, Kind::Oversize { len } if len > 200));
        assert_eq!(stream.events().count(), 1);
    }
}
