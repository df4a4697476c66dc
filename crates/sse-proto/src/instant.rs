//! Points in time as arguments.

use core::ops::Add;
use core::time::Duration;

/// A point in time, as the duration since an origin that the driver chooses. This crate has no
/// clock of its own.
///
/// Arithmetic saturates, so no time that a server asks for can cause a panic.
///
/// ```
/// use core::time::Duration;
/// use sse_proto::Instant;
///
/// let start = Instant::ZERO + Duration::from_secs(5);
/// assert_eq!((start + Duration::from_millis(20)).saturating_duration_since(start), Duration::from_millis(20));
/// assert_eq!(Instant::ZERO.saturating_duration_since(start), Duration::ZERO);
/// assert_eq!(start + Duration::MAX, Instant::ZERO + Duration::MAX);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

impl Instant {
    /// The origin of time.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// Returns the time from the origin to this point.
    #[must_use]
    pub const fn since_origin(self) -> Duration {
        self.0
    }

    /// Returns the time from `earlier` to this point, or zero if `earlier` is later.
    #[must_use]
    pub const fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
}
