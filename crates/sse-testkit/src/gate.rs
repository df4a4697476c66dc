//! A gate with which a test holds back a reply.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "client")]
use std::task::{Context, Poll, Waker};

/// Holds back the rest of a reply until the test opens the gate. An open gate stays open. Clones
/// share the same gate.
///
/// ```
/// use sse_testkit::{Gate, MockServer, Reply};
///
/// let gate = Gate::new();
/// let server = MockServer::new().reply(Reply::events().event("1", "one").wait(&gate).event("2", "two"));
/// // By now a client has received the first event. Opening the gate sends the second one:
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

    /// Opens the gate for the replies that wait at it now and for those that reach it later.
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
