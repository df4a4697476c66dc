//! What is measured here and what it is measured with: streams, ways to cut them, and decoders behind one trait.

pub mod bounds;
pub mod check;
pub mod decode;
pub mod load;
pub mod ours;
pub mod peers;
pub mod pieces;
pub mod workloads;

pub use check::{Check, Verdict};
pub use decode::{Decode, Sink, Subject, Tally};
pub use pieces::{Cut, Pieces};
pub use workloads::Workload;
