//! `async-sse`: a stream over a buffered reader.

use std::io;

use ::async_sse::Event;
use futures_util::{TryStreamExt, stream};

use crate::decode::{Decode, Sink, drain};
use crate::pieces::Pieces;

/// `decode`.
#[derive(Debug)]
pub(super) struct AsyncSse;

impl Decode for AsyncSse {
    const NAME: &'static str = "async-sse";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let body = stream::iter(pieces.slices().map(Ok::<_, io::Error>)).into_async_read();
        drain(::async_sse::decode(body), |event| {
            if let Event::Message(message) = event.map_err(|error| error.to_string())? {
                let id = message.id().as_deref().unwrap_or_default();
                sink.event(message.name(), message.data(), id);
            }
            Ok(())
        })
    }
}
