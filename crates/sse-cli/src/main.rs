//! The `sse` command: see `sse --help`.
//!
//! Exit status: 0 for a normal end, 1 for a failure, 2 for a wrong usage, 3 when it gave up or the
//! stream was truncated, 4 for a timeout, and 128 and the signal's number for a signal: 130 for
//! Ctrl-C.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod checkpoint;
mod demo;
mod doctor;
mod follow;
mod insecure;
mod manual;
mod print;
mod record;
mod recording;
mod request;
mod serve;
mod signals;
mod verbose;
mod web;

use std::process::ExitCode;

use args::{Args, Command};

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    match Args::from_env().command {
        Command::Follow(args) => follow::follow(*args).await,
        Command::Record(args) => record::record(*args).await,
        Command::Serve(args) => serve::serve(*args).await,
        Command::Doctor(args) => {
            signals::exit_on_signal(|| ());
            doctor::doctor(*args).await
        }
        Command::Demo(args) => demo::demo(args).await,
        Command::Completions { shell } => manual::completions(shell),
        Command::Man => manual::man(),
    }
}

/// Says on stderr what went wrong.
fn failure(what: impl std::fmt::Display) -> ExitCode {
    print::Stderr::new(false).say(&format!("error: {what}"));
    ExitCode::FAILURE
}
