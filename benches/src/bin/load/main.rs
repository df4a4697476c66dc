//! Measures clients under load, those of this workspace and (feature `peers`) others: the cost of
//! an event, of an idle session and of a fast stream, and the delay of events. Prints Markdown.
//!
//!     cargo run --release -p sse-benches --features peers --bin load -- all
//!
//! With the feature `live-bytes`, `-- run idle` also prints the allocated bytes per session.
//!
//! Each client runs in a fresh process and the server in another one. This program starts itself
//! for both. CPU time and memory are those of the client's process, as Linux reports them.

mod args;
mod client;
mod clients;
mod parent;
mod process;
mod report;
mod runtime;
mod scenario;
mod tally;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::All(settings) => report::print(&args::Scenario::all(), &settings),
        Command::Run { scenario, settings } => report::print(&[scenario], &settings),
        Command::Serve { scenario } => parent::serve(scenario),
        Command::Client { client, scenario, url, settings } => {
            clients::measure(&client, scenario, url, &settings)
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
