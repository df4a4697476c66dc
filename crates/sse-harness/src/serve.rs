//! A scripted server in short.

use std::net::TcpListener;

use crate::{MockServer, Reply};

/// Starts a [`MockServer`] that answers request n with reply n. The last reply is for all requests after it too, so that a
/// client that asks too often is seen in [`requests`](MockServer::requests).
///
/// ```
/// use sse_harness::{Reply, serve};
///
/// let server = serve([Reply::events().event("1", "one"), Reply::status(204)]);
/// # drop(server);
/// ```
///
/// # Panics
///
/// If there is no reply at all, or no port is free.
#[must_use]
pub fn serve(replies: impl IntoIterator<Item = Reply>) -> MockServer {
    script(MockServer::new(), replies)
}

/// The same on a listener.
pub(crate) fn serve_on(listener: TcpListener, replies: impl IntoIterator<Item = Reply>) -> MockServer {
    script(MockServer::on(listener), replies)
}

fn script(server: MockServer, replies: impl IntoIterator<Item = Reply>) -> MockServer {
    let mut replies: Vec<_> = replies.into_iter().collect();
    let last = replies.pop().expect("a script has at least one reply");
    replies.into_iter().fold(server, MockServer::reply).repeat(last)
}
