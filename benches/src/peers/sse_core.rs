//! `sse-core`: it reads slices, and hands over a `String` for each event.

use ::sse_core::{SseDecoder, SseEvent};

use crate::decode::{Decode, Sink};
use crate::pieces::Pieces;

/// `SseDecoder::next`.
#[derive(Debug)]
pub struct SseCore;

impl Decode for SseCore {
    const NAME: &'static str = "sse-core";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut decoder = SseDecoder::new();
        for mut piece in pieces.slices() {
            while let Some(event) = decoder.next(&mut piece) {
                if let SseEvent::Message(event) = event.map_err(|error| error.to_string())? {
                    let id = event.last_event_id.as_deref().unwrap_or_default();
                    sink.event(&event.event, event.data.as_bytes(), id);
                }
            }
        }
        Ok(())
    }
}
