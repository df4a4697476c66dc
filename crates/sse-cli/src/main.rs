//! The `sse` command: see `sse --help`.
//!
//! Exit status: 0 for a normal end, 1 for a failure, 2 for a wrong usage, 130 for Ctrl-C.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod checkpoint;
mod demo;
mod doctor;
mod follow;
mod print;
mod serve;
mod web;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    // On a thread of its own: a write to a full pipe blocks the one of the command.
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(130);
        }
    });
    match Args::parse().command {
        Command::Follow(args) => follow::follow(*args).await,
        Command::Doctor(args) => doctor::doctor(*args).await,
        Command::Demo(args) => demo::demo(args).await,
        Command::Serve(args) => serve::serve(args).await,
    }
}

/// Says on stderr what went wrong.
fn failure(what: impl std::fmt::Display) -> ExitCode {
    eprintln!("error: {what}");
    ExitCode::FAILURE
}
