//! Fairness: limits how much a session does before it yields to other tasks.

use std::task::{Context, Poll};

/// Counts what one turn on the executor has cost. A frame costs one unit, and a chunk one unit plus
/// one per KiB.
///
/// Some executors (smol, async-std) have no budget of their own. With a server that is always
/// ready, a loop over a session would never yield to another task or timer on its thread.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    spent: usize,
}

/// The cost after which a turn ends at the next end of a chunk.
const TURN: usize = 256;

/// The cost after which a turn ends within a chunk. A task that waits there keeps the chunk, and so
/// a read buffer that others could use. No turn gets this long with chunks of 32 KiB and events of
/// 70 bytes or more.
const LONGEST_TURN: usize = 3 * TURN;

impl Budget {
    #[inline]
    pub(crate) fn spend_frame(&mut self) {
        self.spent += 1;
    }

    pub(crate) fn spend_chunk(&mut self, bytes: usize) {
        self.spent += 1 + bytes / 1024;
    }

    /// Renews the budget after the task was pending.
    pub(crate) fn renew(&mut self) {
        self.spent = 0;
    }

    /// Yields once if the turn may not go on, not even to the end of the chunk.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.poll_limit(LONGEST_TURN, cx)
    }

    /// Yields once if the turn is over. Call it between two chunks.
    pub(crate) fn poll_next_chunk(&mut self, cx: &Context<'_>) -> Poll<()> {
        self.poll_limit(TURN, cx)
    }

    #[inline]
    fn poll_limit(&mut self, limit: usize, cx: &Context<'_>) -> Poll<()> {
        if self.spent < limit {
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

    type PollFn = fn(&mut Budget, &Context<'_>) -> Poll<()>;

    /// Counts how often this can be spent before the session yields.
    fn count_until_yield(poll: PollFn, spend: impl Fn(&mut Budget)) -> usize {
        let mut budget = Budget::default();
        let cx = Context::from_waker(Waker::noop());
        let mut times = 0;
        while poll(&mut budget, &cx).is_ready() && times < 10_000 {
            spend(&mut budget);
            times += 1;
        }
        times
    }

    #[test]
    fn a_turn_is_256_frames_or_about_256_kib_and_three_times_as_much_within_a_chunk() {
        assert_eq!(count_until_yield(Budget::poll_next_chunk, Budget::spend_frame), 256);
        assert_eq!(count_until_yield(Budget::poll, Budget::spend_frame), 768);
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
            let spend = |budget: &mut Budget| budget.spend_chunk(bytes);
            assert_eq!(count_until_yield(Budget::poll_next_chunk, spend), chunks, "{bytes} bytes");
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
        let mut budget = Budget::default();
        for (turn, poll) in [Budget::poll as PollFn, Budget::poll_next_chunk, Budget::poll].iter().enumerate()
        {
            budget.spend_chunk(usize::MAX);
            assert!(poll(&mut budget, &cx).is_pending());
            assert!(poll(&mut budget, &cx).is_ready());
            assert_eq!(turns.0.load(Ordering::Relaxed), turn + 1);
        }
        // After a renewal the budget is whole.
        (0..200).for_each(|_| budget.spend_frame());
        budget.renew();
        (0..255).for_each(|_| budget.spend_frame());
        assert!(budget.poll_next_chunk(&cx).is_ready());
    }
}
