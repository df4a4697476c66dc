//! Compares the decoder with the reference.

use super::reader::{Reader, limits};
use crate::reference;

/// Checks that for any bytes, chunk size and limit the decoder has the same outcome as the slow
/// reference, including the event that the end of the stream completes.
///
/// The first three bytes are the limit (0 for none), whether to skip longer events, and the size of
/// the chunks. The rest is the stream.
///
/// ```
/// sse_harness::fuzz::decode(b"\x08\x01\x03data: too long\n\ndata\n\n");
/// ```
///
/// # Panics
///
/// Panics if the outcomes differ.
pub fn decode(input: &[u8]) {
    let [limit, skip, piece, stream @ ..] = input else { return };
    let limits = limits(*limit, skip % 2 == 1);
    let expected = reference::decode(stream, limits.max_event_len, skip % 2 == 1, String::new());
    let mut reader = Reader::new(limits);
    for chunk in stream.chunks(usize::from(*piece).max(1)) {
        reader.read(chunk);
    }
    assert_eq!(reader.outcome(), expected, "in chunks of {piece}");
}
