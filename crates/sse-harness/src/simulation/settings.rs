//! What a client is told, and how rough its world is.

use std::time::Duration;

use sse_driver::proto::{Limits, Oversize, ReconnectPolicy};

use super::rules::Rules;
use super::world::Dice;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) policy: ReconnectPolicy,
    pub(super) limits: Limits,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) response_timeout: Option<Duration>,
    pub(super) way: Way,
    /// With those that finish, the last event says that it is.
    pub(super) rules: Rules,
    pub(super) delivers_unfinished: bool,
    /// The session is there before it is open.
    pub(super) starts: bool,
    /// The application decides what is retried, by chance.
    pub(super) decides: bool,
    /// How many connections in a hundred meet with a fault.
    pub(super) faults: u64,
    /// How many times in a hundred the application does something other than reading on.
    pub(super) restlessness: u64,
}

/// How the application reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Events,
    Reading,
    Frames,
    Lent,
    Updates,
}

/// Most events are far shorter and some are far longer.
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
            way: dice.pick(&[Way::Events, Way::Reading, Way::Frames, Way::Lent, Way::Updates]),
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
    /// Whether comments and reconnection times are shown: where the application would see them.
    pub(super) fn shows_all(&self) -> bool {
        !matches!(self.way, Way::Events | Way::Reading)
    }

    /// Whether the end of the stream may complete an event.
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
