//! The bodies of the fuzz targets as functions, so that `cargo test` can replay inputs without a
//! fuzzer.
//!
//! Each function takes any bytes, and panics if a property does not hold. The targets in `fuzz/`
//! call it with the inputs of libFuzzer, and [`replay`] with the kept inputs. A finding in the
//! decoder becomes a row of the [wire table](crate::wire). Any other finding becomes a seed.
//!
//! ```
//! sse_harness::fuzz::decode(b"\x40\x01\x03data: a\n\n");
//! ```

mod chunking;
mod decode;
#[cfg(feature = "fuzz-peers")]
mod differential;
#[cfg(feature = "client")]
mod draw;
#[cfg(feature = "fuzz-hyper")]
mod exchange;
#[cfg(feature = "fuzz-http")]
mod http;
mod reader;
mod replay;
mod roundtrip;
#[cfg(feature = "client")]
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
#[cfg(feature = "client")]
pub use source::source;
