//! What the client does in a window, in a worker and in Node, against scripted servers of another
//! origin. `.ci/web` runs it.
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
