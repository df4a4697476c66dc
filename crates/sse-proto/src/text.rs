//! Bytes as text: UTF-8, with U+FFFD for what is not (Encoding Standard, "UTF-8 decode": maximal subparts).

use alloc::string::String;
use alloc::vec::Vec;

use bytes::{Buf, Bytes};
use bytestring::ByteString;

use crate::block::KEEP;
use crate::chunk::{Span, Value};
use crate::work;

const REPLACEMENT: &str = "\u{FFFD}";

/// Text of fewer bytes is checked one by one, which is quicker than to begin with SIMD.
const SHORT: usize = 16;

/// The bytes as text, when they are UTF-8 as they stand.
#[inline]
pub(crate) fn valid(bytes: &[u8]) -> Option<&str> {
    work::count(bytes.len());
    #[cfg(feature = "simd")]
    if bytes.len() >= SHORT {
        return simdutf8::basic::from_utf8(bytes).ok();
    }
    core::str::from_utf8(bytes).ok()
}

/// A value as text: as it stands, or repaired in `spare`.
#[inline]
pub(crate) fn lend<'a>(value: Value<'a>, spare: &'a mut String) -> &'a str {
    match valid_by_blocks(value) {
        Some(text) => text,
        None => lend_bytes(value.get(), spare),
    }
}

/// The same, for bytes without any behind them.
pub(crate) fn lend_bytes<'a>(bytes: &'a [u8], spare: &'a mut String) -> &'a str {
    match valid(bytes) {
        Some(text) => text,
        None => {
            set_repaired(spare, bytes);
            spare
        }
    }
}

/// The value as text, found so in whole blocks of SIMD, which may take in some of what follows. A block begun costs
/// several times as much. `None`: there is too little behind it, or what is there is no text as it stands.
#[inline]
fn valid_by_blocks(value: Value<'_>) -> Option<&str> {
    const BLOCK: usize = 64;
    if !cfg!(feature = "simd") || value.len < SHORT {
        return None;
    }
    let whole = value.len.next_multiple_of(BLOCK);
    let blocks = value.bytes.get(..whole)?;
    // A character that the last block cuts in two is none of the value's.
    let is_cut = value.bytes.get(whole).is_some_and(|byte| (0x80..0xC0).contains(byte));
    if is_cut { None } else { valid(blocks)?.get(..value.len) }
}

/// The value as text that shares the chunk; a repaired copy if need be.
///
/// A `ByteString` of shared bytes is checked by the standard library, which takes ten times as long as SIMD does for
/// text that is not ASCII. Checked by SIMD and copied, such text is there in half the time.
#[inline]
pub(crate) fn slice(chunk: &Bytes, at: Span) -> ByteString {
    if !begins_in_ascii(at.of(chunk)) {
        if let Some(text) = valid_by_blocks(at.value(chunk)) {
            return ByteString::from(String::from(text));
        }
    }
    ByteString::try_from(chunk.slice(at.start..at.end)).unwrap_or_else(|_| repaired(at.of(chunk)))
}

/// The same for the last value in its chunk, which is handed over with it where that is quick: it saves the chunk's counter from being
/// counted up and down.
#[inline]
pub(crate) fn take(chunk: &mut Bytes, at: Span) -> ByteString {
    let bytes = at.of(chunk);
    // Nothing needs no chunk, and a slice of nothing keeps none.
    if bytes.is_empty() || !is_quick_text(bytes) {
        let text = slice(chunk, at);
        *chunk = Bytes::new();
        return text;
    }
    chunk.advance(at.start);
    chunk.truncate(at.len());
    ByteString::try_from(core::mem::take(chunk)).expect("it was checked")
}

/// Whether it is text, and quicker checked twice than counted.
#[inline]
fn is_quick_text(bytes: &[u8]) -> bool {
    match bytes.len() {
        0..=128 => bytes.is_ascii(),
        129..=1024 => begins_in_ascii(bytes) && valid(bytes).is_some(),
        _ => false,
    }
}

#[inline]
fn begins_in_ascii(bytes: &[u8]) -> bool {
    bytes.first_chunk::<32>().is_none_or(|start| start.is_ascii())
}

/// An event type as text: without a reference to the chunk when it is one of those that many servers have.
#[inline]
pub(crate) fn event_type(chunk: &Bytes, at: Span) -> ByteString {
    match known_type(at.of(chunk)) {
        Some(known) => known,
        None => slice(chunk, at),
    }
}

#[inline]
pub(crate) fn known_type(bytes: &[u8]) -> Option<ByteString> {
    KNOWN_TYPES.iter().find(|known| known.as_bytes() == bytes).map(|known| ByteString::from_static(known))
}

