//! `russe`, a codec. Events do not inherit the last event ID.

use ::russe::{Decoder, Event};

use super::codec;
use crate::decode::Decode;
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `Decoder`.
#[derive(Debug)]
pub(super) struct Russe;

impl Decode for Russe {
    const NAME: &'static str = "russe";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        codec::decode(Decoder::default(), pieces, |event| {
            if let Event::Message(message) = event {
                let event_type = message.event.as_deref().unwrap_or("message");
                let id = message.id.as_deref().unwrap_or_default();
                sink.event(event_type, message.data.as_bytes(), id);
            }
        })
    }
}
