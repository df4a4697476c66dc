//! The `sse` command: see `sse --help`.
//!
//! Exit status: 0 for a normal end, 1 for a failure, 2 for a wrong usage, 130 for Ctrl-C.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod args;
mod checkpoint;
mod demo;
mod follow;
mod print;
mod serve;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let command = async {
        match Args::parse().command {
            Command::Follow(args) => follow::follow(*args).await,
            Command::Demo => demo::demo().await,
            Command::Serve(args) => serve::serve(args).await,
        }
    };
    tokio::select! {
        status = command => status,
        _ = tokio::signal::ctrl_c() => ExitCode::from(130),
    }
}

/// Says on stderr what went wrong.
fn failure(what: impl std::fmt::Display) -> ExitCode {
    eprintln!("error: {what}");
    ExitCode::FAILURE
}
