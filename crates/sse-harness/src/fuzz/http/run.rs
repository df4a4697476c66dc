//! A clock that advances when nothing else happens, and runs one future. It keeps no list of
//! sleepers, so it uses no memory that would distort the measurement.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use sse_driver::{Instant, Timer};

/// The time, and the next deadline.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock(Arc<Mutex<(Instant, Option<Instant>)>>);

impl Clock {
    /// Runs a future to its end. Returns `None` if it waits and nothing can wake it.
    pub(super) fn run<F: Future>(&self, future: F, mut before_each_poll: impl FnMut()) -> Option<F::Output> {
        let mut future = pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        while woken.0.swap(false, Ordering::Relaxed) || self.jump() {
            before_each_poll();
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(output);
            }
        }
        None
    }

    pub(super) fn poll_until(&self, deadline: Instant) -> Poll<()> {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if time.0 >= deadline {
            return Poll::Ready(());
        }
        time.1 = Some(time.1.map_or(deadline, |next| next.min(deadline)));
        Poll::Pending
    }

    /// Advances to the next deadline. If nothing waits for it any more, a future that is polled too
    /// early sets its deadline again.
    fn jump(&self) -> bool {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = time.1.take();
        time.0 = next.unwrap_or(time.0);
        next.is_some()
    }
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep { clock: self.clone(), deadline }
    }
}

pub(super) struct Sleep {
    clock: Clock,
    deadline: Instant,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.clock.poll_until(self.deadline)
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
