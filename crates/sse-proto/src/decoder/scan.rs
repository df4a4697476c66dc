//! Finds the ends of lines.

use memchr::memchr2;

use super::work;

/// Returns the length of the first line of `bytes` without its end, or `None` if there is no line
/// end.
#[inline(always)]
pub(crate) fn line_len(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().and_then(line_len_in_word).or_else(|| line_len_far(bytes))
}

/// Like [`line_len`], for a line that is probably very short.
#[inline(always)]
pub(crate) fn short_line_len(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().and_then(line_len_in_words).or_else(|| line_len_far(bytes))
}

/// Like [`line_len`], for a line of some dozens of bytes.
#[inline(always)]
pub(crate) fn value_len(bytes: &[u8]) -> Option<usize> {
    for (n, block) in bytes.chunks_exact(BLOCK).take(NEAR / BLOCK).enumerate() {
        work::count(BLOCK);
        if has_line_end(block) {
            return Some(n * BLOCK + line_len_in_words(block.first_chunk()?)?);
        }
    }
    let far = &bytes[bytes.len().min(NEAR) / BLOCK * BLOCK..];
    let len = if far.len() < WORD {
        work::count(far.len());
        far.iter().position(|byte| matches!(byte, b'\n' | b'\r'))
    } else {
        line_len_far(far)
    };
    Some(bytes.len() - far.len() + len?)
}

/// Returns the bytes after the line end at the start of `bytes`. Returns `None` if there is no line
/// end, or only a CR at the end of the input, which an LF may follow.
#[inline(always)]
pub(crate) fn after_line_end(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => Some(rest),
        [b'\r', rest @ ..] if !rest.is_empty() => Some(rest),
        _ => None,
    }
}

/// The length in bytes of a block that the compiler compares with SIMD instructions.
const BLOCK: usize = 16;
/// The number of bytes to search in blocks before a call to `memchr2` pays.
const NEAR: usize = 64;

#[inline(always)]
fn has_line_end(block: &[u8]) -> bool {
    // The loop has no early exit, so that the compiler uses SIMD.
    let (mut lf, mut cr) = (0, 0);
    for byte in block {
        lf |= u8::from(*byte == b'\n');
        cr |= u8::from(*byte == b'\r');
    }
    (lf | cr) != 0
}

#[inline(always)]
fn line_len_in_words(block: &[u8; BLOCK]) -> Option<usize> {
    let mut words = block.chunks_exact(WORD).enumerate();
    words.find_map(|(n, word)| Some(n * WORD + line_len_in_word(word.first_chunk()?)?))
}

/// The length in bytes of a word. Finding the end of a short line in a word costs less than a call
/// to `memchr2`.
const WORD: usize = 8;

fn line_len_far(bytes: &[u8]) -> Option<usize> {
    let len = memchr2(b'\n', b'\r', bytes);
    work::count(len.unwrap_or(bytes.len()));
    len
}

#[inline(always)]
fn line_len_in_word(word: &[u8; WORD]) -> Option<usize> {
    work::count(WORD);
    let ends = line_ends(u64::from_le_bytes(*word));
    if ends == 0 { None } else { Some((ends.trailing_zeros() / 8) as usize) }
}

/// Sets the high bit of each byte that is LF or CR. The result is exact up to and including the
/// first of them.
#[inline(always)]
fn line_ends(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let lf = word ^ (ONES * b'\n' as u64);
    let cr = word ^ (ONES * b'\r' as u64);
    ((lf.wrapping_sub(ONES) & !lf) | (cr.wrapping_sub(ONES) & !cr)) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lens(bytes: &[u8]) -> [Option<usize>; 3] {
        [line_len(bytes), short_line_len(bytes), value_len(bytes)]
    }

    #[test]
    fn a_line_ends_at_the_first_lf_or_cr() {
        for len in 0..10 * WORD {
            for end in [b'\n', b'\r'] {
                let mut bytes = alloc::vec![b'x'; len];
                assert_eq!(lens(&bytes), [None; 3], "{len}");
                bytes.push(end);
                for behind in 0..4 * WORD {
                    assert_eq!(lens(&bytes), [Some(len); 3], "{len} and {behind}");
                    bytes.push(if behind % 3 == 0 { b'\r' } else { b'\n' });
                }
            }
        }
    }

    #[test]
    fn no_other_byte_ends_a_line() {
        for byte in (0..=255u8).filter(|byte| !matches!(byte, b'\n' | b'\r')) {
            assert_eq!(lens(&[byte; 10 * WORD]), [None; 3], "{byte}");
            assert_eq!(lens(&[byte; WORD + 1]), [None; 3], "{byte}");
        }
    }

    #[test]
    fn the_first_line_end_of_a_word_is_found() {
        for filler in (0..=255u8).filter(|byte| !matches!(byte, b'\n' | b'\r')) {
            for ends in [*b"\n\n", *b"\n\r", *b"\r\n", *b"\r\r"] {
                for at in 0..WORD {
                    let mut word = [filler; WORD];
                    word[at..].iter_mut().zip(ends).for_each(|(byte, end)| *byte = end);
                    assert_eq!(line_len_in_word(&word), Some(at), "{word:?}");
                }
            }
        }
    }

    #[test]
    fn a_cr_at_the_end_of_the_input_is_not_a_complete_line_end() {
        for (bytes, rest) in [
            (&b"\n"[..], Some(&b""[..])),
            (b"\r\n", Some(b"")),
            (b"\r\nx", Some(b"x")),
            (b"\rx", Some(b"x")),
            (b"\r\r", Some(b"\r")),
            (b"\r", None),
            (b"", None),
            (b"x\n", None),
        ] {
            assert_eq!(after_line_end(bytes), rest, "{bytes:?}");
        }
    }
}
