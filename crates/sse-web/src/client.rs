//! Aliases of the client's types with the transport and the timer of this crate.

use crate::{Fetch, WebTimer};

/// A client over fetch.
///
/// ```no_run
/// use sse_web::{Client, Fetch, RequestCredentials, WebTimer};
///
/// let client = Client::new();
/// let with_cookies = Fetch::default().credentials(RequestCredentials::Include);
/// let client = Client::builder_with(with_cookies, WebTimer::default()).build();
/// # let _ = client;
/// ```
pub type Client = sse_driver::Client<Fetch, WebTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = sse_driver::ClientBuilder<Fetch, WebTimer>;
/// A request of a [`Client`].
pub type RequestBuilder = sse_driver::RequestBuilder<Fetch, WebTimer>;
/// A session of a [`Client`].
pub type Session = sse_driver::Session<Fetch, WebTimer>;
