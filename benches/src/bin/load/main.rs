//! Clients under load, ours and (feature `peers`) others: what an event, an idle session and a fast stream cost, and how
//! late events are. Prints Markdown.
//!
//!     cargo run --release -p sse-benches --features peers --bin load -- all
//!
//! With the feature `live-bytes`, `-- run idle` also says what is allocated for each session.
//!
//! Each figure is of a client in a fresh process, with the server in another one: this program starts itself for both.
//! Processor time and memory are those of the client's process, as Linux has them.

mod args;
mod client;
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
            client::measure(&client, scenario, url, &settings)
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
