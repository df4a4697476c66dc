//! Lines and fields: WHATWG HTML 9.2.5, "parsing an event stream", and 9.2.6, "interpreting an event stream".

use core::time::Duration;

use memchr::memchr2;

use crate::chunk::Value;
use crate::work;

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// An empty line: the event is complete.
    Blank,
    Comment(&'a [u8]),
    Data(&'a [u8]),
    EventType(&'a [u8]),
    Id(&'a [u8]),
    Retry(Duration),
    /// A name that the standard does not know, or a value that it ignores.
    Ignored,
}

impl<'a> Field<'a> {
    #[inline]
    pub(crate) fn parse(line: &'a [u8]) -> Self {
        let field = match line.first() {
            None => Some(Self::Blank),
            Some(b':') => Some(Self::Comment(without_space(&line[1..]))),
            Some(b'd') => value(line, b"data").map(Self::Data),
            Some(b'e') => value(line, b"event").map(Self::EventType),
            Some(b'i') => value(line, b"id").map(id),
            Some(b'r') => value(line, b"retry").map(retry),
            Some(_) => None,
        };
        field.unwrap_or(Self::Ignored)
    }
}

/// The value of the field with this name; `None` when the line has another name.
#[inline]
fn value<'a, const N: usize>(line: &'a [u8], name: &[u8; N]) -> Option<&'a [u8]> {
    match line.strip_prefix(name)? {
        [b':', value @ ..] => Some(without_space(value)),
        [] => Some(&[]),
        _ => None,
    }
}

#[inline]
pub(crate) fn without_space(value: &[u8]) -> &[u8] {
    &value[usize::from(value.first() == Some(&b' '))..]
}

/// An ID with a NUL is none.
fn id(value: &[u8]) -> Field<'_> {
    if value.contains(&0) { Field::Ignored } else { Field::Id(value) }
}

fn retry(value: &[u8]) -> Field<'_> {
    retry_value(value).map_or(Field::Ignored, Field::Retry)
}

/// A reconnection time is digits alone.
pub(crate) fn retry_value(value: &[u8]) -> Option<Duration> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let millis =
        value.iter().fold(0u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    Some(Duration::from_millis(millis))
}

/// The length of the name, colon and space in front of the data, once enough of the line is there to tell.
pub(crate) fn data_prefix(line: &[u8]) -> Option<usize> {
    match line {
        [b'd', b'a', b't', b'a', b':', b' ', ..] => Some(6),
        [b'd', b'a', b't', b'a', b':', _, ..] => Some(5),
        _ => None,
    }
}

#[inline]
pub(crate) fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Whether a line ends in these few bytes.
#[inline]
pub(crate) fn has_end(few: &[u8]) -> bool {
    work::count(few.len());
    few.iter().any(|byte| is_end(*byte))
}

/// Where the line that begins here ends: the place of its LF or CR.
///
/// For data: its line is long, or hardly anything.
#[inline]
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    if let Some(word) = bytes.first_chunk::<WORD>() {
        work::count(WORD);
        if let Some(at) = end_in_word(word) {
            return Some(at);
        }
    }
    if bytes.len() <= NEAR { end_in_few(bytes) } else { far_end(bytes) }
}

/// The same for a line that is mostly short.
#[inline]
pub(crate) fn end_of_short(bytes: &[u8]) -> Option<usize> {
    let Some((near, far)) = bytes.split_first_chunk::<NEAR>() else { return end_in_few(bytes) };
    end_in_blocks(near).or_else(|| Some(NEAR + far_end(far)?))
}

/// The same for a line of which nothing is known.
#[inline]
pub(crate) fn end_of_any(bytes: &[u8]) -> Option<usize> {
    match bytes.first() {
        Some(b'\n' | b'\r') => Some(0),
        _ => end_of_short(bytes),
    }
}

/// The same for a piece of a line, which mostly has no end.
#[inline]
pub(crate) fn end_in_piece(piece: &[u8]) -> Option<usize> {
    match halves(piece) {
        Some((first, last)) if piece.len() <= NEAR => end_in_halves(piece.len(), first, last),
        _ => end(piece),
    }
}

/// A word for what a register holds, and a block for what SIMD tells at once.
const WORD: usize = 8;
const BLOCK: usize = 16;
/// A call to `memchr` costs as much as to look at so many bytes.
const NEAR: usize = 64;
const HALF: usize = NEAR / 2;

