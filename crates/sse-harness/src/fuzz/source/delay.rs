//! The bounds of a delay, from what the policy's documentation says.

use std::time::Duration;

use sse_proto::ReconnectPolicy;

/// What counts between one delay and the next.
#[derive(Clone, Debug)]
pub(super) struct Delays {
    policy: ReconnectPolicy,
    pub(super) reconnection_time: Duration,
    pub(super) failures: u32,
    /// How many attempts there were in all after a failure.
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

    /// The shortest and the longest delay before the next attempt; how many there were, after the last one.
    pub(super) fn next(&mut self, retry_after: Option<Duration>) -> Result<(Duration, Duration), u32> {
        let least = retry_after.map_or_else(|| self.grown(), |time| self.within_bounds(time));
        let failed_before = self.failures;
        self.failures += 1;
        if self.policy.max_attempts.is_some_and(|max| failed_before >= max) {
            return Err(failed_before);
        }
        if self.policy.max_total_reconnections.is_some_and(|max| self.reconnections >= max) {
            return Err(self.reconnections);
        }
        self.reconnections += 1;
        let jitter = least.as_nanos().saturating_mul(self.policy.jitter_percent.into()) / 100;
        Ok((least, duration(least.as_nanos().saturating_add(jitter))))
    }

    /// Failure by failure. The growth itself stops at 2^32 - 1, which is as good as for ever.
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
