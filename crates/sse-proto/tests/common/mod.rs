//! Both doors of the decoder, as the tests use them.

use bytes::Bytes;
use sse_proto::{DecodeError, Decoder, Event, Frame, Limits, Oversize};
use sse_testkit::reference::Outcome;

/// Which door a chunk goes through.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    Lent,
    Shared,
    /// One after the other, on one stream.
    Mixed,
}

pub(crate) const DOORS: [Door; 3] = [Door::Lent, Door::Shared, Door::Mixed];

pub(crate) fn limits(limit: usize, skip: bool) -> Limits {
    let oversize = if skip { Oversize::Skip } else { Oversize::Fail };
    Limits { max_event_len: limit, oversize }
}

pub(crate) fn decode(mut decoder: Decoder, chunks: &[&[u8]], door: Door) -> Outcome {
    let mut frames = Vec::new();
    let mut too_long = false;
    for (n, chunk) in chunks.iter().enumerate() {
        let lent = match door {
            Door::Lent => true,
            Door::Shared => false,
            Door::Mixed => n % 2 == 0,
        };
        let all = if lent {
            lend(&mut decoder, chunk, &mut frames)
        } else {
            share(&mut decoder, chunk, &mut frames)
        };
        too_long |= all.is_err();
    }
    Outcome { frames, last_event_id: decoder.last_event_id().to_owned(), too_long }
}

fn lend(decoder: &mut Decoder, mut chunk: &[u8], frames: &mut Vec<Frame<String>>) -> Result<(), DecodeError> {
    while let Some(frame) = decoder.decode(&mut chunk)? {
        frames.push(owned(frame));
    }
    assert!(chunk.is_empty(), "`None` means that the input is used up");
    Ok(())
}

fn share(decoder: &mut Decoder, chunk: &[u8], frames: &mut Vec<Frame<String>>) -> Result<(), DecodeError> {
    let mut chunk = Bytes::copy_from_slice(chunk);
    while let Some(frame) = decoder.decode_bytes(&mut chunk)? {
        frames.push(owned(frame));
    }
    assert!(chunk.is_empty(), "`None` means that the input is used up");
    Ok(())
}

fn owned<S: AsRef<str>>(frame: Frame<S>) -> Frame<String> {
    let text = |text: S| text.as_ref().to_owned();
    match frame {
        Frame::Event(Event { event_type, data, last_event_id }) => Frame::Event(Event {
            event_type: text(event_type),
            data: text(data),
            last_event_id: text(last_event_id),
        }),
        Frame::Comment(comment) => Frame::Comment(text(comment)),
        Frame::Retry(time) => Frame::Retry(time),
        Frame::Discarded { len } => Frame::Discarded { len },
        _ => panic!("a frame that the tests do not know"),
    }
}
