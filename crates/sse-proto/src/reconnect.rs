//! When to reconnect: the policy, and the state that applies it.

use core::time::Duration;

/// Configures when to reconnect after a connection was lost or could not be established.
///
/// The standard requires a "reconnection time" between attempts and lets a client wait longer
/// (WHATWG HTML 9.2.3, "reestablish the connection"). Growing delays and jitter keep many clients
/// from overloading a server that has just restarted.
///
/// ```
/// use core::time::Duration;
/// use sse_proto::ReconnectPolicy;
///
/// let policy = ReconnectPolicy::default().reconnection_time(Duration::from_secs(1)).max_attempts(10);
/// assert_eq!(policy.max_delay, Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReconnectPolicy {
    /// The delay before the first reconnection, until the server sets another one with `retry`. 3 s
    /// by default.
    pub reconnection_time: Duration,
    /// The factor by which the delay grows after each further consecutive failure. 2 by default; 1
    /// means no growth.
    pub factor: u32,
    /// The longest delay that growth can reach, without jitter. A longer reconnection time still
    /// applies. 60 s by default.
    pub max_delay: Duration,
    /// The shortest delay that a server can set with `retry` or `Retry-After`. 100 ms by default,
    /// so that `retry: 0` causes no flood of requests.
    pub min_delay: Duration,
    /// The longest delay that a server can set with `retry` or `Retry-After`. 1 h by default.
    pub max_server_delay: Duration,
    /// The jitter: up to this percentage of the delay is added at random. 20 by default. Jitter
    /// never shortens a delay, since the reconnection time is a minimum.
    pub jitter_percent: u32,
    /// How many consecutive attempts may fail before the event source closes. 0 disables
    /// reconnection. `None` by default: without limit.
    ///
    /// The count starts over when a connection makes progress: it delivers an event, changes the
    /// last event ID, or stays open for [`reset_after`](Self::reset_after).
    pub max_attempts: Option<u32>,
    /// How many attempts may follow failures in total, regardless of progress. `None` by default:
    /// without limit. Calls of [`EventSource::reconnect`](crate::EventSource::reconnect) do not
    /// count.
    pub max_total_reconnections: Option<u32>,
    /// How long a connection must stay open to count as progress even without an event. 10 s by
    /// default: servers and proxies usually end healthy connections after 16 to 60 s.
    pub reset_after: Duration,
    /// Whether failures before the first successful response are retried, whatever the method of
    /// the request. `false` by default, since the usual cause is a wrong URL.
    pub retry_initial: bool,
    /// Whether temporary error statuses are retried: 408, 425, 429, and 500 to 599 except 501, 505
    /// and 511. `true` by default; otherwise they close the event source like any other status.
    pub retry_status: bool,
}

impl Default for ReconnectPolicy {
    fn default() -> Self {
        Self {
            reconnection_time: Duration::from_secs(3),
            factor: 2,
            max_delay: Duration::from_secs(60),
            min_delay: Duration::from_millis(100),
            max_server_delay: Duration::from_secs(60 * 60),
            jitter_percent: 20,
            max_attempts: None,
            max_total_reconnections: None,
            reset_after: Duration::from_secs(10),
            retry_initial: false,
            retry_status: true,
        }
    }
}

impl ReconnectPolicy {
    /// Creates a policy that never reconnects.
    #[must_use]
    pub fn never() -> Self {
        Self::default().max_attempts(0)
    }

    /// Creates a policy that follows the standard for browsers: every status but 200 is final,
    /// network errors are retried from the first attempt on, and each delay is the reconnection
    /// time.
    #[must_use]
    pub fn whatwg() -> Self {
        Self { factor: 1, jitter_percent: 0, retry_initial: true, retry_status: false, ..Self::default() }
    }
}

/// Setters, one for each field.
impl ReconnectPolicy {
    /// Sets [`reconnection_time`](Self::reconnection_time).
    #[must_use]
    pub fn reconnection_time(self, time: Duration) -> Self {
        Self { reconnection_time: time, ..self }
    }

    /// Sets [`factor`](Self::factor).
    #[must_use]
    pub fn factor(self, factor: u32) -> Self {
        Self { factor, ..self }
    }

    /// Sets [`max_delay`](Self::max_delay).
    #[must_use]
    pub fn max_delay(self, time: Duration) -> Self {
        Self { max_delay: time, ..self }
    }

    /// Sets [`min_delay`](Self::min_delay).
    #[must_use]
    pub fn min_delay(self, time: Duration) -> Self {
        Self { min_delay: time, ..self }
    }

    /// Sets [`max_server_delay`](Self::max_server_delay).
    #[must_use]
    pub fn max_server_delay(self, time: Duration) -> Self {
        Self { max_server_delay: time, ..self }
    }

    /// Sets [`jitter_percent`](Self::jitter_percent).
    #[must_use]
    pub fn jitter_percent(self, percent: u32) -> Self {
        Self { jitter_percent: percent, ..self }
    }

    /// Sets [`max_attempts`](Self::max_attempts).
    #[must_use]
    pub fn max_attempts(self, attempts: u32) -> Self {
        Self { max_attempts: Some(attempts), ..self }
    }

    /// Sets [`max_total_reconnections`](Self::max_total_reconnections).
    #[must_use]
    pub fn max_total_reconnections(self, reconnections: u32) -> Self {
        Self { max_total_reconnections: Some(reconnections), ..self }
    }

