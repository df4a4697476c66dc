//! `sseer`, a stream that shares the chunk.

use std::convert::Infallible;

use ::sseer::EventStream;
use futures_util::stream;

use crate::decode::{Decode, drain};
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `EventStream`.
#[derive(Debug)]
pub(super) struct Sseer;

impl Decode for Sseer {
    const NAME: &'static str = "sseer";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let body = stream::iter(pieces.chunks().map(Ok::<_, Infallible>));
        drain(EventStream::new(body), |event| {
            let event = event.map_err(|error| error.to_string())?;
            sink.event(&event.event, event.data.as_bytes(), &event.id);
            Ok(())
        })
    }
}
