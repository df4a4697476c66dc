//! The delays of the model, as the policy's documentation has them.

use std::time::Duration;

use sse_driver::proto::ReconnectPolicy;

/// The delays as the policy has them.
#[derive(Debug)]
pub(super) struct Pace {
    policy: ReconnectPolicy,
    reconnection_time: Duration,
    pub(super) retry_after: Duration,
    pub(super) failures: u32,
}

impl Pace {
    pub(super) fn new(policy: &ReconnectPolicy) -> Self {
        let reconnection_time = policy.reconnection_time;
        Self { policy: policy.clone(), reconnection_time, retry_after: Duration::ZERO, failures: 0 }
    }

    pub(super) fn handle_retry(&mut self, time: Duration) {
        self.reconnection_time = time.min(self.policy.max_server_delay).max(self.policy.min_delay);
    }

    /// The next delay without jitter and with all of it.
    pub(super) fn next_delay(&mut self) -> (Duration, Duration) {
        let mut delay = self.reconnection_time;
        for _ in 0..self.failures.min(40) {
            delay = delay.saturating_mul(self.policy.factor.max(1));
        }
        let least = delay
            .min(self.policy.max_delay.max(self.reconnection_time))
            .max(std::mem::take(&mut self.retry_after));
        self.failures += 1;
        (least, least + least * self.policy.jitter_percent / 100)
    }
}