    /// Sets [`reset_after`](Self::reset_after).
    #[must_use]
    pub fn reset_after(self, time: Duration) -> Self {
        Self { reset_after: time, ..self }
    }

    /// Sets [`retry_initial`](Self::retry_initial).
    #[must_use]
    pub fn retry_initial(self, retry: bool) -> Self {
        Self { retry_initial: retry, ..self }
    }

    /// Sets [`retry_status`](Self::retry_status).
    #[must_use]
    pub fn retry_status(self, retry: bool) -> Self {
        Self { retry_status: retry, ..self }
    }
}

/// Counts failures and computes the delays of a [`ReconnectPolicy`].
///
/// An [`EventSource`](crate::EventSource) contains one. Use it directly with a
/// [`Decoder`](crate::Decoder) of your own. It has no clock, and its random numbers depend only on
/// the seed: the same seed gives the same delays.
///
/// ```
/// use core::time::Duration;
/// use sse_proto::{Backoff, ReconnectPolicy};
///
/// let policy = ReconnectPolicy::default().jitter_percent(0).max_attempts(3);
/// let mut backoff = Backoff::new(policy, 42);
/// assert_eq!(backoff.next_delay(), Some(Duration::from_secs(3)));
/// assert_eq!(backoff.next_delay(), Some(Duration::from_secs(6)));
/// backoff.handle_progress();
/// assert_eq!(backoff.next_delay(), Some(Duration::from_secs(3)));
/// assert_eq!(backoff.next_delay(), Some(Duration::from_secs(6)));
/// assert_eq!(backoff.next_delay(), Some(Duration::from_secs(12)));
/// assert_eq!(backoff.next_delay(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    policy: ReconnectPolicy,
    reconnection_time: Duration,
    failures: u32,
    reconnections: u32,
    /// The delay that the server asked for, before the next attempt only.
    retry_after: Option<Duration>,
    /// The state of the random number generator.
    random: u64,
}

impl Backoff {
    /// Creates the state for a policy, without failures.
    #[must_use]
    pub fn new(policy: ReconnectPolicy, seed: u64) -> Self {
        let reconnection_time = policy.reconnection_time;
        Self { policy, reconnection_time, failures: 0, reconnections: 0, retry_after: None, random: seed }
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &ReconnectPolicy {
        &self.policy
    }

    /// Returns the current reconnection time: that of the policy, or the last one from the server.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.reconnection_time
    }

    /// Returns the number of consecutive failures.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Handles a `retry` field: sets the reconnection time, within the policy's bounds for servers.
    pub fn handle_retry(&mut self, time: Duration) {
        self.reconnection_time = self.clamp(time);
    }

    /// Handles a `Retry-After` header (RFC 9110, section 10.2.3): sets the next delay, within the
    /// policy's bounds for servers. Jitter is added to it. A second call replaces the first.
    pub fn handle_retry_after(&mut self, time: Duration) {
        self.retry_after = Some(self.clamp(time));
    }

    /// Handles progress of a connection: the count of failures and the growth start over.
    pub fn handle_progress(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure and returns the delay before the next attempt, or `None` if the policy
    /// allows no more attempts.
    pub fn next_delay(&mut self) -> Option<Duration> {
        let delay = self.retry_after.take().unwrap_or_else(|| self.grown());
        self.failures = self.failures.saturating_add(1);
        if self.attempts_used_up().is_some() {
            return None;
        }
        self.reconnections = self.reconnections.saturating_add(1);
        Some(delay.saturating_add(self.jitter(delay)))
    }

    /// Returns how many attempts were made before the last failure, if a limit allows no more.
    pub(crate) fn attempts_used_up(&self) -> Option<u32> {
        let failed_attempts = self.failures.saturating_sub(1);
        let in_a_row =
            self.policy.max_attempts.filter(|max| failed_attempts >= *max).map(|_| failed_attempts);
        let in_all = || self.policy.max_total_reconnections.filter(|max| self.reconnections >= *max);
        in_a_row.or_else(in_all)
    }

    /// Limits a time to the bounds for servers. If they contradict each other, `min_delay` applies.
    fn clamp(&self, time: Duration) -> Duration {
        time.min(self.policy.max_server_delay).max(self.policy.min_delay)
    }

    /// Reconnection time × factor ^ failures, at most `max_delay`.
    fn grown(&self) -> Duration {
        let max = self.policy.max_delay.max(self.reconnection_time);
        let growth = self.policy.factor.max(1).saturating_pow(self.failures);
        self.reconnection_time.saturating_mul(growth).min(max)
    }

    fn jitter(&mut self, delay: Duration) -> Duration {
        let random = u128::from(self.next_random() >> 32);
        let max = delay.as_nanos().saturating_mul(u128::from(self.policy.jitter_percent)) / 100;
        let nanos = max.saturating_mul(random) >> 32;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Returns the next number of SplitMix64, a short generator that is more than good enough to
    /// spread delays.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers come from the author's reference implementation in C, with the seed 1234567.
    #[test]
    fn the_random_numbers_are_splitmix64() {
        let mut backoff = Backoff::new(ReconnectPolicy::default(), 1_234_567);
        for number in [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ] {
            assert_eq!(backoff.next_random(), number);
        }
    }
}
