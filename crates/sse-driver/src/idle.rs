//! The idle timeout of a body.

use std::future::{Pending, pending};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use sse_proto::Instant;

use crate::Timer;
use crate::deadline::Deadline;

/// The timer of an [`Events`](crate::Events) without an idle timeout. Its time stands still, and
/// its sleeps never complete.
///
/// ```
/// use sse_driver::{Chunks, Events, NoTimer};
///
/// // `NoTimer` is the default of the second parameter, so most programs need not name it.
/// type Recorded = Events<Chunks<&'static [u8]>, NoTimer>;
///
/// let events: Recorded = Events::from_reader(&b"data: one\n\n"[..]);
/// # let _ = events;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoTimer;

impl Timer for NoTimer {
    type Sleep = Pending<()>;

    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant) -> Pending<()> {
        pending()
    }

    fn wall_clock(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn seed(&self) -> u64 {
        0
    }
}

/// An idle timeout with its timer.
pub(crate) struct IdleTimeout<M: Timer> {
    pub(crate) time: Duration,
    timer: Arc<M>,
    deadline: Deadline<M>,
    /// The time of the last byte, or of the first poll. `None` before that.
    last_byte: Option<Instant>,
    /// The deadline has passed. The body is polled once more before it counts.
    overdue: bool,
}

impl<M: Timer> IdleTimeout<M> {
    pub(crate) fn new(time: Duration, timer: Arc<M>) -> Self {
        Self { time, timer, deadline: Deadline::new(), last_byte: None, overdue: false }
    }

    pub(crate) fn handle_byte(&mut self) {
        (self.last_byte, self.overdue) = (Some(self.timer.now()), false);
    }

    /// Ready if no byte has arrived for the timeout. Poll it after each poll of the body that is
    /// pending. After the deadline it asks for one more poll of both: see
    /// [`Drive::poll_input`](crate::drive::Drive::poll_input).
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = *self.last_byte.get_or_insert_with(|| self.timer.now()) + self.time;
        ready!(self.deadline.poll(&self.timer, deadline, cx));
        let is_early = self.timer.now() < deadline;
        if is_early || !std::mem::replace(&mut self.overdue, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}
