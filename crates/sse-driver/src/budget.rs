//! Fairness: how much a session does before it lets other tasks run.

use std::task::{Context, Poll};

/// What one turn on the executor may spend. A frame costs one, a chunk one for each KiB.
///
/// Some executors (smol, async-std) have no budget of their own: with a server that is always ready, a loop over a
/// session would never give way to another task or timer on its thread.
#[derive(Debug)]
pub(crate) struct Budget(usize);

const TURN: usize = 256;

impl Budget {
    pub(crate) fn new() -> Self {
        Self(TURN)
    }

    pub(crate) fn spend_frame(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }

    pub(crate) fn spend_chunk(&mut self, bytes: usize) {
        self.0 = self.0.saturating_sub(1 + bytes / 1024);
    }

    /// The task gave way by itself.
    pub(crate) fn renew(&mut self) {
        self.0 = TURN;
    }

    /// Gives way, once, when the turn is over.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.0 > 0 {
            return Poll::Ready(());
        }
        self.renew();
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
