//! When to connect again: the policy, and its run state.

use core::time::Duration;

/// When to connect again after a connection was lost or could not be made.
///
/// The standard only asks for a "reconnection time" between attempts and lets a client wait longer (WHATWG HTML 9.2.3,
/// "reestablish the connection"); the rest is what keeps a fleet of clients from trampling a server that has just come
/// back.
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
    /// The delay before the first attempt, until the server sets another one with `retry`. 3 s.
    pub reconnection_time: Duration,
    /// What the delay is multiplied with after each further failure in a row. 2; 1 means no growth.
    pub factor: u32,
    /// How far the delay grows (jitter comes on top; a reconnection time that is longer is kept to all the same). 60 s.
    pub max_delay: Duration,
    /// The shortest reconnection time that a server can set: `retry: 0` makes no storm. 100 ms.
    pub min_delay: Duration,
    /// The longest delay that a server can ask for, by `retry` or `Retry-After`. 1 h.
    pub max_server_delay: Duration,
    /// A random part of up to this many percent of the delay is added to it, never taken off: the reconnection time is
    /// a floor. 20.
    pub jitter_percent: u32,
    /// How many attempts in a row may fail before the event source is closed; `None` for no end, 0 for no reconnection
    /// at all. The count starts over when a connection made progress: it delivered an event, it moved the last event ID,
    /// or it was open for [`reset_after`](Self::reset_after). `None`.
    pub max_attempts: Option<u32>,
    /// How many attempts may follow a failure in all, whether or not there was progress between them; `None` for no end.
    /// An attempt that [`EventSource::reconnect`](crate::EventSource::reconnect) asks for does not count. `None`.
    pub max_total_reconnections: Option<u32>,
    /// A connection that was open for this long has made progress even if it delivered no event. 10 s: servers and
    /// proxies that end healthy connections mostly do so after 16 to 60 s.
    pub reset_after: Duration,
    /// Whether a failure before the first connection was open is retried as well, whatever the method of the request.
    /// `false`: it is most likely a wrong URL.
    pub retry_initial: bool,
    /// Whether the statuses that ask a client to come back later are retried: 408, 425, 429, and each from 500 to 599
    /// but 501, 505 and 511. Otherwise they end the event source like any other. `true`.
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
    /// One connection and no other.
    #[must_use]
    pub fn never() -> Self {
        Self::default().max_attempts(0)
    }

    /// As the standard has it for browsers: every status but 200 is final, network errors are retried from the first
    /// attempt on, and the delay is the reconnection time each time.
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

/// A [`ReconnectPolicy`] at work: it counts the failures and says how long to wait.
///
/// [`EventSource`](crate::EventSource) has one inside; it is public for those who drive a [`Decoder`](crate::Decoder)
/// by themselves. It has no clock, and its dice are a generator whose seed is an argument: the same seed gives the same
/// delays.
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
    /// What the server asked for, before the next attempt only.
    retry_after: Option<Duration>,
    dice: u64,
}

impl Backoff {
    /// At the beginning: no failure yet.
    #[must_use]
    pub fn new(policy: ReconnectPolicy, seed: u64) -> Self {
        let reconnection_time = policy.reconnection_time;
        Self { policy, reconnection_time, failures: 0, reconnections: 0, retry_after: None, dice: seed }
    }

    /// The policy that it follows.
    #[must_use]
    pub fn policy(&self) -> &ReconnectPolicy {
        &self.policy
    }

    /// The reconnection time in force: the policy's, or what the server made of it.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        self.reconnection_time
    }

    /// How many failures there were in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The stream said `retry`: the reconnection time from now on, within the policy's bounds for servers.
    pub fn handle_retry(&mut self, time: Duration) {
        self.reconnection_time = self.clamp(time);
    }

    /// A response said `Retry-After` (RFC 9110, 10.2.3): this is the next delay, within the policy's bounds for servers
    /// and with jitter on top. A second one takes the place of the first.
    pub fn handle_retry_after(&mut self, time: Duration) {
        self.retry_after = Some(self.clamp(time));
    }

    /// A connection made progress: counting and growth start over.
    pub fn handle_progress(&mut self) {
        self.failures = 0;
    }

    /// An attempt failed, or its connection was lost: how long to wait before the next one. `None`: the attempts are
    /// used up.
    pub fn next_delay(&mut self) -> Option<Duration> {
        let delay = self.retry_after.take().unwrap_or_else(|| self.grown());
        self.failures = self.failures.saturating_add(1);
        if self.attempts_used_up().is_some() {
            return None;
        }
        self.reconnections = self.reconnections.saturating_add(1);
        Some(delay.saturating_add(self.jitter(delay)))
    }

    /// How many attempts were made before the last failure, if a limit of the policy allows no other one.
    pub(crate) fn attempts_used_up(&self) -> Option<u32> {
        let failed_attempts = self.failures.saturating_sub(1);
        let in_a_row =
            self.policy.max_attempts.filter(|max| failed_attempts >= *max).map(|_| failed_attempts);
        let in_all = || self.policy.max_total_reconnections.filter(|max| self.reconnections >= *max);
        in_a_row.or_else(in_all)
    }

    /// Within the bounds for servers. Where these contradict each other, the lower one wins.
    fn clamp(&self, time: Duration) -> Duration {
        time.min(self.policy.max_server_delay).max(self.policy.min_delay)
    }

    /// Reconnection time × factor ^ failures, at most `max_delay`.
    fn grown(&self) -> Duration {
        let most = self.policy.max_delay.max(self.reconnection_time);
        let growth = self.policy.factor.max(1).saturating_pow(self.failures);
        self.reconnection_time.saturating_mul(growth).min(most)
    }

    fn jitter(&mut self, delay: Duration) -> Duration {
        let roll = u128::from(self.roll() >> 32);
        let most = delay.as_nanos().saturating_mul(u128::from(self.policy.jitter_percent)) / 100;
        let nanos = most.saturating_mul(roll) >> 32;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// SplitMix64: a few lines that pass the usual tests of randomness, which is more than spreading delays needs.
    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of its author's reference in C, for the seed 1234567.
    #[test]
    fn the_dice_are_splitmix64() {
        let mut backoff = Backoff::new(ReconnectPolicy::default(), 1_234_567);
        for number in [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ] {
            assert_eq!(backoff.roll(), number);
        }
    }
}
