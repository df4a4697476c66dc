//! Runs hundreds of sessions over all adapters, for any time, against a server that tries to lose
//! events.
//!
//! ```text
//! cargo run -p sse-harness --example soak -- --minutes 3 [--sessions 200] [--seed 1]
//! ```
//!
//! A round starts a server and the sessions. At its end, it checks that each event that the server
//! committed has arrived at its session once and in order.
//!
//! A short round comes before the round of `--minutes`. After the long round, the process may not
//! have more threads than after the short one, nor more sockets than at the start, and no task may
//! be left. Its resident memory may grow by a quarter and 16 MiB, because allocators do not return
//! all memory. The program exits with status 1 if a check fails. It counts sockets, threads and
//! memory only on Linux.

mod adapters;
mod chaos;
mod follow;
mod process;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use adapters::{OnAsyncStd, OnReqwest, OnSmol, OnTokio};
use chaos::Chaos;
use process::{Holdings, tasks_left};
use sse_harness::suite::Adapter;

/// The length of the short round, after which everything that starts once has started.
const WARM_UP: Duration = Duration::from_secs(15);
const MINUTE: Duration = Duration::from_secs(60);
/// The maximum time to release resources.
const SETTLE: Duration = Duration::from_secs(30);

struct Settings {
    minutes: u32,
    sessions: usize,
    seed: u64,
}

fn main() -> ExitCode {
    let settings = match settings(std::env::args().skip(1)) {
        Ok(settings) => settings,
        Err(wrong) => {
            eprintln!("{wrong}\nusage: soak --minutes N [--sessions M] [--seed S]");
            return ExitCode::from(2);
        }
    };
    // If the limit cannot be raised, it may still be high enough.
    let _ = rlimit::increase_nofile_limit(16 * 1024);
    if soak(&settings) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn settings(args: impl Iterator<Item = String>) -> Result<Settings, String> {
    let mut settings = Settings { minutes: 1, sessions: 200, seed: 1 };
    let mut args = args;
    while let Some(name) = args.next() {
        let value = args.next().and_then(|value| value.parse().ok());
        let value: u64 = value.ok_or_else(|| format!("expected a number after {name}"))?;
        match name.as_str() {
            "--minutes" => settings.minutes = u32::try_from(value).map_err(|_| "too many minutes")?,
            "--sessions" => settings.sessions = value.max(4) as usize,
            "--seed" => settings.seed = value,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(settings)
}

/// Returns whether all checks pass.
fn soak(settings: &Settings) -> bool {
    println!("warming up with {} sessions, seed {}", settings.sessions, settings.seed);
    let start = Holdings::now();
    let warm = round(settings, WARM_UP);
    let before = Holdings::settled(|_| false, SETTLE / 6).with_sockets_of(&start);
    println!("before: {before}");
    let long = round(settings, MINUTE * settings.minutes);
    let after = Holdings::settled(|now| now.is_no_more_than(&before), SETTLE);
    println!("after: {after}");
    let back = after.is_no_more_than(&before);
    let (all, none_left) = (warm && long, tasks_left() == 0);
    let words = [
        (all, "every event once and in order"),
        (none_left, "no task left"),
        (back, "all resources released"),
    ];
    println!("verdict: {}", words.map(|(holds, what)| verdict(holds, what)).join(", "));
    all && none_left && back
}

fn verdict(holds: bool, what: &str) -> String {
    if holds { what.into() } else { format!("FAILED: {what}") }
}

/// Runs a server and all sessions for this time, and then until each session has every event.
/// Returns whether no event is missing.
fn round(settings: &Settings, time: Duration) -> bool {
    let chaos = Arc::new(Chaos::new(settings.sessions, settings.seed));
    let server = chaos::serve(&chaos);
    let start = Instant::now();
    let runs: [fn(String, Arc<Chaos>, usize); 4] =
        [run::<OnTokio>, run::<OnSmol>, run::<OnAsyncStd>, run::<OnReqwest>];
    let threads = runs.into_iter().enumerate().map(|(first, run)| {
        let (url, chaos) = (server.url(""), Arc::clone(&chaos));
        thread::spawn(move || run(url, chaos, first))
    });
    let threads: Vec<_> = threads.collect();
    while let Some(left) = time.checked_sub(start.elapsed()) {
        thread::sleep(left.min(MINUTE));
        println!("{:>5} s: {}; {}", start.elapsed().as_secs(), chaos.summary(), Holdings::now());
    }
    chaos.stop_commits();
    let panicked = threads.into_iter().filter_map(|thread| thread.join().err()).count();
    drop(server);
    println!("{:.1?}: {}", start.elapsed(), chaos.summary());
    chaos.audit() && panicked == 0
}

/// Runs every fourth session, on one adapter and one thread.
fn run<A: Adapter>(url: String, chaos: Arc<Chaos>, first: usize) {
    A::block_on(async {
        let sessions = (first..chaos.sessions()).step_by(4);
        futures_util::future::join_all(sessions.map(|number| follow::follow::<A>(&url, &chaos, number)))
            .await;
    });
}
