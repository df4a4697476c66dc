//! Fairness: limits how much work one poll does.

use core::task::{Context, Poll};

/// How many operations in a row may succeed before the task yields once.
///
/// Informational responses, chunk sizes and empty TLS records produce no output. A peer that sends
/// nothing else, fast enough, would hold the thread forever, and no timeout could fire.
const IN_A_ROW: u8 = 64;

/// Yields to other tasks after [`IN_A_ROW`] successful operations.
#[derive(Default)]
pub(crate) struct Pace {
    in_a_row: u8,
}

impl Pace {
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if self.in_a_row == IN_A_ROW {
            self.in_a_row = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = poll(cx);
        self.in_a_row = if polled.is_ready() { self.in_a_row + 1 } else { 0 };
        polled
    }
}

#[cfg(test)]
mod tests {
    use core::task::{Context, Poll, Waker};

    use super::{IN_A_ROW, Pace};

    /// Polls a source and returns whether each poll was ready. The source is pending at the polls
    /// of its own for which `is_pending` is true.
    fn ready(polls: usize, is_pending: impl Fn(usize) -> bool) -> Vec<bool> {
        let (mut pace, cx) = (Pace::default(), &mut Context::from_waker(Waker::noop()));
        let mut source_polls = 0;
        let mut poll = |_: usize| {
            let source = |_: &mut Context<'_>| {
                source_polls += 1;
                if is_pending(source_polls) { Poll::Pending } else { Poll::Ready(()) }
            };
            pace.poll(cx, source).is_ready()
        };
        (0..polls).map(&mut poll).collect()
    }

    #[test]
    fn an_endless_source_yields_regularly() {
        let yields = ready(1000, |_| false).iter().filter(|ready| !**ready).count();
        assert_eq!(yields, 1000 / (usize::from(IN_A_ROW) + 1));
    }

    #[test]
    fn a_pending_poll_resets_the_count() {
        let row = usize::from(IN_A_ROW);
        let polled = ready(2 * row + 1, |poll| poll == row);
        let yields: Vec<_> = (0..polled.len()).filter(|at| !polled[*at]).collect();
        assert_eq!(yields, [row - 1, 2 * row]);
    }
}
