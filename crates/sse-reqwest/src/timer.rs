//! The clock of the runtime that reqwest runs on.

use sse_driver::{Instant, Timer};

#[cfg(not(target_arch = "wasm32"))]
use tokio::time::{Instant as Moment, Sleep, sleep};
#[cfg(target_arch = "wasm32")]
use {gloo_timers::future::TimeoutFuture as Sleep, web_time::Instant as Moment};

/// Measures time by the clock of the runtime that reqwest runs on: Tokio's, and JavaScript's on
/// wasm32. It starts at zero when the timer is made, and stops where Tokio's clock is paused.
///
/// ```
/// use std::time::Duration;
/// use sse_reqwest::{ReqwestTimer, Timer};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let timer = ReqwestTimer::default();
/// let later = timer.now() + Duration::from_secs(3600);
/// timer.sleep_until(later).await;
/// assert!(timer.now() >= later);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ReqwestTimer {
    origin: Moment,
}

impl Default for ReqwestTimer {
    fn default() -> Self {
        Self { origin: Moment::now() }
    }
}

impl Timer for ReqwestTimer {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        sleep(deadline.saturating_duration_since(self.now()))
    }

    #[cfg(target_arch = "wasm32")]
    fn wall_clock(&self) -> std::time::SystemTime {
        web_time::web::SystemTimeExt::to_std(web_time::SystemTime::now())
    }

    #[cfg(target_arch = "wasm32")]
    fn seed(&self) -> u64 {
        getrandom::u64().expect("a host of wasm32 has `crypto`")
    }
}

/// `setTimeout` counts in whole milliseconds and knows no more than 24 days. To be early is
/// allowed: the session asks the clock, and sleeps again.
#[cfg(target_arch = "wasm32")]
fn sleep(time: std::time::Duration) -> Sleep {
    const MOST: u32 = i32::MAX.unsigned_abs();
    let millis = time.as_nanos().div_ceil(1_000_000);
    Sleep::new(u32::try_from(millis).map_or(MOST, |millis| millis.min(MOST)))
}
