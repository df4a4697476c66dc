//! A network and a time that exist only in the test.

mod clock;
mod net;

pub use clock::{FakeClock, FakeSleep};
pub use net::{FakeBody, FakeNet, FakeReply};
