//! Drives an event source with chosen times, and compares its outputs, as text, with tables.
#![allow(missing_docs)]

mod deciding;
mod delays;
mod ends;
mod life;
mod responses;
mod resuming;
mod states;
mod timeouts;
