#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod gate;
#[cfg(feature = "recording")]
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
#[cfg(feature = "recording")]
pub use recording::{RecordedEnd, RecordedResponse, Recording, RecordingError, RecordingWriter};
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
