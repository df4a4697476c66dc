//! `sse-core`, which reads any `Buf` and returns a `String` for each event.

use ::sse_core::{SseDecoder, SseEvent};
use bytes::Buf;

use crate::decode::Decode;
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `SseDecoder::next` with slices.
#[derive(Debug)]
pub struct SseCore;

impl Decode for SseCore {
    const NAME: &'static str = "sse-core";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        decode(pieces.slices(), sink)
    }
}

/// `SseDecoder::next` with `Bytes`.
#[derive(Debug)]
pub struct SseCoreShared;

impl Decode for SseCoreShared {
    const NAME: &'static str = "sse-core, Bytes";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        decode(pieces.chunks(), sink)
    }
}

fn decode(pieces: impl Iterator<Item = impl Buf>, sink: &mut impl Sink) -> Result<(), String> {
    let mut decoder = SseDecoder::new();
    for mut piece in pieces {
        while let Some(event) = decoder.next(&mut piece) {
            if let SseEvent::Message(event) = event.map_err(|error| error.to_string())? {
                let id = event.last_event_id.as_deref().unwrap_or_default();
                sink.event(&event.event, event.data.as_bytes(), id);
            }
        }
    }
    Ok(())
}
