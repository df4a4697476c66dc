//! The doors of this workspace's decoder.

use std::convert::Infallible;

use futures_util::stream;
use sse_proto::{Decoder, Frame};

use crate::decode::{Decode, Sink, Subject, drain};
use crate::pieces::Pieces;

/// All three.
pub const ALL: [Subject; 3] = [Subject::of::<Lent>(), Subject::of::<Shared>(), Subject::of::<Streamed>()];

/// `Decoder::decode`, which lends.
#[derive(Debug)]
pub struct Lent;

impl Decode for Lent {
    const NAME: &'static str = "decode";

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut decoder = Decoder::default();
        for mut piece in pieces.slices() {
            while let Some(frame) = decoder.decode(&mut piece).map_err(|error| error.to_string())? {
                if let Frame::Event(event) = frame {
                    sink.event(event.event_type, event.data.as_bytes(), event.last_event_id);
                }
            }
        }
        Ok(())
    }
}

/// `Decoder::decode_bytes`, which shares the chunk.
#[derive(Debug)]
pub struct Shared;

impl Decode for Shared {
    const NAME: &'static str = "decode_bytes";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let mut decoder = Decoder::default();
        for mut piece in pieces.chunks() {
            while let Some(frame) = decoder.decode_bytes(&mut piece).map_err(|error| error.to_string())? {
                if let Frame::Event(event) = frame {
                    sink.event(&event.event_type, event.data.as_bytes(), &event.last_event_id);
                }
            }
        }
        Ok(())
    }
}

/// `sse_driver::events`, the stream.
#[derive(Debug)]
pub struct Streamed;

impl Decode for Streamed {
    const NAME: &'static str = "events()";
    const SHARES: bool = true;

    fn decode(pieces: &Pieces, sink: &mut impl Sink) -> Result<(), String> {
        let body = stream::iter(pieces.chunks().map(Ok::<_, Infallible>));
        drain(sse_driver::events(body), |event| {
            let event = event.map_err(|error| error.to_string())?;
            sink.event(&event.event_type, event.data.as_bytes(), &event.last_event_id);
            Ok(())
        })
    }
}
