//! The one timer of a session.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use sse_proto::Instant;

use crate::Timer;

/// Keeps a timer that was set for an earlier time than is asked for: the core takes an early call for nothing, and so a
/// stream with an idle timeout sets one timer for each idle time rather than one for each chunk.
pub(crate) struct Alarm<M: Timer>(Option<(Instant, Pin<Box<M::Sleep>>)>);

impl<M: Timer> Alarm<M> {
    pub(crate) fn new() -> Self {
        Self(None)
    }

    /// Ready at `deadline` or before.
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
