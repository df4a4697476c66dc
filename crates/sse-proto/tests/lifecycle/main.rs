//! The life of an event source with invented time, row by row: what goes in, and what comes out of it, as text.
#![allow(missing_docs)]

mod deciding;
mod delays;
mod ends;
mod life;
mod responses;
mod resuming;
mod states;
mod timeouts;
