//! The bounds of a delay, computed as the policy's documentation describes them.

use std::time::Duration;

use sse_proto::ReconnectPolicy;

use super::Delay;

/// The reconnection time, and the counts on which the next delay depends.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    policy: ReconnectPolicy,
    pub(super) reconnection_time: Duration,
    pub(super) failures: u32,
    /// The total number of attempts after a failure.
    pub(super) reconnections: u32,
}

impl Delays {
    pub(super) fn new(policy: ReconnectPolicy) -> Self {
        Self { reconnection_time: policy.reconnection_time, failures: 0, reconnections: 0, policy }
    }

    pub(super) fn handle_retry(&mut self, time: Duration) {
        self.reconnection_time = self.within_bounds(time);
    }

    fn within_bounds(&self, time: Duration) -> Duration {
        time.min(self.policy.max_server_delay).max(self.policy.min_delay)
    }

    /// Returns the delay before the next attempt, or the number of attempts if no more are allowed.
    pub(super) fn next(&self, retry_after: Option<Duration>) -> Result<Delay, u32> {
        if self.policy.max_attempts.is_some_and(|max| self.failures >= max) {
            return Err(self.failures);
        }
        if self.policy.max_total_reconnections.is_some_and(|max| self.reconnections >= max) {
            return Err(self.reconnections);
        }
        let least = retry_after.map_or_else(|| self.grown(), |time| self.within_bounds(time));
        let jitter = least.as_nanos().saturating_mul(self.policy.jitter_percent.into()) / 100;
        Ok(least..=duration(least.as_nanos().saturating_add(jitter)))
    }

    /// Counts a failed attempt, and the reconnection after it.
    pub(super) fn count(&mut self) {
        self.failures += 1;
        self.reconnections += 1;
    }

    /// Returns the reconnection time, multiplied by the factor once for each failure. The product
    /// of the factors is at most 2^32 - 1.
    fn grown(&self) -> Duration {
        let most = self.policy.max_delay.max(self.reconnection_time);
        let mut growth = 1;
        for _ in 0..self.failures {
            growth = (growth * u128::from(self.policy.factor.max(1))).min(u32::MAX.into());
        }
        duration(self.reconnection_time.as_nanos() * growth).min(most)
    }
}

fn duration(nanos: u128) -> Duration {
    const SECOND: u128 = 1_000_000_000;
    match u64::try_from(nanos / SECOND) {
        Ok(secs) => Duration::new(secs, (nanos % SECOND) as u32),
        Err(_) => Duration::MAX,
    }
}
