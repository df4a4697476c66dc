//! An output that owns its text, so that it can be kept while the event source continues.

use sse_proto::{Frame, Output};

#[derive(Debug, PartialEq)]
pub(super) enum Owned {
    Frame(Frame),
    Other(Output<'static>),
}

impl From<Output<'_>> for Owned {
    fn from(output: Output<'_>) -> Self {
        Self::Other(match output {
            Output::Frame(frame) => return Self::Frame(frame.to_owned()),
            Output::Connect(attempt) => Output::Connect(attempt),
            Output::Opened => Output::Opened,
            Output::Failed { cause, verdict } => Output::Failed { cause, verdict },
            Output::Disconnected { cause, retry_at } => Output::Disconnected { cause, retry_at },
            Output::Wait(deadline) => Output::Wait(deadline),
            Output::Closed(reason) => Output::Closed(reason),
        })
    }
}
