//! The decoder against itself.

use super::reader::{Reader, limits};

/// Any bytes, cut in two ways: all that came out is the same, and at each place where both are cut it came out by then.
///
/// The first byte is the limit (0 for none), the second whether to skip what is over it. Then twice: how many bytes are
/// about the cuts (up to 16), and these. Each of them is the size of a piece in its lower six bits, 0 for an empty one.
/// They are used round and round. The rest is the stream.
///
/// ```
/// sse_harness::fuzz::chunking(b"\0\0\x01\x01\x02\x83\x05id: 1\r\ndata: a\r\n\r\n");
/// ```
///
/// # Panics
///
/// When it makes a difference how the bytes were cut.
pub fn chunking(input: &[u8]) {
    let [limit, skip, rest @ ..] = input else { return };
    let (Some((one, rest)), limits) = (cuts(rest), limits(*limit, skip % 2 == 1)) else { return };
    let Some((other, stream)) = cuts(rest) else { return };
    let mut one = Cut { cuts: one, turn: 0, read: 0, stream, reader: Reader::new(limits) };
    let mut other = Cut { cuts: other, turn: 0, read: 0, stream, reader: Reader::new(limits) };
    while one.read < stream.len() || other.read < stream.len() {
        if one.read <= other.read {
            one.advance();
        } else {
            other.advance();
        }
        if one.read == other.read {
            assert_eq!(one.reader.progress(), other.reader.progress(), "after {} bytes", one.read);
        }
    }
    assert_eq!(one.reader.outcome(), other.reader.outcome());
}

/// How many there are, and they.
fn cuts(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = input.split_first()?;
    rest.split_at_checked(usize::from(count % 17))
}

/// One way through the stream.
struct Cut<'a> {
    cuts: &'a [u8],
    turn: usize,
    read: usize,
    stream: &'a [u8],
    reader: Reader,
}

impl Cut<'_> {
    /// Without cuts, all at once. A round of empty pieces only would not end, so each round ends with a byte.
    fn advance(&mut self) {
        let rest = &self.stream[self.read..];
        let len = match self.cuts.get(self.turn) {
            Some(cut) => usize::from(cut & 0x3F),
            None if self.cuts.is_empty() => rest.len(),
            None => 1,
        };
        let chunk = &rest[..len.min(rest.len())];
        self.reader.read(chunk);
        self.read += chunk.len();
        self.turn = if self.turn < self.cuts.len() { self.turn + 1 } else { 0 };
    }
}
