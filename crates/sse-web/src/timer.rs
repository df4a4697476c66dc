//! The timer on JavaScript's clocks.

use std::time::{Duration, SystemTime};

use gloo_timers::future::TimeoutFuture;
use sse_driver::{Instant, Timer};
use web_time::web::SystemTimeExt;

/// A timer on JavaScript's clocks, which starts at zero when it is created.
///
/// It uses `performance.now` for the time, `setTimeout` to sleep, `Date.now` for the date and
/// `crypto` for the seed.
///
/// ```no_run
/// use std::time::Duration;
/// use sse_web::{Timer, WebTimer};
///
/// # async fn wait() {
/// let timer = WebTimer::default();
/// timer.sleep_until(timer.now() + Duration::from_secs(1)).await;
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WebTimer {
    origin: web_time::Instant,
}

impl Default for WebTimer {
    fn default() -> Self {
        Self { origin: web_time::Instant::now() }
    }
}

impl Timer for WebTimer {
    type Sleep = TimeoutFuture;

    fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> TimeoutFuture {
        sleep(deadline.saturating_duration_since(self.now()))
    }

    fn wall_clock(&self) -> SystemTime {
        web_time::SystemTime::now().to_std()
    }

    fn seed(&self) -> u64 {
        getrandom::u64().expect("windows, workers and Node provide `crypto`")
    }
}

/// Sleeps for whole milliseconds, and at most for 24 days, which is the limit of `setTimeout`.
/// Waking early is allowed: the session checks the clock and sleeps again.
fn sleep(time: Duration) -> TimeoutFuture {
    const MAX_MILLIS: u32 = i32::MAX.unsigned_abs();
    let millis = time.as_nanos().div_ceil(1_000_000);
    TimeoutFuture::new(u32::try_from(millis).map_or(MAX_MILLIS, |millis| millis.min(MAX_MILLIS)))
}
