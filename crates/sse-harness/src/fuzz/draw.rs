//! Draws choices from the bytes of an input.

use std::time::Duration;

/// The rest of an input. After its end, all bytes are 0.
pub(super) struct Draw<'a>(pub(super) &'a [u8]);

impl<'a> Draw<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    /// Takes at most this many bytes.
    pub(super) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.byte()) % choices.len()].clone()
    }

    pub(super) fn time(&mut self) -> Duration {
        self.one_of(&TIMES)
    }

    /// Returns `None` in half of the cases.
    pub(super) fn maybe_time(&mut self) -> Option<Duration> {
        let byte = self.byte();
        (byte % 2 == 1).then(|| TIMES[usize::from(byte / 2) % TIMES.len()])
    }
}

/// Times from zero to the maximum.
pub(super) const TIMES: [Duration; 16] = [
    Duration::ZERO,
    Duration::from_secs(3),
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(60),
    Duration::from_nanos(1),
    Duration::from_millis(1),
    Duration::from_millis(999),
    Duration::from_secs(2),
    Duration::from_secs(7),
    Duration::from_secs(30),
    Duration::from_secs(59),
    Duration::from_secs(3600),
    Duration::from_secs(86_400 * 365),
    Duration::from_secs(u64::MAX / 2),
    Duration::MAX,
];
