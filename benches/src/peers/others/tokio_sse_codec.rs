//! `tokio_sse_codec`, a codec.

use ::tokio_sse_codec::{BytesStr, Frame, SseDecoder};

use super::codec;
use crate::decode::Decode;
use crate::pieces::Pieces;
use crate::sink::Sink;

/// `SseDecoder`, whose data shares its buffer.
#[derive(Debug)]
pub(super) struct TokioSseCodec;

impl Decode for TokioSseCodec {
    const NAME: &'static str = "tokio_sse_codec";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        codec::decode(SseDecoder::<BytesStr>::new(), pieces, |frame| {
            if let Frame::Event(event) = frame {
                sink.event(&event.name, event.data.as_bytes(), event.id.as_deref().unwrap_or_default());
            }
        })
    }
}