const KNOWN_TYPES: [&str; 12] = [
    "content_block_delta",
    "response.output_text.delta",
    "update",
    "delta",
    "message",
    "ping",
    "patch",
    "put",
    "content_block_start",
    "content_block_stop",
    "error",
    "done",
];

/// A copy of the bytes as text.
pub(crate) fn copy(bytes: &[u8]) -> ByteString {
    match valid(bytes) {
        Some(text) => ByteString::from(String::from(text)),
        None => repaired(bytes),
    }
}

/// The bytes as text, handed over.
pub(crate) fn own(bytes: Vec<u8>) -> ByteString {
    match String::from_utf8(bytes) {
        Ok(text) => ByteString::from(text),
        Err(error) => repaired(error.as_bytes()),
    }
}

fn repaired(bytes: &[u8]) -> ByteString {
    let mut text = String::new();
    set_repaired(&mut text, bytes);
    ByteString::from(text)
}

/// Whether the bytes are this text. (Two empty ones are told by their length: comparing nothing is slow.)
pub(crate) fn same(bytes: &[u8], text: &str) -> bool {
    bytes.len() == text.len() && (bytes.is_empty() || bytes == text.as_bytes())
}

/// Makes `text` a copy of the bytes as text, in the room that it has if that is an ordinary size, or in no more than it
/// takes.
pub(crate) fn set(text: &mut String, bytes: &[u8]) {
    if text.capacity() > KEEP {
        *text = String::new();
    }
    match valid(bytes) {
        Some(valid) => {
            text.clear();
            text.reserve_exact(valid.len());
            text.push_str(valid);
        }
        None => set_repaired(text, bytes),
    }
}

/// The same, unless the text is longer than `most`: then there is no copy to be made.
pub(crate) fn set_within(text: &mut String, bytes: &[u8], most: usize) -> Option<()> {
    if len_within(bytes, most) > most {
        return None;
    }
    if !same(bytes, text) {
        set(text, bytes);
    }
    Some(())
}

/// How long the bytes are as text, repairs included; or less, where it is no more than `most` with any repairs.
pub(crate) fn len_within(bytes: &[u8], most: usize) -> usize {
    // Three bytes for one is the most that a repair takes.
    let fits_anyway = bytes.len().saturating_mul(REPLACEMENT.len()) <= most;
    if fits_anyway || valid(bytes).is_some() { bytes.len() } else { repaired_len(bytes) }
}

#[cold]
fn set_repaired(text: &mut String, bytes: &[u8]) {
    text.clear();
    text.reserve_exact(repaired_len(bytes));
    for piece in pieces(bytes) {
        text.push_str(piece);
    }
}

fn repaired_len(bytes: &[u8]) -> usize {
    pieces(bytes).map(str::len).sum()
}

