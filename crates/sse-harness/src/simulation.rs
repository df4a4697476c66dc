//! Simulates whole clients: a real [`Client`] and its sessions over a network and a clock that
//! exist only in memory. A seed determines everything that happens.
//!
//! The server has a log of numbered events and resumes after `Last-Event-ID`. The network delays,
//! cuts and refuses its answers. The application pauses, reconnects and closes. A model checks
//! every step. It is written from the documentation of the client alone, which promises:
//!
//!  - each event exactly once and in order, over reconnections and over new sessions;
//!  - no event that the network has not delivered in full, and nothing after the end;
//!  - correct requests, above all the right `Last-Event-ID`;
//!  - delays within the bounds of the policy, and each attempt and each timeout exactly on time;
//!  - exactly as many attempts as the policy allows, and the right reason and error at the end;
//!  - states in a legal order, and at most one connection, which closes as soon as it is unused.
//!
//! ```
//! let report = sse_harness::simulation::run(7, false);
//! assert!(report.events > 0);
//! ```

mod application;
mod ends;
mod log;
mod network;
mod rules;
mod server;
mod session;
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

/// Counts what happened in one or more simulations.
///
/// ```
/// let report = sse_harness::simulation::run(1, false);
/// assert!(report.happenings.contains_key("open"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The number of events that the client delivered.
    pub events: u64,
    /// The number of times that each kind of thing happened.
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

/// Runs one simulation. With `trace`, it prints each step.
///
/// # Panics
///
/// Panics if the client breaks a promise.
pub fn run(seed: u64, trace: bool) -> Report {
    let shared = Shared::new(seed, trace);
    let clock = shared.world().clock.clone();
    let client = Client::builder_with(Network::new(&shared), clock.clone()).build();
    clock.run(Application::new(&shared, &client).follow());
    let world = shared.world();
    assert_eq!(world.open, 0, "a connection is left open");
    Report { events: world.events, happenings: world.happenings.clone() }
}

/// Runs the simulations of all these seeds, on one thread for each processor.
///
/// ```
/// assert!(sse_harness::simulation::run_all(0..20).events > 20);
/// ```
///
/// # Panics
///
/// Panics with the seed of a simulation that fails, after it has replayed that seed with a trace.
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

/// Runs a simulation and replays it with a trace if it fails. Only the first failure is replayed.
fn run_or_replay(seed: u64, failed: &AtomicBool) -> Report {
    catch_unwind(AssertUnwindSafe(|| run(seed, false))).unwrap_or_else(|panic| {
        if failed.swap(true, Ordering::Relaxed) {
            resume_unwind(panic);
        }
        println!("seed {seed} failed; SEED={seed} replays it:");
        run(seed, true);
        panic!("seed {seed} failed, but its replay did not: the simulation is not deterministic");
    })
}
