//! A short way to start a scripted server.

use std::net::TcpListener;

use crate::{MockServer, Reply};

/// Starts a [`MockServer`] that answers request n with reply n. The last reply answers all later
/// requests too, so that [`requests`](MockServer::requests) shows a client that sends too many.
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
/// Panics if there is no reply, or no port is free.
#[must_use]
pub fn serve(replies: impl IntoIterator<Item = Reply>) -> MockServer {
    script(MockServer::new(), replies)
}

/// Like [`serve`], on an existing listener.
pub(crate) fn serve_on(listener: TcpListener, replies: impl IntoIterator<Item = Reply>) -> MockServer {
    script(MockServer::on(listener), replies)
}

fn script(server: MockServer, replies: impl IntoIterator<Item = Reply>) -> MockServer {
    let mut replies: Vec<_> = replies.into_iter().collect();
    let last = replies.pop().expect("a script has at least one reply");
    replies.into_iter().fold(server, MockServer::reply).repeat(last)
}
