//! Bytes as text: UTF-8, with U+FFFD for what is not (Encoding Standard, "UTF-8 decode": maximal subparts).

use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use bytestring::ByteString;

use crate::block::KEEP;
use crate::line::Value;
use crate::work;

const REPLACEMENT: &str = "\u{FFFD}";

/// The bytes as text, when they are UTF-8 as they stand.
#[inline]
pub(crate) fn valid(bytes: &[u8]) -> Option<&str> {
    work::count(bytes.len());
    #[cfg(feature = "simd")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "simd"))]
    return core::str::from_utf8(bytes).ok();
}

/// The value as text: as it stands, or repaired in `spare`.
#[inline]
pub(crate) fn lend<'a>(value: Value<'a>, spare: &'a mut String) -> &'a str {
    if let Some(text) = valid_by_blocks(value) {
        return text;
    }
    match valid(value.get()) {
        Some(text) => text,
        None => {
            set_repaired(spare, value.get());
            spare
        }
    }
}

/// The value as text, found so in whole blocks of SIMD, which may take in some of what follows. A block begun costs
/// several times as much. `None`: there is too little behind it, or what is there is no text as it stands.
#[inline]
fn valid_by_blocks(value: Value<'_>) -> Option<&str> {
    const BLOCK: usize = 64;
    if !cfg!(feature = "simd") {
        return None;
    }
    let whole = value.len.next_multiple_of(BLOCK);
    let blocks = value.bytes.get(..whole)?;
    // A character that the last block cuts in two is none of the value's.
    let is_cut = value.bytes.get(whole).is_some_and(|byte| (0x80..0xC0).contains(byte));
    if is_cut { None } else { valid(blocks)?.get(..value.len) }
}

/// The value as text that shares the chunk, of which it is a part; a repaired copy if need be.
///
/// A `ByteString` of shared bytes is checked by the standard library, which takes ten times as long as SIMD does for
/// text that is not ASCII. Checked by SIMD and copied, such text is there in half the time.
#[inline]
pub(crate) fn slice(chunk: &Bytes, value: Value<'_>) -> ByteString {
    if value.get().first_chunk::<32>().is_some_and(|start| !start.is_ascii()) {
        if let Some(text) = valid_by_blocks(value) {
            return ByteString::from(String::from(text));
        }
    }
    ByteString::try_from(chunk.slice_ref(value.get())).unwrap_or_else(|_| repaired(value.get()))
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

/// Makes `text` a copy of the bytes as text, in no more room than it takes.
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
    // Three bytes for one is the most that a repair takes.
    if bytes.len().saturating_mul(REPLACEMENT.len()) > most && len(bytes) > most {
        return None;
    }
    set(text, bytes);
    Some(())
}

/// How long the bytes are as text, repairs included.
pub(crate) fn len(bytes: &[u8]) -> usize {
    if valid(bytes).is_some() { bytes.len() } else { repaired_len(bytes) }
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
            assert_eq!(lend(Value { bytes, len: bytes.len() }, &mut spare), text);
            assert_eq!(len(bytes), text.len());
            assert_eq!(spare.capacity(), text.len());
        }
    }
}
