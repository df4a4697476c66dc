//! Decoders of other crates.

use crate::decode::Subject;

#[cfg(feature = "peers")]
mod others;
mod sse_core;

pub use sse_core::{SseCore, SseCoreShared};

#[cfg(feature = "peers")]
const OTHERS: &[Subject] = &others::ALL;
#[cfg(not(feature = "peers"))]
const OTHERS: &[Subject] = &[];

/// Returns the peers that are compiled in.
pub fn all() -> impl Iterator<Item = Subject> {
    [Subject::of::<SseCore>(), Subject::of::<SseCoreShared>()].into_iter().chain(OTHERS.iter().copied())
}
