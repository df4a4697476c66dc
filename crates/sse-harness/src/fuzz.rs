//! What the fuzz targets do with their bytes, as functions, so that `cargo test` replays inputs without a fuzzer.
//!
//! Each function takes any bytes, and panics when something does not hold. The targets in `fuzz/` hand them what libFuzzer
//! makes up; [`replay`] hands them the inputs that are kept. What a fuzzer finds in the decoder becomes a row of the
//! [wire table](crate::wire), what it finds elsewhere a seed.
//!
//! ```
//! sse_harness::fuzz::decode(b"\x40\x01\x03data: a\n\n");
//! ```

mod chunking;
mod decode;
#[cfg(feature = "fuzz-peers")]
mod differential;
mod draw;
#[cfg(feature = "fuzz-hyper")]
mod exchange;
#[cfg(feature = "fuzz-http")]
mod http;
mod reader;
mod replay;
mod roundtrip;
mod source;

pub use chunking::chunking;
pub use decode::decode;
#[cfg(feature = "fuzz-peers")]
pub use differential::differential;
#[cfg(feature = "fuzz-hyper")]
pub use exchange::exchange;
#[cfg(feature = "fuzz-http")]
pub use http::http;
pub use replay::replay;
pub use roundtrip::roundtrip;
pub use source::source;
