//! The frames of one connection. Each chunk decodes all bytes of the connection again.

use sse_proto::{Frame, Limits, Oversize};

use crate::reference::{self, Outcome};

/// The bytes of one connection, and how many of their frames were returned.
pub(super) struct Received {
    resumed_from: String,
    stream: Vec<u8>,
    taken: usize,
}

/// The effect of a chunk.
pub(super) struct Added {
    pub(super) frames: Vec<Frame>,
    pub(super) last_event_id: String,
    pub(super) too_long: bool,
}

impl Received {
    /// Creates an empty connection that resumes after this ID.
    pub(super) fn new(resumed_from: &str) -> Self {
        Self { resumed_from: resumed_from.to_owned(), stream: Vec::new(), taken: 0 }
    }

    pub(super) fn push(&mut self, chunk: &[u8], limits: Limits) -> Added {
        self.stream.extend_from_slice(chunk);
        let skip = limits.oversize == Oversize::Skip;
        let Outcome { mut frames, last_event_id, too_long, .. } =
            reference::decode(&self.stream, limits.max_event_len, skip, self.resumed_from.clone());
        let frames = frames.split_off(self.taken);
        self.taken += frames.len();
        Added { frames, last_event_id, too_long }
    }
}
