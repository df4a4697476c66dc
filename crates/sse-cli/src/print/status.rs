//! The text of the status line.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sse_tokio::State;

/// The time over which the rate is averaged.
const WINDOW: Duration = Duration::from_secs(10);
/// The interval between two samples of the count.
const SAMPLE: Duration = Duration::from_millis(500);

/// The longest time to the next attempt that is shown. A retry policy may return a time that would
/// overflow an `Instant`.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The state of a session as the status line shows it.
pub(crate) struct Status {
    phase: Phase,
    events: u64,
    last_event_id: String,
    started: Instant,
    samples: VecDeque<(Instant, u64)>,
}

/// The phase of a session.
#[derive(Clone, Copy)]
pub(crate) enum Phase {
    Connecting,
    Open,
    Waiting { until: Instant },
}

impl Phase {
    /// Returns the phase of a session in this state.
    pub(crate) fn of(state: &State) -> Self {
        match state {
            State::Open { .. } => Self::Open,
            State::Disconnected { retry_in, .. } => {
                Self::Waiting { until: Instant::now() + (*retry_in).min(LONGEST_WAIT) }
            }
            _ => Self::Connecting,
        }
    }
}

impl Status {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            phase: Phase::Connecting,
            events: 0,
            last_event_id: String::new(),
            started: now,
            samples: VecDeque::new(),
        }
    }

    /// Sets the phase.
    pub(crate) fn phase(&mut self, phase: Phase) {
        self.phase = phase;
    }

    /// Counts an event.
    pub(crate) fn event(&mut self, last_event_id: &str) {
        self.events += 1;
        if self.last_event_id != last_event_id {
            last_event_id.clone_into(&mut self.last_event_id);
        }
    }

    /// Returns the line, cut to `columns` columns. It is ASCII, so that each character takes one
    /// column.
    pub(crate) fn line(&mut self, now: Instant, columns: usize) -> String {
        let phase = match self.phase {
            Phase::Connecting => "connecting".to_owned(),
            Phase::Open => "open".to_owned(),
            Phase::Waiting { until } => {
                format!("reconnecting in {:.1} s", until.saturating_duration_since(now).as_secs_f64())
            }
        };
        let plural = if self.events == 1 { "" } else { "s" };
        let rate = short(self.rate(now));
        let mut line = format!("[{phase} | {} event{plural} | {rate}/s", self.events);
        if !self.last_event_id.is_empty() {
            line.push_str(" | last ID ");
            line.extend(
                self.last_event_id.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }),
            );
        }
        line.push(']');
        if line.len() > columns {
            line.truncate(columns.saturating_sub(3));
            line.push_str(&"..."[..columns.min(3)]);
        }
        line
    }

    /// Returns the number of events per second in the last seconds.
    fn rate(&mut self, now: Instant) -> f64 {
        if self.samples.back().is_none_or(|(at, _)| now.duration_since(*at) >= SAMPLE) {
            self.samples.push_back((now, self.events));
        }
        while self.samples.len() > 1 && self.samples[1].0 + WINDOW <= now {
            self.samples.pop_front();
        }
        let (since, before) = match self.samples.front() {
            Some((at, count)) if now.duration_since(self.started) > WINDOW => (*at, *count),
            _ => (self.started, 0),
        };
        let seconds = now.duration_since(since).as_secs_f64();
        if seconds > 0.0 { (self.events - before) as f64 / seconds } else { 0.0 }
    }
}

/// Formats a rate with few digits.
fn short(rate: f64) -> String {
    if rate >= 10.0 { format!("{rate:.0}") } else { format!("{rate:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_the_state_and_fits_the_columns() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let mut status = Status::new(start);
        assert_eq!(status.line(start, 80), "[connecting | 0 events | 0.0/s]");
        status.phase(Phase::Open);
        status.event("4\u{9b}2");
        assert_eq!(status.line(after(500), 80), "[open | 1 event | 2.0/s | last ID 4?2]");
        status.phase(Phase::Waiting { until: after(4_000) });
        assert_eq!(status.line(after(1_500), 40), "[reconnecting in 2.5 s | 1 event | 0....");
        for columns in 0..60 {
            assert!(status.line(after(1_500), columns).len() <= columns);
        }
    }

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let start = Instant::now();
        let mut status = Status::new(start);
        status.phase(Phase::Open);
        for tenth in 0..600 {
            // Ten events per second for half a minute, then none.
            if tenth < 300 {
                status.event("");
            }
            let line = status.line(start + Duration::from_millis(100 * tenth), 80);
            if tenth == 299 {
                assert_eq!(line, "[open | 300 events | 10/s]");
            }
            if tenth == 599 {
                assert_eq!(line, "[open | 300 events | 0.0/s]");
            }
        }
        assert!(status.samples.len() < 30);
    }
}
