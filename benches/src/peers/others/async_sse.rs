//! `async-sse`, a stream over a buffered reader.

use std::io;

use ::async_sse::Event;
use futures_util::{TryStreamExt, stream};

use crate::decode::{Decode, drain};
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `decode` with slices.
#[derive(Debug)]
pub(super) struct AsyncSse;

impl Decode for AsyncSse {
    const NAME: &'static str = "async-sse";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        decode(pieces.slices(), sink)
    }
}

/// `decode` with `Bytes`.
#[derive(Debug)]
pub(super) struct AsyncSseShared;

impl Decode for AsyncSseShared {
    const NAME: &'static str = "async-sse, Bytes";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        decode(pieces.chunks(), sink)
    }
}

fn decode(
    pieces: impl Iterator<Item = impl AsRef<[u8]> + Unpin> + Unpin,
    sink: &mut impl Sink,
) -> Result<(), String> {
    let body = stream::iter(pieces.map(Ok::<_, io::Error>)).into_async_read();
    drain(::async_sse::decode(body), |event| {
        if let Event::Message(message) = event.map_err(|error| error.to_string())? {
            let id = message.id().as_deref().unwrap_or_default();
            sink.event(message.name(), message.data(), id);
        }
        Ok(())
    })
}
