//! The `sse` command: see `sse --help`.
//!
//! The exit status is 0 for a normal end, 1 for a failure, 2 for wrong usage, 3 if the session gave
//! up or the stream was truncated, 4 for a timeout, and 128 plus the signal number for a signal
//! (130 for Ctrl-C).
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

fn main() -> ExitCode {
    let command = Args::from_env().command;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failure(format!("cannot start: {error}")),
    };
    let status = runtime.block_on(run(command));
    // Looking up a name cannot be cancelled, and dropping the runtime would wait for it.
    runtime.shutdown_background();
    status
}

async fn run(command: Command) -> ExitCode {
    match command {
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

/// Prints an error on stderr and returns the exit status of a failure.
fn failure(error: impl std::fmt::Display) -> ExitCode {
    print::Stderr::new(false).say(&format!("error: {error}"));
    ExitCode::FAILURE
}
