#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod gate;
mod recording;
mod reply;
mod request;
mod script;
mod server;
#[cfg(feature = "client")]
mod timer;
#[cfg(feature = "client")]
mod transport;

pub use gate::Gate;
pub use recording::{Recording, RecordingError, RecordingWriter};
pub use reply::Reply;
pub use request::RecordedRequest;
pub use server::MockServer;
#[cfg(feature = "client")]
pub use sse_driver::{Instant, Timer};
pub use sse_proto::{EventRef, FrameRef};
#[cfg(feature = "client")]
pub use timer::{MockSleep, MockTimer};
#[cfg(feature = "client")]
pub use transport::{MockBody, MockTransport};
