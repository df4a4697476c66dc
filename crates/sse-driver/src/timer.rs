//! The interface to the clock of a runtime.

use std::future::Future;
#[cfg(not(target_arch = "wasm32"))]
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use sse_proto::Instant;

/// A clock with timers. An adapter implements it for its runtime, and a test for a clock that it
/// advances by hand.
///
/// ```
/// use std::future::{Ready, ready};
/// use std::time::Duration;
/// use sse_driver::{Instant, Timer};
///
/// /// A clock that stands still, and whose sleeps complete at once.
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
    /// The type of futures that complete at a deadline.
    type Sleep: Future<Output = ()>;

    /// Returns the time since an origin that the timer chooses. It never decreases.
    fn now(&self) -> Instant;

    /// Completes once [`now`](Timer::now) has reached `deadline`.
    fn sleep_until(&self, deadline: Instant) -> Self::Sleep;

    /// Returns the current date, to convert a date in a `Retry-After` header to a delay if the
    /// response has no `Date`.
    ///
    /// By default it is the date of the system. On wasm32, which has none, it must be implemented.
    #[cfg(not(target_arch = "wasm32"))]
    fn wall_clock(&self) -> SystemTime {
        SystemTime::now()
    }
    /// Returns the current date, to convert a date in a `Retry-After` header to a delay if the
    /// response has no `Date`.
    #[cfg(target_arch = "wasm32")]
    fn wall_clock(&self) -> SystemTime;

    /// Returns an unpredictable number, the seed for the jitter of a session. Each session calls it
    /// once. A simulated clock returns reproducible numbers.
    ///
    /// By default it comes from the system. On wasm32, where the standard library has no source of
    /// randomness, it must be implemented.
    #[cfg(not(target_arch = "wasm32"))]
    fn seed(&self) -> u64 {
        RandomState::new().hash_one(0)
    }
    /// Returns an unpredictable number, the seed for the jitter of a session. Each session calls it
    /// once. A simulated clock returns reproducible numbers.
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
