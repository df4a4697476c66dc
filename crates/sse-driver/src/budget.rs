//! Fairness: limits how much a session does before it yields to other tasks.

use std::task::{Context, Poll};

/// The budget of one turn on the executor. A frame costs one unit, and a chunk one unit plus one
/// per KiB.
///
/// Some executors (smol, async-std) have no budget of their own. With a server that is always
/// ready, a loop over a session would never yield to another task or timer on its thread.
#[derive(Debug)]
pub(crate) struct Budget(usize);

const TURN: usize = 256;

impl Budget {
    pub(crate) fn new() -> Self {
        Self(TURN)
    }

    #[inline]
    pub(crate) fn spend_frame(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }

    pub(crate) fn spend_chunk(&mut self, bytes: usize) {
        self.0 = self.0.saturating_sub(1 + bytes / 1024);
    }

    /// Renews the budget after the task was pending.
    pub(crate) fn renew(&mut self) {
        self.0 = TURN;
    }

    /// Yields once when the budget is spent.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.0 > 0 {
            return Poll::Ready(());
        }
        self.renew();
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::task::Waker;

    /// Counts how often this can be spent before the session yields.
    fn count_until_yield(spend: impl Fn(&mut Budget)) -> usize {
        let mut budget = Budget::new();
        let cx = Context::from_waker(Waker::noop());
        let mut times = 0;
        while budget.poll(&cx).is_ready() && times < 10_000 {
            spend(&mut budget);
            times += 1;
        }
        times
    }

    #[test]
    fn a_turn_is_256_frames_or_about_256_kib() {
        assert_eq!(count_until_yield(Budget::spend_frame), 256);
        for (bytes, chunks) in [
            (0, 256),
            (1, 256),
            (1023, 256),
            (1024, 128),
            (2047, 128),
            (2048, 86),
            (256 * 1024, 1),
            (usize::MAX, 1),
        ] {
            assert_eq!(count_until_yield(|budget| budget.spend_chunk(bytes)), chunks, "{bytes} bytes");
        }
    }

    #[test]
    fn it_yields_once_and_wakes_the_task() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::task::Wake;

        struct Turns(AtomicUsize);

        impl Wake for Turns {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }

        let turns = Arc::new(Turns(AtomicUsize::new(0)));
        let waker = Arc::clone(&turns).into();
        let cx = Context::from_waker(&waker);
        let mut budget = Budget::new();
        for turn in 1..4 {
            budget.spend_chunk(usize::MAX);
            assert!(budget.poll(&cx).is_pending());
            assert!(budget.poll(&cx).is_ready());
            assert_eq!(turns.0.load(Ordering::Relaxed), turn);
        }
        // After a renewal the budget is whole.
        (0..200).for_each(|_| budget.spend_frame());
        budget.renew();
        (0..255).for_each(|_| budget.spend_frame());
        assert!(budget.poll(&cx).is_ready());
    }
}
