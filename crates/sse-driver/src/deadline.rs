//! The timer of a session.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sse_proto::Instant;

use crate::Timer;

/// A timer that keeps running if the deadline moves to a later time. The event source ignores a
/// timeout that comes too early, so a stream with an idle timeout sets one timer per timeout rather
/// than one per chunk.
pub(crate) struct Deadline<M: Timer>(Option<(Instant, Pin<Box<M::Sleep>>)>);

impl<M: Timer> Deadline<M> {
    pub(crate) fn new() -> Self {
        Self(None)
    }

    /// Ready at `deadline`, or earlier if the timer was set for an earlier time.
    pub(crate) fn poll(&mut self, timer: &M, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.as_ref().is_none_or(|(set_for, _)| *set_for > deadline) {
            self.0 = Some((deadline, Box::pin(timer.sleep_until(deadline))));
        }
        if let Some((_, sleep)) = &mut self.0 {
            ready!(sleep.as_mut().poll(cx));
        }
        self.0 = None;
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::cell::RefCell;
    use std::future::{Pending, pending};
    use std::task::Waker;

    use sse_proto::Instant;

    /// A clock that stands still and records which timers are set.
    #[derive(Default)]
    struct Still(RefCell<Vec<u64>>);

    impl Timer for Still {
        type Sleep = Pending<()>;

        fn now(&self) -> Instant {
            Instant::ZERO
        }

        fn sleep_until(&self, deadline: Instant) -> Pending<()> {
            self.0.borrow_mut().push(deadline.since_origin().as_secs());
            pending()
        }
    }

    #[test]
    fn a_timer_is_replaced_only_if_it_would_be_late() {
        let timer = Still::default();
        let mut timeout = Deadline::new();
        for (deadline, set) in [(5, &[5][..]), (5, &[5]), (9, &[5]), (4, &[5, 4]), (5, &[5, 4]), (4, &[5, 4])]
        {
            let deadline = Instant::ZERO + std::time::Duration::from_secs(deadline);
            assert!(timeout.poll(&timer, deadline, &mut Context::from_waker(Waker::noop())).is_pending());
            assert_eq!(*timer.0.borrow(), set, "{deadline:?}");
        }
    }
}
