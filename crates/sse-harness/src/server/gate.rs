//! A signal from the test to a reply.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// What a reply waits at until the test opens it; then it stays open. Clones are the same gate.
///
/// ```
/// use sse_harness::{Gate, Reply, Server};
///
/// let gate = Gate::new();
/// let server = Server::script([Reply::events().send("data: a\n\n").wait(&gate).send("data: b\n\n")]);
/// // Whoever follows the stream has the first event now, and the second one only after this:
/// gate.open();
/// # drop(server);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody through, those who wait now and those who come later.
    pub fn open(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
