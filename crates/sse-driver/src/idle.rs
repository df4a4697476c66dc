//! The idle timeout of a body.

use std::future::{Pending, pending};
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
    timer: M,
    deadline: Deadline<M>,
    last_byte: Instant,
}

impl<M: Timer> IdleTimeout<M> {
    pub(crate) fn new(time: Duration, timer: M) -> Self {
        Self { time, last_byte: timer.now(), timer, deadline: Deadline::new() }
    }

    pub(crate) fn handle_byte(&mut self) {
        self.last_byte = self.timer.now();
    }

    /// Ready if no byte has arrived for the timeout. Poll it only while the body is pending.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.last_byte + self.time;
        while self.timer.now() < deadline {
            ready!(self.deadline.poll(&self.timer, deadline, cx));
        }
        Poll::Ready(())
    }
}
