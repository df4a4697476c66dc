//! The settings of the client, and the rate of faults.

use std::time::Duration;

use sse_driver::proto::{Limits, Oversize, ReconnectPolicy};

use super::rules::Rules;
use super::world::Dice;
use crate::reference;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) policy: ReconnectPolicy,
    pub(super) limits: Limits,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) response_timeout: Option<Duration>,
    pub(super) read_method: ReadMethod,
    /// If `finish_before` or `finish_after` is set, the last event of the log matches it.
    pub(super) rules: Rules,
    pub(super) delivers_unfinished: bool,
    /// Whether the application calls `start` rather than `open`.
    pub(super) starts: bool,
    /// Whether the application sets `retry_when`, which decides at random.
    pub(super) decides: bool,
    /// The percentage of connections that have a fault.
    pub(super) faults: u64,
    /// The percentage of reads before which the application does something else.
    pub(super) restlessness: u64,
}

/// The method with which the application reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadMethod {
    Events,
    Reading,
    Frames,
    Lent,
    Updates,
}

/// The limit on the length of an event, in bytes. Most events are far shorter, and some are far
/// longer.
const LIMIT: usize = 2048;

impl Settings {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let seconds = Duration::from_secs;
        let oversize = dice.pick(&[Oversize::Fail, Oversize::Skip]);
        Self {
            policy: policy(dice),
            limits: Limits::default().max_event_len(LIMIT).oversize(oversize),
            idle_timeout: dice.pick(&[None, Some(seconds(5)), Some(seconds(30))]),
            response_timeout: dice.pick(&[None, Some(seconds(2)), Some(seconds(20))]),
            read_method: dice.pick(&[
                ReadMethod::Events,
                ReadMethod::Reading,
                ReadMethod::Frames,
                ReadMethod::Lent,
                ReadMethod::Updates,
            ]),
            rules: Rules::draw(dice),
            delivers_unfinished: dice.percent(25),
            starts: dice.percent(50),
            decides: dice.percent(50),
            faults: dice.pick(&[0, 30, 60, 90]),
            restlessness: dice.pick(&[0, 5, 30]),
        }
    }
}

impl Settings {
    /// Returns whether the client shows comments and reconnection times. It does if the application
    /// reads frames.
    pub(super) fn shows_all(&self) -> bool {
        !matches!(self.read_method, ReadMethod::Events | ReadMethod::Reading)
    }

    /// Decodes bytes with the reference decoder.
    pub(super) fn decode(&self, bytes: &[u8]) -> reference::Outcome {
        let skips = self.limits.oversize == Oversize::Skip;
        reference::decode(bytes, self.limits.max_event_len, skips, String::new())
    }

    /// Returns whether the end of the stream may complete an event.
    pub(super) fn completes_events(&self) -> bool {
        self.delivers_unfinished || self.rules.expect_an_end()
    }
}

fn policy(dice: &mut Dice) -> ReconnectPolicy {
    let millis = Duration::from_millis;
    match dice.below(10) {
        0 => return ReconnectPolicy::default(),
        1 => return ReconnectPolicy::whatwg(),
        _ => {}
    }
    let mut policy = ReconnectPolicy::default()
        .reconnection_time(millis(dice.pick(&[0, 100, 1000, 3000, 90_000])))
        .factor(dice.pick(&[0, 1, 2, 2, 3, u32::MAX]))
        .max_delay(millis(dice.pick(&[5000, 60_000])))
        .min_delay(millis(dice.pick(&[0, 100, 700])))
        .max_server_delay(millis(dice.pick(&[60_000, 3_600_000])))
        .jitter_percent(dice.pick(&[0, 20, 20, 100]));
    policy.max_attempts = dice.pick(&[None, None, None, Some(0), Some(1), Some(2), Some(5)]);
    policy.max_total_reconnections = dice.pick(&[None, None, None, None, Some(0), Some(3), Some(20)]);
    policy
        .reset_after(millis(dice.pick(&[10_000, 60_000])))
        .retry_initial(dice.percent(60))
        .retry_status(dice.percent(85))
}
