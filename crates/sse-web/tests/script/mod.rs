//! What the suite, which runs in a browser, and the server, which cannot, say to each other.

use serde::{Deserialize, Serialize};

/// What the suite asks of the server that starts servers.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Command {
    /// Starts a server that answers request n with reply n, and those after the last reply with
    /// that one again. The answer is its [`Address`].
    Start(Vec<Reply>),
    /// The requests that this server has had, as a list of [`Received`].
    Requests(usize),
    /// Waits a few seconds for this server to see that the connection of this request is closed.
    /// The answer is whether it was.
    Closed { server: usize, request: usize },
    /// Ends this server. The answer is `()`.
    Stop(usize),
}

/// Where a server is.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Address {
    pub(crate) number: usize,
    pub(crate) origin: String,
}

/// A request, as it came. What the browser asks in advance (`OPTIONS`) is among them, and has no
/// reply of the script.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A reply of the scripted server: see `sse_testkit::Reply`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Reply {
    /// `None` where the steps write the head themselves.
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Step {
    Send(Vec<u8>),
    SendEachByte(Vec<u8>),
    /// In milliseconds.
    Pause(u64),
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum End {
    Close,
    Cut,
    Reset,
    Stall,
}
