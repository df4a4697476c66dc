//! Runs the decoder for the tests.

use sse_harness::reference::Outcome;
use sse_proto::{Decoder, Limits, Oversize};

pub(crate) fn limits(limit: usize, skip: bool) -> Limits {
    Limits::default().max_event_len(limit).oversize(if skip { Oversize::Skip } else { Oversize::Fail })
}

pub(crate) fn decode(mut decoder: Decoder, chunks: &[&[u8]]) -> Outcome {
    let mut frames = Vec::new();
    let mut too_long = false;
    for chunk in chunks {
        let mut rest = *chunk;
        too_long |= loop {
            match decoder.decode(&mut rest) {
                Ok(Some(frame)) => frames.push(frame.to_owned()),
                Ok(None) => {
                    assert!(rest.is_empty(), "`None` means that the input is consumed");
                    break false;
                }
                Err(_) => break true,
            }
        };
    }
    let last_event_id = decoder.last_event_id().to_owned();
    let unfinished = decoder.decode_eof().map(|event| event.to_owned());
    Outcome { frames, last_event_id, too_long, unfinished }
}
