//! What one connection has sent.

use sse_proto::{Frame, Limits, Oversize};

use crate::reference::{self, Outcome};

/// All of it, and how much of it was told.
pub(super) struct Received {
    resumed_from: String,
    stream: Vec<u8>,
    outcome: Outcome,
    told: usize,
}

impl Received {
    pub(super) fn nothing(resumed_from: &str) -> Self {
        let resumed_from = resumed_from.to_owned();
        let outcome = reference::decode(b"", usize::MAX, false, resumed_from.clone());
        Self { resumed_from, stream: Vec::new(), outcome, told: 0 }
    }

    pub(super) fn push(&mut self, chunk: &[u8], limits: Limits) {
        self.stream.extend_from_slice(chunk);
        let skip = limits.oversize == Oversize::Skip;
        self.outcome = reference::decode(&self.stream, limits.max_event_len, skip, self.resumed_from.clone());
    }

    /// The next frame; when there is none, what all of it has come to.
    pub(super) fn next(&mut self) -> Result<Frame, &Outcome> {
        let frame = self.outcome.frames.get(self.told).ok_or(&self.outcome)?;
        self.told += 1;
        Ok(frame.clone())
    }
}
