//! Whole clients in a world that is drawn from a seed: a real [`Client`] and its sessions over a
//! network and a clock that exist only here.
//!
//! The server has a log of numbered events and answers by `Last-Event-ID`. The network does to its answers what networks
//! do, the application is as restless as applications are, and every step is held against a model of what the client
//! promises, which is written from its documentation alone:
//!
//!  - each event exactly once and in order, over reconnections and over new sessions;
//!  - nothing that the network has not handed over in full, and nothing after the end;
//!  - each request as it should be, above all its `Last-Event-ID`;
//!  - each delay within the policy's bounds, each attempt when it is due and neither sooner nor later, each timeout on
//!    time;
//!  - no attempt more and none less than the policy allows, and the right reason and error at the end;
//!  - the states in a legal order, and one connection at a time that is gone at once when nobody wants it.
//!
//! ```
//! let report = sse_harness::simulation::run(7, false);
//! assert!(report.events > 0);
//! ```

mod application;
mod ends;
mod life;
mod log;
mod network;
mod rules;
mod server;
mod settings;
mod world;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use sse_driver::Client;

use application::Application;
use network::Network;
use world::Shared;

/// What happened in a simulation, or in several.
///
/// ```
/// let report = sse_harness::simulation::run(1, false);
/// assert!(report.happenings.contains_key("open"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Events that were delivered.
    pub events: u64,
    /// How often each thing happened that can happen.
    pub happenings: BTreeMap<&'static str, u64>,
}

impl Report {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        for (what, times) in &other.happenings {
            *self.happenings.entry(what).or_default() += times;
        }
    }
}

/// Lives one life. With `trace`, what happens is printed as it does.
///
/// # Panics
///
/// When the client breaks a promise.
pub fn run(seed: u64, trace: bool) -> Report {
    let shared = Shared::new(seed, trace);
    let clock = shared.world().clock.clone();
    let client = Client::builder_with(Network::new(&shared), clock.clone()).build();
    clock.run(Application::new(&shared, &client).follow());
    let world = shared.world();
    assert_eq!(world.open, 0, "a connection is left open");
    Report { events: world.events, happenings: world.happenings.clone() }
}

/// Lives the lives of all these seeds, on as many threads as there are processors.
///
/// ```
/// assert!(sse_harness::simulation::run_all(0..20).events > 20);
/// ```
///
/// # Panics
///
/// When one fails, with its seed; it is replayed with its trace first.
pub fn run_all(seeds: Range<u64>) -> Report {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed = AtomicBool::new(false);
    let failed = &failed;
    let share = |first: usize| {
        let seeds = seeds.clone().skip(first).step_by(threads);
        seeds.take_while(|_| !failed.load(Ordering::Relaxed)).map(|seed| run_or_replay(seed, failed))
    };
    let mut all = Report::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || share(first).fold(Report::default(), sum)))
            .collect();
        for worker in workers {
            all.add(&worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
    });
    all
}

fn sum(mut all: Report, one: Report) -> Report {
    all.add(&one);
    all
}

/// One failure is enough: other threads stop.
fn run_or_replay(seed: u64, failed: &AtomicBool) -> Report {
    catch_unwind(AssertUnwindSafe(|| run(seed, false))).unwrap_or_else(|panic| {
        if failed.swap(true, Ordering::Relaxed) {
            resume_unwind(panic);
        }
        println!("seed {seed} failed; SEED={seed} replays it:");
        run(seed, true);
        panic!("seed {seed} failed, and not when it was replayed: the simulation is not deterministic");
    })
}
