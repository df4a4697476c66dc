//! Runs the command and checks its output and its exit status.
#![allow(missing_docs)]

mod checkpoint;
mod common;
mod end;
mod follow;
mod https;
#[cfg(unix)]
mod kill;
mod manual;
#[cfg(unix)]
mod pipe;
mod record;
mod refusal;
mod request;
mod serve;
#[cfg(unix)]
mod signal;
#[cfg(unix)]
mod terminal;
mod usage;
