//! Decodes UTF-8, with U+FFFD for each maximal subpart that is invalid (Encoding Standard, "UTF-8
//! decode").

use alloc::string::String;

use super::fast::Span;
use super::work;

/// Returns the bytes as text if they are valid UTF-8.
#[inline(always)]
pub(crate) fn validate(bytes: &[u8]) -> Option<&str> {
    work::count(bytes.len());
    // For a short text, checking each byte is faster than SIMD.
    #[cfg(feature = "simd")]
    if bytes.len() >= BLOCK / 4 {
        return simdutf8::basic::from_utf8(bytes).ok();
    }
    core::str::from_utf8(bytes).ok()
}

/// Returns the span as text. If it is invalid, the text is repaired in `spare`.
#[inline(always)]
pub(crate) fn lend<'t>(span: Span<'t>, spare: &'t mut String) -> &'t str {
    match validate_in_blocks(span).or_else(|| validate(span.get())) {
        Some(text) => text,
        None => {
            repair(spare, span.get());
            spare
        }
    }
}

/// Sets `text` to the bytes, repaired if they are invalid.
pub(crate) fn set(text: &mut String, bytes: &[u8]) {
    match validate(bytes) {
        Some(valid) => {
            text.clear();
            text.push_str(valid);
        }
        None => repair(text, bytes),
    }
}

/// The length in bytes of a block that SIMD code validates at once.
pub(crate) const BLOCK: usize = 64;

/// Validates whole blocks. The last one may extend into the bytes after the span, since SIMD code
/// takes several times longer for a partial block. Returns `None` if that is not possible.
#[inline(always)]
fn validate_in_blocks(span: Span<'_>) -> Option<&str> {
    if !cfg!(feature = "simd") || span.len < BLOCK / 4 {
        return None;
    }
    let blocks = span.bytes.get(..span.len.next_multiple_of(BLOCK))?;
    validate(blocks)?.get(..span.len)
}

/// Repairs the text in a buffer of the exact size, so that its memory is limited.
#[cold]
fn repair(text: &mut String, bytes: &[u8]) {
    const REPLACEMENT: &str = "\u{FFFD}";
    let pieces = || {
        bytes.utf8_chunks().flat_map(|chunk| {
            let replacement = if chunk.invalid().is_empty() { "" } else { REPLACEMENT };
            [chunk.valid(), replacement]
        })
    };
    text.clear();
    text.reserve_exact(pieces().map(str::len).sum());
    pieces().for_each(|piece| text.push_str(piece));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn invalid_bytes_are_repaired_by_maximal_subparts() {
        for (bytes, text) in [
            (&b"a\xFFb"[..], "a\u{FFFD}b"),
            (b"\xF0\x9F\x98", "\u{FFFD}"),
            (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            (b"\xE2\x82x", "\u{FFFD}x"),
            ("é".as_bytes(), "é"),
            (b"", ""),
        ] {
            let mut spare = String::new();
            assert_eq!(lend(Span { bytes, len: bytes.len() }, &mut spare), text);
            set(&mut spare, bytes);
            assert_eq!(spare, text);
        }
    }

    #[test]
    fn a_repaired_text_has_no_spare_capacity() {
        let mut text = String::new();
        set(&mut text, &[0xFF; 1000]);
        assert_eq!((text.len(), text.capacity()), (3000, 3000));
    }

    /// The bytes after the value may be invalid, or split by the end of the last block.
    #[test]
    fn bytes_after_a_value_make_no_difference() {
        for value in ["a".repeat(20), "é".repeat(20), "a".repeat(64), "aé".repeat(50)] {
            for behind in [&b""[..], b"\n\n", &[b'x'; 100], &[0xFF; 100], "é".repeat(60).as_bytes()] {
                for len in (0..=value.len()).rev().take(70) {
                    let bytes = [value.as_bytes(), behind].concat();
                    let expected = format!("{}", String::from_utf8_lossy(&bytes[..len]));
                    let mut spare = String::new();
                    assert_eq!(lend(Span { bytes: &bytes, len }, &mut spare), expected);
                }
            }
        }
    }
}
