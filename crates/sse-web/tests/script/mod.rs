//! The messages between the suite, which runs in a browser, and the control server, which starts
//! scripted servers for it.

use serde::{Deserialize, Serialize};

/// A command of the suite to the control server.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Command {
    /// Starts a server that answers request n with reply n. The last reply answers all later
    /// requests too. The answer is the server's [`Address`].
    Start(Vec<Reply>),
    /// Returns the requests of this server, as a list of [`Received`].
    Requests(usize),
    /// Waits a few seconds until this server sees that the connection of this request is closed.
    /// The answer says whether it was closed in time.
    Closed { server: usize, request: usize },
    /// Stops this server. The answer is `()`.
    Stop(usize),
}

/// The number and the origin of a server.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Address {
    pub(crate) number: usize,
    pub(crate) origin: String,
}

/// A request that a scripted server received. This includes the browser's preflights (`OPTIONS`),
/// which the script does not answer.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A reply of a scripted server, like `sse_testkit::Reply`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Reply {
    /// The status, or `None` if the steps write the head themselves.
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Step {
    Send(Vec<u8>),
    SendEachByte(Vec<u8>),
    /// A pause in milliseconds.
    Pause(u64),
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum End {
    Close,
    Cut,
    Reset,
    Stall,
}
