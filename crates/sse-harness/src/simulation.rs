//! Simulates whole clients: a real [`Client`] and its sessions over a network and a clock that
//! exist only in memory. A seed determines everything that happens. [`run_body`] simulates the
//! events of one body, without a session.
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
mod body;
mod ends;
mod log;
mod network;
mod report;
mod rules;
mod server;
mod session;
mod settings;
mod world;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use sse_driver::Client;

use application::Application;
use network::Network;
use world::Shared;

pub use body::run_body;
pub use report::Report;

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

/// A simulation: [`run`] or [`run_body`].
pub type Run = fn(seed: u64, trace: bool) -> Report;

/// Runs the simulations of all these seeds, on one thread for each processor.
///
/// ```
/// use sse_harness::simulation::{run, run_all};
///
/// assert!(run_all(0..20, run).events > 20);
/// ```
///
/// # Panics
///
/// Panics with the seed of a simulation that fails, after it has replayed that seed with a trace.
pub fn run_all(seeds: Range<u64>, run: Run) -> Report {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed = AtomicBool::new(false);
    let failed = &failed;
    let share = |first: usize| {
        let seeds = seeds.clone().skip(first).step_by(threads);
        seeds.take_while(|_| !failed.load(Ordering::Relaxed)).map(|seed| run_or_replay(seed, run, failed))
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || share(first).fold(Report::default(), Report::sum)))
            .collect();
        let reports =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        reports.fold(Report::default(), Report::sum)
    })
}

/// Runs a simulation and replays it with a trace if it fails. Only the first failure is replayed.
fn run_or_replay(seed: u64, run: Run, failed: &AtomicBool) -> Report {
    catch_unwind(AssertUnwindSafe(|| run(seed, false))).unwrap_or_else(|panic| {
        if failed.swap(true, Ordering::Relaxed) {
            resume_unwind(panic);
        }
        println!("seed {seed} failed. Its trace:");
        run(seed, true);
        panic!("seed {seed} failed, but its replay did not: the simulation is not deterministic");
    })
}
