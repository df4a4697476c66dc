//! Fairness: how long one poll may go on.

use core::task::{Context, Poll};

/// How many operations in a row may succeed before the task yields once.
///
/// Informational responses, chunk sizes and empty TLS records give nothing to the application, so a
/// peer that sends nothing else, and sends it fast enough, would hold the thread for ever, out of
/// reach of every timeout.
const IN_A_ROW: u8 = 64;

/// Makes way for other tasks now and then.
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

    /// The results of so many polls of a source that is pending where `is_pending` says so.
    fn ready(polls: usize, is_pending: impl Fn(usize) -> bool) -> Vec<bool> {
        let (mut pace, cx) = (Pace::default(), &mut Context::from_waker(Waker::noop()));
        let mut asked = 0;
        let mut poll = |_: usize| {
            let source = |_: &mut Context<'_>| {
                asked += 1;
                if is_pending(asked) { Poll::Pending } else { Poll::Ready(()) }
            };
            pace.poll(cx, source).is_ready()
        };
        (0..polls).map(&mut poll).collect()
    }

    #[test]
    fn an_endless_source_makes_way_now_and_then() {
        let yields = ready(1000, |_| false).iter().filter(|ready| !**ready).count();
        assert_eq!(yields, 1000 / (usize::from(IN_A_ROW) + 1));
    }

    #[test]
    fn a_source_that_was_pending_has_a_whole_turn() {
        let row = usize::from(IN_A_ROW);
        let polled = ready(2 * row + 1, |asked| asked == row);
        let yields: Vec<_> = (0..polled.len()).filter(|at| !polled[*at]).collect();
        assert_eq!(yields, [row - 1, 2 * row]);
    }
}
