//! `sse-stream`, a stream over any `Buf`. Events do not inherit the last event ID.

use std::convert::Infallible;

use ::sse_stream::SseByteStream;
use bytes::Buf;
use futures_util::stream;

use crate::decode::{Decode, drain};
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `SseByteStream` with slices.
#[derive(Debug)]
pub(super) struct SseStream;

impl Decode for SseStream {
    const NAME: &'static str = "sse-stream";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        decode(pieces.slices(), sink)
    }
}

/// `SseByteStream` with `Bytes`.
#[derive(Debug)]
pub(super) struct SseStreamShared;

impl Decode for SseStreamShared {
    const NAME: &'static str = "sse-stream, Bytes";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        decode(pieces.chunks(), sink)
    }
}

fn decode(pieces: impl Iterator<Item = impl Buf>, sink: &mut impl Sink) -> Result<(), String> {
    let body = stream::iter(pieces.map(Ok::<_, Infallible>));
    drain(SseByteStream::new(body), |block| {
        let block = block.map_err(|error| error.to_string())?;
        let event_type = block.event.as_deref().unwrap_or("message");
        let data = block.data.as_deref().unwrap_or_default();
        sink.event(event_type, data.as_bytes(), block.id.as_deref().unwrap_or_default());
        Ok(())
    })
}
