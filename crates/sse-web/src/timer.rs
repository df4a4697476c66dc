//! The clock of JavaScript.

use std::time::{Duration, SystemTime};

use gloo_timers::future::TimeoutFuture;
use sse_driver::{Instant, Timer};
use web_time::web::SystemTimeExt;

/// The clock of JavaScript, counted from when the timer was made: `performance.now` and
/// `setTimeout`, with `Date.now` for the date and `crypto` for the seed.
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
        getrandom::u64().expect("windows, workers and Node have `crypto`")
    }
}

/// `setTimeout` counts in whole milliseconds and knows no more than 24 days. To be early is
/// allowed: the session asks the clock, and sleeps again.
fn sleep(time: Duration) -> TimeoutFuture {
    const MOST: u32 = i32::MAX.unsigned_abs();
    let millis = time.as_nanos().div_ceil(1_000_000);
    TimeoutFuture::new(u32::try_from(millis).map_or(MOST, |millis| millis.min(MOST)))
}