/// In no more than [`NEAR`] bytes. The last word overlaps the one before where there is not enough for two.
fn end_in_few(bytes: &[u8]) -> Option<usize> {
    if let Some((first, last)) = halves(bytes) {
        return end_in_halves(bytes.len(), first, last);
    }
    work::count(bytes.len());
    let Some(last) = bytes.last_chunk::<WORD>() else { return bytes.iter().position(|byte| is_end(*byte)) };
    end_in_words(bytes).or_else(|| Some(bytes.len() - WORD + end_in_word(last)?))
}

/// The first bytes and the last ones, which overlap where there is not enough for both.
#[inline]
fn halves(bytes: &[u8]) -> Option<(&[u8; HALF], &[u8; HALF])> {
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => Some((first, last)),
        _ => None,
    }
}

#[inline]
fn end_in_halves(len: usize, first: &[u8; HALF], last: &[u8; HALF]) -> Option<usize> {
    work::count(len);
    match (block_has_end(first), block_has_end(last)) {
        (false, false) => None,
        (false, true) => Some(len - HALF + end_in_words(last)?),
        _ => end_in_words(first),
    }
}

fn far_end(bytes: &[u8]) -> Option<usize> {
    let end = memchr2(b'\n', b'\r', bytes);
    work::count(end.unwrap_or(bytes.len()));
    end
}

/// In whole blocks: a part of one at the end is left out.
#[inline]
fn end_in_blocks(bytes: &[u8]) -> Option<usize> {
    let mut blocks = bytes.chunks_exact(BLOCK).enumerate();
    blocks.find_map(|(n, block)| Some(n * BLOCK + end_in_block(block.first_chunk()?)?))
}

#[inline]
fn end_in_block(block: &[u8; BLOCK]) -> Option<usize> {
    work::count(BLOCK);
    if block_has_end(block) { end_in_words(block) } else { None }
}

/// In whole words.
#[inline]
fn end_in_words(bytes: &[u8]) -> Option<usize> {
    let mut words = bytes.chunks_exact(WORD).enumerate();
    words.find_map(|(n, word)| Some(n * WORD + end_in_word(word.first_chunk()?)?))
}

#[inline]
fn block_has_end<const LEN: usize>(block: &[u8; LEN]) -> bool {
    // Without a way out of the loop it is done in SIMD.
    block.iter().fold(0, |found, byte| found | u8::from(*byte == b'\n') | u8::from(*byte == b'\r')) != 0
}

#[inline]
fn end_in_word(word: &[u8; WORD]) -> Option<usize> {
    let found = line_ends(u64::from_le_bytes(*word));
    if found == 0 { None } else { Some((found.trailing_zeros() / 8) as usize) }
}

/// The high bit of each byte that is LF or CR; exact up to and including the first.
#[inline]
fn line_ends(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let lf = word ^ (ONES * b'\n' as u64);
    let cr = word ^ (ONES * b'\r' as u64);
    ((lf.wrapping_sub(ONES) & !lf) | (cr.wrapping_sub(ONES) & !cr)) & HIGHS
}

/// The value behind a field name and its colon, and what comes after its line.
///
/// `None`: the line has no end here, or it is a CR with nothing behind it to tell whether an LF belongs to it.
#[inline]
pub(crate) fn value_and_rest(after_colon: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let bytes = without_space(after_colon);
    let len = end_of_short(bytes)?;
    Some((Value { bytes, len }, after_end(&bytes[len..])?))
}

/// What comes after the line end that `bytes` begin with. `None` as above, or when they begin with none.
#[inline]
pub(crate) fn after_end(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => Some(rest),
        [b'\r', rest @ ..] if !rest.is_empty() => Some(rest),
        _ => None,
    }
}

/// What comes after a blank line, and whether an LF may still belong to it: it is a CR with nothing behind.
#[inline]
pub(crate) fn after_blank(bytes: &[u8]) -> Option<(&[u8], bool)> {
    match bytes {
        [b'\r'] => Some((&[], true)),
        _ => Some((after_end(bytes)?, false)),
    }
}

