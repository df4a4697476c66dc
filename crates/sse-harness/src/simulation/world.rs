//! The state that all parts of a simulation share: the random numbers, the clock, the log, and the
//! model of the client.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sse_driver::{Instant, Timer};

use super::log::{self, Entry, Kind};
use super::session::SessionModel;
use super::settings::Settings;
use crate::{MockTimer, SplitMix64};

/// A shared reference to the world. The network, the application and the hooks of the client hold
/// it.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(super) fn new(seed: u64, trace: bool) -> Self {
        Self(Arc::new(Mutex::new(World::new(seed, trace))))
    }

    /// Locks the world. Release the lock before you poll the client, which locks it again.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) clock: MockTimer,
    pub(super) settings: Settings,
    /// The log of the server. The entry at index n has the ID n + 1.
    pub(super) log: Vec<Entry>,
    pub(super) session: SessionModel,
    /// The number of entries that the application has read or skipped.
    pub(super) done: usize,
    /// The last state that the client reported.
    pub(super) last_state: String,
    /// The number of open connections, including those that wait for a response.
    pub(super) open: usize,
    pub(super) connections: u64,
    pub(super) events: u64,
    pub(super) happenings: BTreeMap<&'static str, u64>,
    trace: bool,
}

/// After this many connections no more faults happen, so that every simulation ends.
const MAX_FAULTY_CONNECTIONS: u64 = 60;

/// The longest line of the trace, in characters.
const LONGEST_LINE: usize = 400;

impl World {
    fn new(seed: u64, trace: bool) -> Self {
        let mut dice = Dice::new(seed);
        let settings = Settings::draw(&mut dice);
        let log = log::draw(&mut dice, &settings);
        let session = SessionModel::new(&settings, 0, Instant::ZERO);
        let world = Self {
            dice,
            clock: MockTimer::with_seed(seed),
            settings,
            log,
            session,
            done: 0,
            last_state: String::new(),
            open: 0,
            connections: 0,
            events: 0,
            happenings: BTreeMap::new(),
            trace,
        };
        world.trace_line("seed", || format!("{seed}: {:?}", world.settings));
        world
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Returns `true` with this probability, in percent, as long as faults may happen.
    pub(super) fn fault_chance(&mut self, percent: u64) -> bool {
        self.connections < MAX_FAULTY_CONNECTIONS && self.dice.percent(percent)
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.happenings.entry(what).or_default() += 1;
    }

    /// Counts and traces an action of the application.
    pub(super) fn record(&mut self, what: &'static str) {
        self.count(what);
        self.trace_line("app", || what.to_owned());
    }

    /// Marks the entries up to `id` as done. With `is_event`, the last of them was delivered as an
    /// event. The entries in between must not be events, unless the predicates hide them.
    pub(super) fn move_to(&mut self, id: usize, is_event: bool) {
        let done = std::mem::replace(&mut self.done, id);
        assert!(id >= done && (id > done || !is_event), "{id} again, after {done}");
        let mut passed = self.log[done..if is_event { id - 1 } else { id }].iter();
        let is_lost = passed.any(|entry| entry.kind == Kind::Event && !entry.is_hidden);
        assert!(!is_lost, "events before {id} are lost");
    }

    pub(super) fn is_done(&self) -> bool {
        self.done == self.log.len()
    }

    /// Prints a line of the trace.
    pub(super) fn trace_line(&self, who: &str, what: impl FnOnce() -> String) {
        if self.trace {
            let what: String = what().chars().take(LONGEST_LINE).collect();
            println!("{:>12.3} s  {who:<7} {what}", self.now().since_origin().as_secs_f64());
        }
    }

    /// Advances the clock at once.
    pub(super) fn jump(&mut self, by: Duration) {
        self.count("clock jump");
        self.trace_line("clock", || format!("jumps by {by:?}"));
        self.clock.advance(by);
        self.session.back_at = self.now();
    }
}

#[derive(Clone, Debug)]
pub(super) struct Dice(SplitMix64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// Draws an index below `bound`.
    pub(super) fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).expect("an index fits into usize")
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