fn pieces(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let replacement = if chunk.invalid().is_empty() { "" } else { REPLACEMENT };
        [chunk.valid(), replacement]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_maximal_subparts() {
        for (bytes, text) in [
            (&b"a\xFFb"[..], "a\u{FFFD}b"),
            (b"\xF0\x9F\x98", "\u{FFFD}"),
            (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            (b"\xE2\x82x", "\u{FFFD}x"),
        ] {
            let mut spare = String::new();
            assert_eq!(lend_bytes(bytes, &mut spare), text);
            assert_eq!(len_within(bytes, bytes.len()), text.len());
            assert!(len_within(bytes, usize::MAX) <= text.len());
            assert_eq!(spare.capacity(), text.len());
        }
    }

    /// Checked in whole blocks is what fills them, or has enough behind it to; of that, whatever is a part of it.
    #[test]
    #[cfg(feature = "simd")]
    fn which_values_are_checked_in_blocks() {
        let ascii = "a".repeat(129);
        let cut_behind = "a".repeat(63) + "é";
        let bad_behind = [&b"a".repeat(40)[..], b"\xFF", &b"a".repeat(40)].concat();
        for (bytes, len, is_told) in [
            (ascii.as_bytes(), 15, false),
            (ascii.as_bytes(), 16, true),
            (ascii.as_bytes(), 64, true),
            (ascii.as_bytes(), 65, true),
            (ascii.as_bytes(), 128, true),
            (ascii.as_bytes(), 129, false),
            (&ascii.as_bytes()[..63], 20, false),
            (&ascii.as_bytes()[..64], 20, true),
            // A character in the way of the end of the block, and of the end of the value.
            (cut_behind.as_bytes(), 20, false),
            (&cut_behind.as_bytes()[..64], 20, false),
            ("é".repeat(32).as_bytes(), 20, true),
            ("é".repeat(32).as_bytes(), 21, false),
            (&bad_behind, 20, false),
        ] {
            let text = valid_by_blocks(Value { bytes, len });
            let expected = core::str::from_utf8(&bytes[..len]).ok().filter(|_| is_told);
            assert_eq!(text, expected, "{len} of {bytes:?}");
        }
    }

    /// What is ASCII, or short, is a part of the chunk; other text is copied where SIMD can check it.
    #[test]
    fn what_shares_its_chunk() {
        for (text, is_shared) in [
            ("a".repeat(31), true),
            ("a".repeat(32), true),
            ("a".repeat(500), true),
            ("é".repeat(15), true),
            ("é".repeat(200), !cfg!(feature = "simd")),
            // Its beginning is what is looked at.
            ("a".repeat(32) + "é", true),
        ] {
            let chunk = Bytes::from(text.clone() + &"x".repeat(64));
            let slice = slice(&chunk, Span { start: 0, end: text.len() });
            assert_eq!(slice, text);
            assert_eq!(slice.as_bytes().as_ptr() == chunk.as_ptr(), is_shared, "{text}");
        }
        let chunk = Bytes::from_static(b"a\xFFb");
        assert_eq!(slice(&chunk, Span { start: 0, end: 3 }), "a\u{FFFD}b");
    }

    /// The last value leaves nothing of its chunk to the caller: only its text holds it, and that of nothing does not.
    #[test]
    fn what_takes_its_chunk() {
        let (chunk, long) = ("id:7\ndata:", "a".repeat(65));
        for (text, is_slice) in [("", false), ("a", true), (&long[..64], true), (&long, true), ("é", true)] {
            let mut chunk = Bytes::from([chunk, text, "\n\n"].concat());
            let (all, start) = (chunk.clone(), chunk.len() - 2 - text.len());
            let taken = take(&mut chunk, Span { start, end: start + text.len() });
            assert_eq!((&*taken, &*chunk), (text, &b""[..]));
            assert_eq!(all.is_unique(), !is_slice, "{text:?}");
        }
    }

    /// What is no text is repaired, however long it is and wherever that shows.
    #[test]
    fn what_is_no_text_leaves_its_chunk() {
        for len in [1, 33, 127, 128, 129, 200, 1024, 1025] {
            for bad in [0, len / 2, len - 1] {
                let mut bytes = alloc::vec![b'a'; len];
                bytes[bad] = 0xFF;
                let mut chunk = Bytes::from(bytes);
                let taken = take(&mut chunk, Span { start: 0, end: len });
                assert_eq!((taken.len(), taken.find(REPLACEMENT), chunk.len()), (len + 2, Some(bad), 0));
            }
        }
    }

    /// A type that many servers have is no part of the chunk.
    #[test]
    fn which_types_share_their_chunk() {
        for (text, is_shared) in [("update", false), ("message", false), ("updates", true), ("mine", true)] {
            let chunk = Bytes::from(String::from(text) + "\n");
            let event_type = event_type(&chunk, Span { start: 0, end: text.len() });
            assert_eq!((&*event_type, chunk.is_unique()), (text, !is_shared));
        }
    }

    #[test]
    fn which_text_is_the_same() {
        for (bytes, text, is) in [
            (&b""[..], "", true),
            (b"7", "7", true),
            (b"7", "8", false),
            (b"77", "7", false),
            (b"", "7", false),
            (b"7", "", false),
            (b"\xFF\xFF\xFF", "\u{FFFD}", false),
        ] {
            assert_eq!(same(bytes, text), is, "{bytes:?} {text:?}");
        }
    }

    /// Room for as much as is kept for the next event is, and no more.
    #[test]
    fn a_text_gives_back_its_room() {
        for (room, kept) in [(0, 5), (1000, 1000), (KEEP, KEEP), (KEEP + 1, 5), (4 * KEEP, 5)] {
            let mut text = String::with_capacity(room);
            text.push_str(&"x".repeat(room));
            set(&mut text, b"short");
            assert_eq!((&*text, text.capacity()), ("short", kept), "{room}");
        }
    }

    #[test]
    fn a_text_is_measured_with_its_repairs() {
        for (bytes, len) in [(&b"abc"[..], 3), (b"a\xFFc", 5), (b"\xFF\xFF\xFF", 9), (b"", 0)] {
            for most in 0..12 {
                let mut text = String::from("before");
                let is_set = set_within(&mut text, bytes, most).is_some();
                assert_eq!(is_set, len <= most, "{bytes:?} within {most}");
                assert_eq!(text.len(), if is_set { len } else { 6 });
            }
        }
    }
}