/// How many bytes end the line at `at`: two for CR LF. (The LF may be in the next chunk.)
#[inline]
pub(crate) fn end_len(bytes: &[u8], at: usize) -> usize {
    if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_wherever_it_is() {
        for len in 0..40 {
            for end_byte in [b'\n', b'\r'] {
                let mut bytes = alloc::vec![b'x'; len];
                bytes.extend_from_slice(&[end_byte, b'\n', b'\r']);
                for from in 0..=len {
                    assert_eq!(end(&bytes[from..]), Some(len - from));
                }
                assert_eq!(end(&bytes[..len]), None);
            }
        }
    }

    #[test]
    fn neighbours_of_a_line_end_are_none() {
        for byte in (0..=255u8).filter(|byte| !b"\n\r".contains(byte)) {
            assert_eq!(line_ends(u64::from_ne_bytes([byte; 8])), 0, "{byte}");
        }
    }

    #[test]
    fn a_word_tells_its_first_line_end() {
        for filler in (0..=255u8).filter(|byte| !b"\n\r".contains(byte)) {
            for ends in [*b"\n\n", *b"\n\r", *b"\r\n", *b"\r\r"] {
                for at in 0..8 {
                    let mut word = [filler; 8];
                    word[at..].iter_mut().zip(ends).for_each(|(byte, end)| *byte = end);
                    let found = line_ends(u64::from_le_bytes(word));
                    assert_eq!(found.trailing_zeros() as usize / 8, at, "{word:?}");
                }
            }
        }
    }

    /// Within some blocks, in a part of one, and past them.
    #[test]
    fn the_end_is_found_near_and_far() {
        for len in 0..2 * NEAR {
            for end_byte in *b"\n\r" {
                let mut bytes = alloc::vec![b'x'; len];
                all_find(&bytes, None);
                bytes.push(end_byte);
                all_find(&bytes, Some(len));
                for _ in 0..NEAR {
                    bytes.push(b'x');
                    all_find(&bytes, Some(len));
                }
                bytes[len + 1] = b'\r';
                all_find(&bytes, Some(len));
                let block = bytes.first_chunk().expect("it is longer");
                assert_eq!(block_has_end::<BLOCK>(block), len < BLOCK);
                assert_eq!(end_in_block(block), Some(len).filter(|at| *at < BLOCK));
            }
        }
    }

    fn all_find(bytes: &[u8], at: Option<usize>) {
        assert_eq!(end(bytes), at);
        assert_eq!(end_of_short(bytes), at);
        assert_eq!(end_in_piece(bytes), at);
        if bytes.len() <= NEAR {
            assert_eq!(end_in_few(bytes), at);
        }
    }

    /// What is told of the end of a line when all of it is there, and when it cannot be told yet.
    #[test]
    fn a_line_that_is_all_there_is_read_in_one_go() {
        for (bytes, rest) in [
            (&b"\n"[..], Some(&b""[..])),
            (b"\nx", Some(b"x")),
            (b"\n\n", Some(b"\n")),
            (b"\n\r", Some(b"\r")),
            (b"\r\n", Some(b"")),
            (b"\r\nx", Some(b"x")),
            (b"\r\n\n", Some(b"\n")),
            (b"\rx", Some(b"x")),
            (b"\r\r", Some(b"\r")),
            (b"\r", None),
            (b"x\n", None),
            (b"", None),
        ] {
            assert_eq!(after_end(bytes), rest, "{bytes:?}");
            // After a blank line there is nothing to wait for: an LF that may come is none of the next event.
            let blank = if bytes == b"\r" { Some((&b""[..], true)) } else { rest.map(|rest| (rest, false)) };
            assert_eq!(after_blank(bytes), blank, "{bytes:?}");
            if matches!(bytes.first(), Some(b'\n' | b'\r')) {
                // Where it cannot be told yet, the LF is swallowed later on.
                let len = rest.map_or(1, |rest| bytes.len() - rest.len());
                assert_eq!(end_len(bytes, 0), len, "{bytes:?}");
                for (before, value) in [("", ""), (" ", ""), ("  ", " "), ("a", "a"), (" a value", "a value")]
                {
                    let line = [before.as_bytes(), bytes].concat();
                    let told = value_and_rest(&line).map(|(value, rest)| (value.get(), rest));
                    assert_eq!(told, rest.map(|rest| (value.as_bytes(), rest)), "{line:?}");
                }
            }
        }
        assert!(value_and_rest(b" a value").is_none() && value_and_rest(b"").is_none());
    }

    #[test]
    fn what_is_in_front_of_the_data() {
        for (line, len) in [
            (&b"data: "[..], Some(6)),
            (b"data: x", Some(6)),
            (b"data:x", Some(5)),
            (b"data::", Some(5)),
            (b"data:", None),
            (b"data", None),
            (b"dato: x", None),
            (b"", None),
        ] {
            assert_eq!(data_prefix(line), len, "{line:?}");
        }
    }
}
