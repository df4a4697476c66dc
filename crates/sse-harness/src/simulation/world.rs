//! What all parts of a simulation share: the dice, the clock, the log, and the model of the client.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sse_driver::{Instant, Timer};

use super::life::Life;
use super::log::{self, Entry, Kind};
use super::settings::Settings;
use crate::{MockTimer, SplitMix64};

/// The world, as the network, the application and the client's `on_state` hold it.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(super) fn new(seed: u64, trace: bool) -> Self {
        Self(Arc::new(Mutex::new(World::new(seed, trace))))
    }

    /// Not to be held over a poll of the client, which comes back here.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) clock: MockTimer,
    pub(super) settings: Settings,
    /// The server's; the entry at index n has the id n + 1.
    pub(super) log: Vec<Entry>,
    pub(super) life: Life,
    /// The entries of the log up to here are done with.
    pub(super) done: usize,
    /// What the client said last of itself.
    pub(super) last_state: String,
    /// Open connections, those that wait for a response included.
    pub(super) open: usize,
    pub(super) connections: u64,
    pub(super) events: u64,
    pub(super) happenings: BTreeMap<&'static str, u64>,
    trace: bool,
}

/// After so many connections nothing goes wrong any more, so that every life comes to its end.
const ENOUGH: u64 = 60;

/// Of the trace.
const LONGEST_LINE: usize = 400;

impl World {
    fn new(seed: u64, trace: bool) -> Self {
        let mut dice = Dice(SplitMix64::new(seed));
        let settings = Settings::draw(&mut dice);
        let log = log::draw(&mut dice, &settings);
        let life = Life::new(&settings, 0, Instant::ZERO);
        let world = Self {
            dice,
            clock: MockTimer::with_seed(seed),
            settings,
            log,
            life,
            done: 0,
            last_state: String::new(),
            open: 0,
            connections: 0,
            events: 0,
            happenings: BTreeMap::new(),
            trace,
        };
        world.say("seed", || format!("{seed}: {:?}", world.settings));
        world
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Whether something that happens to so many in a hundred happens now.
    pub(super) fn trouble(&mut self, percent: u64) -> bool {
        self.connections < ENOUGH && self.dice.percent(percent)
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.happenings.entry(what).or_default() += 1;
    }

    /// What the application does.
    pub(super) fn told(&mut self, what: &'static str) {
        self.count(what);
        self.say("app", || what.to_owned());
    }

    /// The entries up to `id` are done with, the last of them as an event that was delivered: those between must be no
    /// events, or taken by the predicates.
    pub(super) fn move_to(&mut self, id: usize, is_event: bool) {
        let done = std::mem::replace(&mut self.done, id);
        assert!(id >= done && (id > done || !is_event), "{id} again, after {done}");
        let mut passed = self.log[done..if is_event { id - 1 } else { id }].iter();
        let is_lost = passed.any(|entry| entry.kind == Kind::Event && !entry.is_taken);
        assert!(!is_lost, "events before {id} are lost");
    }

    pub(super) fn is_done(&self) -> bool {
        self.done == self.log.len()
    }

    /// A line of the trace.
    pub(super) fn say(&self, who: &str, what: impl FnOnce() -> String) {
        if self.trace {
            let what: String = what().chars().take(LONGEST_LINE).collect();
            println!("{:>12.3} s  {who:<7} {what}", self.now().since_origin().as_secs_f64());
        }
    }

    /// The clock jumps.
    pub(super) fn jump(&mut self, by: Duration) {
        self.count("clock jump");
        self.say("clock", || format!("jumps by {by:?}"));
        self.clock.advance(by);
        self.life.back_at = self.now();
    }
}

#[derive(Clone, Debug)]
pub(super) struct Dice(SplitMix64);

impl Dice {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// Below `bound`, as an index.
    pub(super) fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).expect("it is below a usize")
    }

    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    pub(super) fn millis(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.below(most + 1))
    }
}
