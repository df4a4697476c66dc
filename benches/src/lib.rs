//! The shared parts of the benchmarks: streams, ways to cut them, decoders behind one trait, and
//! the server of the load test.

pub mod bounds;
pub mod check;
pub mod decode;
pub mod load;
pub mod ours;
pub mod peers;
pub mod pieces;
pub mod sink;
pub mod workloads;

pub use check::{Check, Verdict};
pub use decode::{Decode, Subject};
pub use pieces::{Cut, Pieces};
pub use sink::{Sink, Tally};
pub use workloads::Workload;
