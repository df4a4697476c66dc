//! `sse-parse`, which reads slices.

use ::sse_parse::SseParser;

use crate::decode::Decode;
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `SseParser::feed`.
#[derive(Debug)]
pub(super) struct SseParse;

impl Decode for SseParse {
    const NAME: &'static str = "sse-parse";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut parser = SseParser::new();
        for piece in pieces.slices() {
            parser.feed(piece);
            while let Some(event) = parser.next_event() {
                sink.event(&event.event, event.data.as_bytes(), &event.id);
            }
        }
        Ok(())
    }
}
