//! Tests of the client in a window, in a worker and in Node, with scripted servers of another
//! origin. `.ci/web` runs them.
#![cfg(target_arch = "wasm32")]

mod case;
#[path = "../script/mod.rs"]
mod script;

mod closing;
mod fetch;
mod hooks;
mod load;
mod opening;
mod reading;
mod refusals;
mod requests;
mod reqwest;
mod resuming;
mod silence;
