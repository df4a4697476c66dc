//! A Server-Sent Events client for any async runtime and any transport.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod timer;
mod transport;

pub use sse_proto as proto;
pub use sse_proto::Instant;
pub use timer::Timer;
pub use transport::{BoxError, ConnectTimeout, EffectiveUrl, Transport};
