//! The clock of a runtime.

use std::future::Future;
#[cfg(not(target_arch = "wasm32"))]
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use sse_proto::Instant;

/// A clock and its timers. An adapter implements it for its runtime, a test for a clock that it moves by hand.
///
/// ```
/// use std::future::{Ready, ready};
/// use std::time::Duration;
/// use sse_driver::{Instant, Timer};
///
/// /// A clock that stands still, and whose sleeps are over at once.
/// struct Frozen;
///
/// impl Timer for Frozen {
///     type Sleep = Ready<()>;
///     fn now(&self) -> Instant {
///         Instant::ZERO + Duration::from_secs(1)
///     }
///     fn sleep_until(&self, _deadline: Instant) -> Ready<()> {
///         ready(())
///     }
/// }
/// ```
pub trait Timer {
    /// A pending deadline.
    type Sleep: Future<Output = ()>;

    /// The time since an origin of the timer's choice. It never goes back.
    fn now(&self) -> Instant;

    /// Completes once [`now`](Timer::now) has reached `deadline`.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;

    /// The date, to turn the date in a `Retry-After` header into a delay when the response has no `Date` of its own.
    ///
    /// Unless it is implemented, it is the system's; on wasm32, which has none, it has to be.
    #[cfg(not(target_arch = "wasm32"))]
    fn wall_clock(&self) -> SystemTime {
        SystemTime::now()
    }
    /// The date, to turn the date in a `Retry-After` header into a delay when the response has no `Date` of its own.
    #[cfg(target_arch = "wasm32")]
    fn wall_clock(&self) -> SystemTime;

    /// A number that nobody can foresee, asked for once for each session: the seed of its jitter. A simulated clock
    /// gives one that can be given again.
    ///
    /// Unless it is implemented, it comes from the system; on wasm32, where the standard library has no source of
    /// chance, it has to be.
    #[cfg(not(target_arch = "wasm32"))]
    fn seed(&self) -> u64 {
        RandomState::new().hash_one(0)
    }
    /// A number that nobody can foresee, asked for once for each session: the seed of its jitter. A simulated clock
    /// gives one that can be given again.
    #[cfg(target_arch = "wasm32")]
    fn seed(&self) -> u64;
}

impl<M: Timer> Timer for Arc<M> {
    type Sleep = M::Sleep;

    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        (**self).sleep_until(deadline)
    }

    fn wall_clock(&self) -> SystemTime {
        (**self).wall_clock()
    }

    fn seed(&self) -> u64 {
        (**self).seed()
    }
}
