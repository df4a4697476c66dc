//! The decoder's two doors, and what came out of them.

use bytes::Bytes;
use sse_proto::{DecodeError, Decoder, Event, Frame, Limits, Oversize};

use crate::reference::Outcome;

/// Which door a chunk goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Lent,
    Shared,
}

/// A decoder, and all that it has said.
pub(super) struct Reader {
    decoder: Decoder,
    frames: Vec<Frame<String>>,
    too_long: bool,
}

impl Reader {
    pub(super) fn new(limits: Limits) -> Self {
        Self { decoder: Decoder::new(limits), frames: Vec::new(), too_long: false }
    }

    pub(super) fn read(&mut self, chunk: &[u8], door: Door) {
        let read = match door {
            Door::Lent => self.lend(chunk),
            Door::Shared => self.share(chunk),
        };
        assert!(read.is_err() || !self.too_long, "too long is for ever");
        self.too_long |= read.is_err();
    }

    pub(super) fn outcome(self) -> Outcome {
        let last_event_id = self.decoder.last_event_id().to_owned();
        Outcome { frames: self.frames, last_event_id, too_long: self.too_long }
    }

    /// All that may be compared before the stream is over: how many frames there are, the last event ID and whether it is
    /// too long.
    pub(super) fn progress(&self) -> (usize, &str, bool) {
        (self.frames.len(), self.decoder.last_event_id(), self.too_long)
    }

    fn lend(&mut self, mut chunk: &[u8]) -> Result<(), DecodeError> {
        while let Some(frame) = self.decoder.decode(&mut chunk)? {
            self.frames.push(owned(&frame));
        }
        assert!(chunk.is_empty(), "`None` means that the input is used up");
        Ok(())
    }

    fn share(&mut self, chunk: &[u8]) -> Result<(), DecodeError> {
        let mut chunk = Bytes::copy_from_slice(chunk);
        while let Some(frame) = self.decoder.decode_bytes(&mut chunk)? {
            self.frames.push(owned(&frame));
        }
        assert!(chunk.is_empty(), "`None` means that the input is used up");
        Ok(())
    }
}

/// Limits as one byte has them, 0 for none.
pub(super) fn limits(limit: u8, skip: bool) -> Limits {
    let max_event_len = if limit == 0 { usize::MAX } else { usize::from(limit) };
    Limits { max_event_len, oversize: if skip { Oversize::Skip } else { Oversize::Fail } }
}

/// A frame whose text is its own.
pub(super) fn owned<S: AsRef<str>>(frame: &Frame<S>) -> Frame<String> {
    let text = |text: &S| text.as_ref().to_owned();
    match frame {
        Frame::Event(event) => Frame::Event(Event {
            event_type: text(&event.event_type),
            data: text(&event.data),
            last_event_id: text(&event.last_event_id),
        }),
        Frame::Comment(comment) => Frame::Comment(text(comment)),
        Frame::Retry(time) => Frame::Retry(*time),
        Frame::Discarded { len } => Frame::Discarded { len: *len },
        _ => panic!("a frame that the targets do not know"),
    }
}
