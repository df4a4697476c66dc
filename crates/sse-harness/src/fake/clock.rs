//! A clock that moves when nothing else does.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use sse_driver::{Instant, Timer};

/// A clock that stands still while a future can go on, and jumps to the next deadline when it cannot.
///
/// ```
/// use std::time::Duration;
/// use sse_driver::{Instant, Timer};
/// use sse_harness::FakeClock;
///
/// let clock = FakeClock::default();
/// let in_a_week = Instant::ZERO + Duration::from_secs(7 * 24 * 3600);
/// clock.run(clock.sleep_until(in_a_week));
/// assert_eq!(clock.now(), in_a_week);
/// ```
#[derive(Clone, Debug, Default)]
pub struct FakeClock(Arc<Mutex<Time>>);

#[derive(Debug, Default)]
struct Time {
    now: Instant,
    seed: u64,
    sleepers: Vec<(Instant, Waker)>,
}

impl FakeClock {
    /// Runs a future to its end.
    ///
    /// # Panics
    ///
    /// When the future waits for something other than this clock: it would wait for ever.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        loop {
            if !woken.0.swap(false, Ordering::Relaxed) {
                self.jump();
                continue;
            }
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
        }
    }

    /// A clock whose sessions have the dice of this seed, so that their jitter can be replayed. (Others have 0.)
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let clock = Self::default();
        clock.lock().seed = seed;
        clock
    }

    /// Lets time pass at once, whatever there is to do: a suspended machine, a thread that was not scheduled.
    pub fn advance(&self, by: Duration) {
        let mut time = self.lock();
        let now = time.now + by;
        time.move_to(now);
    }

    /// To the next deadline.
    fn jump(&self) {
        let mut time = self.lock();
        let next = time.sleepers.iter().map(|(deadline, _)| *deadline).min();
        let next = next.expect("the future waits for nothing that could happen");
        time.move_to(next);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Time {
    /// Wakes those that are due then. Time never goes back.
    fn move_to(&mut self, now: Instant) {
        self.now = self.now.max(now);
        let (due, later) = self.sleepers.drain(..).partition(|(deadline, _)| *deadline <= self.now);
        self.sleepers = later;
        let due: Vec<(Instant, Waker)> = due;
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Timer for FakeClock {
    type Sleep = FakeSleep;

    fn now(&self) -> Instant {
        self.lock().now
    }

    fn sleep_until(&self, deadline: Instant) -> FakeSleep {
        FakeSleep { clock: self.clone(), deadline }
    }

    fn seed(&self) -> u64 {
        self.lock().seed
    }

    /// The clock's origin is 2020-01-01.
    fn wall_clock(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800) + self.now().since_origin()
    }
}

/// A pending deadline of a [`FakeClock`].
///
/// ```
/// use sse_driver::{Instant, Timer};
/// use sse_harness::{FakeClock, FakeSleep};
///
/// let sleep: FakeSleep = FakeClock::default().sleep_until(Instant::ZERO);
/// # let _ = sleep;
/// ```
#[derive(Debug)]
pub struct FakeSleep {
    clock: FakeClock,
    deadline: Instant,
}

impl Future for FakeSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut time = self.clock.lock();
        if time.now >= self.deadline {
            return Poll::Ready(());
        }
        time.sleepers.push((self.deadline, cx.waker().clone()));
        Poll::Pending
    }
}
