//! A clock that the test controls.

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use sse_driver::{Instant, Timer};

/// A [`Timer`] for tests, whose time passes only when the test moves it.
///
/// [`run`](Self::run) runs a future and jumps to the next deadline whenever nothing else can run,
/// so that a day of reconnections takes milliseconds. [`advance`](Self::advance) moves the time by
/// hand. Clones share the same clock.
///
/// ```
/// use std::time::Duration;
/// use sse_testkit::{MockTimer, Timer};
///
/// let timer = MockTimer::new();
/// let in_a_week = timer.now() + Duration::from_secs(7 * 24 * 3600);
/// timer.run(timer.sleep_until(in_a_week));
/// assert_eq!(timer.now(), in_a_week);
/// ```
#[derive(Clone, Debug, Default)]
pub struct MockTimer(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    now: Instant,
    seed: u64,
    /// The number of sleeps so far, which tells sleeps with the same deadline apart.
    sleeps: u64,
    /// The wakers of pending sleeps, by deadline and number.
    waiting: BTreeMap<(Instant, u64), Waker>,
}

impl MockTimer {
    /// Creates a clock that starts at [`Instant::ZERO`], which is 2020-01-01T00:00:00Z on the wall
    /// clock. Its sessions derive their jitter from the seed 0, so that every run of a test has the
    /// same delays.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a clock whose sessions derive their jitter from this seed.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        let timer = Self::default();
        timer.lock().seed = seed;
        timer
    }

    /// Runs a future to completion. Whenever the future cannot continue, the time jumps to the next
    /// deadline.
    ///
    /// To run spawned tasks as well, pass the future of their executor: see the [crate's
    /// documentation](crate#smol-and-async-std).
    ///
    /// # Panics
    ///
    /// Panics if the future waits for something other than this clock, since it would wait forever.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            if !woken.0.swap(false, Ordering::Relaxed) {
                let next = self.next_deadline();
                self.move_to(next.expect("the future waits for something other than this clock"));
                continue;
            }
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
        }
    }

    /// Moves the time forward in one step, as if the machine had been suspended, and wakes every
    /// sleep that is due.
    pub fn advance(&self, by: Duration) {
        self.move_to(self.now() + by);
    }

    /// Returns the earliest deadline of a pending sleep, or `None` if no sleep is pending.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.lock().waiting.first_key_value().map(|((deadline, _), _)| *deadline)
    }

    fn move_to(&self, now: Instant) {
        let due = {
            let mut state = self.lock();
            state.now = state.now.max(now);
            let last_due = (state.now, u64::MAX);
            let later = state.waiting.split_off(&last_due);
            std::mem::replace(&mut state.waiting, later)
        };
        due.into_values().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Timer for MockTimer {
    type Sleep = MockSleep;

    fn now(&self) -> Instant {
        self.lock().now
    }

    fn sleep_until(&self, deadline: Instant) -> MockSleep {
        let mut state = self.lock();
        state.sleeps += 1;
        MockSleep { timer: self.clone(), key: (deadline, state.sleeps) }
    }

    fn seed(&self) -> u64 {
        self.lock().seed
    }

    fn wall_clock(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800) + self.now().since_origin()
    }
}

/// A future that completes when its [`MockTimer`] reaches a deadline.
///
/// ```
/// use sse_testkit::{Instant, MockSleep, MockTimer, Timer};
///
/// let timer = MockTimer::new();
/// let sleep: MockSleep = timer.sleep_until(Instant::ZERO);
/// timer.run(sleep);
/// ```
#[derive(Debug)]
pub struct MockSleep {
    timer: MockTimer,
    key: (Instant, u64),
}

impl Future for MockSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.timer.lock();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        state.waiting.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for MockSleep {
    fn drop(&mut self) {
        self.timer.lock().waiting.remove(&self.key);
    }
}
