//! Compares the decoder with itself on different chunks.

use super::reader::{Reader, limits};

/// Checks that any bytes, split in two ways, give the same outcome, and the same frames up to each
/// position where both are split.
///
/// The first byte is the limit (0 for none). The second says whether to skip longer events. For
/// each of the two ways, a number follows (up to 16), and then as many bytes. Their lower six bits
/// are the sizes of the chunks, used in a cycle. The rest is the stream.
///
/// ```
/// sse_harness::fuzz::chunking(b"\0\0\x01\x01\x02\x83\x05id: 1\r\ndata: a\r\n\r\n");
/// ```
///
/// # Panics
///
/// Panics if the chunks make a difference.
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

/// Takes a number, and that many bytes.
fn cuts(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = input.split_first()?;
    rest.split_at_checked(usize::from(count % 17))
}

/// One way to split the stream.
struct Cut<'a> {
    cuts: &'a [u8],
    turn: usize,
    read: usize,
    stream: &'a [u8],
    reader: Reader,
}

impl Cut<'_> {
    /// Without sizes, the stream is one chunk. Each cycle ends with a byte, since a cycle of empty
    /// chunks would not end.
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
