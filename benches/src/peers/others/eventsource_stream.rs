//! `eventsource-stream`, a stream over anything that derefs to bytes.

use std::convert::Infallible;

use ::eventsource_stream::EventStream;
use futures_util::stream;

use crate::decode::{Decode, drain};
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `EventStream`.
#[derive(Debug)]
pub(super) struct EventsourceStream;

impl Decode for EventsourceStream {
    const NAME: &'static str = "eventsource-stream";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let body = stream::iter(pieces.slices().map(Ok::<_, Infallible>));
        drain(EventStream::new(body), |event| {
            let event = event.map_err(|error| error.to_string())?;
            sink.event(&event.event, event.data.as_bytes(), &event.id);
            Ok(())
        })
    }
}
