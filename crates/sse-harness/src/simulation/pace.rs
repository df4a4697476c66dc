//! The delays of the model, as the policy's documentation has them.

use std::time::Duration;

use sse_driver::proto::ReconnectPolicy;

/// The delays as the policy has them.
#[derive(Debug)]
pub(super) struct Pace {
    policy: ReconnectPolicy,
    reconnection_time: Duration,
    pub(super) failures: u32,
    pub(super) reconnections: u32,
}

impl Pace {
    pub(super) fn new(policy: &ReconnectPolicy) -> Self {
        let reconnection_time = policy.reconnection_time;
        Self { policy: policy.clone(), reconnection_time, failures: 0, reconnections: 0 }
    }

    pub(super) fn handle_retry(&mut self, time: Duration) {
        self.reconnection_time = self.within_bounds(time);
    }

    fn within_bounds(&self, time: Duration) -> Duration {
        time.min(self.policy.max_server_delay).max(self.policy.min_delay)
    }

    /// How many attempts there were, where no other one is allowed.
    pub(super) fn used_up(&self) -> Option<u32> {
        let in_a_row = self.policy.max_attempts.is_some_and(|most| self.failures >= most);
        let in_all = self.policy.max_total_reconnections.is_some_and(|most| self.reconnections >= most);
        in_a_row.then_some(self.failures).or(in_all.then_some(self.reconnections))
    }

    pub(super) fn count(&mut self) {
        self.failures += 1;
        self.reconnections += 1;
    }

    /// The next delay without jitter and with all of it.
    pub(super) fn next_delay(&self, retry_after: Option<Duration>) -> (Duration, Duration) {
        let mut delay = self.reconnection_time;
        for _ in 0..self.failures.min(40) {
            delay = delay.saturating_mul(self.policy.factor.max(1));
        }
        let grown = delay.min(self.policy.max_delay.max(self.reconnection_time));
        let least = retry_after.map_or(grown, |time| self.within_bounds(time));
        (least, least + least * self.policy.jitter_percent / 100)
    }
}
