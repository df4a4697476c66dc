//! A signal from the test to a reply.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "client")]
use std::task::{Context, Poll, Waker};

/// Holds a reply back until the test opens it. It then stays open. Clones are the same gate.
///
/// ```
/// use sse_testkit::{Gate, MockServer, Reply};
///
/// let gate = Gate::new();
/// let server = MockServer::new().reply(Reply::events().event("1", "one").wait(&gate).event("2", "two"));
/// // A client has received the first event by now. The second is sent after this:
/// gate.open();
/// # drop(server);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    #[cfg(feature = "client")]
    waiting: Vec<Waker>,
}

impl Gate {
    /// Creates a closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the gate for the replies that wait at it and for all that come to it later.
    pub fn open(&self) {
        let mut state = self.lock();
        state.open = true;
        #[cfg(feature = "client")]
        state.waiting.drain(..).for_each(Waker::wake);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().open
    }

    #[cfg(feature = "client")]
    pub(crate) fn poll_open(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.open {
            return Poll::Ready(());
        }
        if !state.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            state.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
