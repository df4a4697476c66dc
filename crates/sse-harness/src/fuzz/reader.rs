//! A decoder with all its output.

use sse_proto::{DecodeError, Decoder, Frame, Limits, Oversize};

use crate::reference::Outcome;

pub(super) struct Reader {
    decoder: Decoder,
    frames: Vec<Frame>,
    too_long: bool,
}

impl Reader {
    pub(super) fn new(limits: Limits) -> Self {
        Self { decoder: Decoder::new(limits), frames: Vec::new(), too_long: false }
    }

    pub(super) fn read(&mut self, chunk: &[u8]) {
        let read = self.decode(chunk);
        assert!(read.is_err() || !self.too_long, "too long is final");
        self.too_long |= read.is_err();
    }

    pub(super) fn outcome(mut self) -> Outcome {
        let last_event_id = self.decoder.last_event_id().to_owned();
        let unfinished = self.decoder.decode_eof().map(|event| event.to_owned());
        if let Some(event) = &unfinished {
            assert_eq!(event.last_event_id, self.decoder.last_event_id());
        }
        assert_eq!(self.decoder.decode_eof(), None, "the end completes one event");
        Outcome { frames: self.frames, last_event_id, too_long: self.too_long, unfinished }
    }

    /// Returns what can be compared before the end of the stream: the number of frames, the last
    /// event ID, and whether an event was too long.
    pub(super) fn progress(&self) -> (usize, &str, bool) {
        (self.frames.len(), self.decoder.last_event_id(), self.too_long)
    }

    fn decode(&mut self, mut chunk: &[u8]) -> Result<(), DecodeError> {
        while let Some(frame) = self.decoder.decode(&mut chunk)? {
            self.frames.push(frame.to_owned());
        }
        assert!(chunk.is_empty(), "`None` means that the input is consumed");
        Ok(())
    }
}

/// Reads limits from a byte, which is 0 for none.
pub(super) fn limits(limit: u8, skip: bool) -> Limits {
    let max_event_len = if limit == 0 { usize::MAX } else { usize::from(limit) };
    let oversize = if skip { Oversize::Skip } else { Oversize::Fail };
    Limits::default().max_event_len(max_event_len).oversize(oversize)
}
