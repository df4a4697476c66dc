//! The client: settings, a transport and a timer that open sessions.

use std::fmt;
use std::sync::Arc;

use http::Method;

use crate::options::{SharedOptions, setters};
use crate::{
    AnyClient, BoxTimer, BoxTransport, IntoUrl, MaybeSend, MaybeSync, RequestBuilder, Timer, Transport,
};

/// A client, which opens sessions. It is cheap to clone, and clones share the transport with its
/// connection pool, if it has one.
///
/// The crate of a runtime fixes the two types: `sse_tokio::Client` uses Tokio's network and clock.
///
/// ```no_run
/// use std::future::Future;
/// use sse_driver::{Client, Error, Timer, Transport};
///
/// async fn follow<T: Transport, M: Timer>(transport: T, timer: M) -> Result<(), Error> {
///     let client = Client::builder_with(transport, timer).show_comments(true).build();
///     let mut session = client.get("http://localhost:8080/events").open().await?;
///     while let Some(event) = session.next().await {
///         println!("{}", event?.data);
///     }
///     Ok(())
/// }
/// ```
pub struct Client<T, M> {
    transport: Arc<T>,
    timer: Arc<M>,
    options: SharedOptions,
}

impl<T, M> Client<T, M>
where
    T: Transport + MaybeSend + MaybeSync + 'static,
    T::Future: MaybeSend + 'static,
    T::Body: MaybeSend + 'static,
    M: Timer + MaybeSend + MaybeSync + 'static,
    M::Sleep: MaybeSend + 'static,
{
    /// Erases the types of transport and timer, so that a program can store a real client or one
    /// for tests in the same field: see [`AnyClient`].
    #[must_use]
    #[cfg_attr(
        target_arch = "wasm32",
        expect(clippy::arc_with_non_send_sync, reason = "it is both elsewhere")
    )]
    pub fn boxed(self) -> AnyClient {
        let transport = self.transport;
        Client {
            transport: Arc::new(BoxTransport::new(move |request| transport.connect(request))),
            timer: Arc::new(BoxTimer::new(self.timer)),
            options: self.options,
        }
    }
}

impl<T, M> Clone for Client<T, M> {
    fn clone(&self) -> Self {
        Self {
            transport: Arc::clone(&self.transport),
            timer: Arc::clone(&self.timer),
            options: self.options.clone(),
        }
    }
}

impl<T: Transport + Default, M: Timer + Default> Default for Client<T, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Transport + Default, M: Timer + Default> Client<T, M> {
    /// Creates a client with default settings, which the methods of [`ClientBuilder`] describe.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Creates a builder for a client with other settings.
    pub fn builder() -> ClientBuilder<T, M> {
        Self::builder_with(T::default(), M::default())
    }
}

impl<T: Transport, M: Timer> Client<T, M> {
    /// Creates a builder for a client with this transport and this timer.
    pub fn builder_with(transport: T, timer: M) -> ClientBuilder<T, M> {
        ClientBuilder { transport, timer, options: SharedOptions::default() }
    }

    /// Creates a GET request. If the URL is invalid, opening the session returns
    /// [`Error::Request`](crate::Error::Request).
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder<T, M> {
        self.request(Method::GET, url)
    }

    /// Creates a POST request. Once its stream has been open, it is not sent again unless
    /// [`RequestBuilder::replay`] is set.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder<T, M> {
        self.request(Method::POST, url)
    }

    /// Creates a request with any method. Once its stream has been open, only GET and HEAD are sent
    /// again unless [`RequestBuilder::replay`] is set.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder<T, M> {
        let peers = (Arc::clone(&self.transport), Arc::clone(&self.timer));
        RequestBuilder::new(peers, self.options.clone(), method, url.into_url())
    }
}

impl<T, M> fmt::Debug for Client<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("options", &self.options).finish_non_exhaustive()
    }
}

/// A builder for a [`Client`], which [`Client::builder`] creates. A [`RequestBuilder`] can override
/// each setting for one request.
///
/// ```no_run
/// # use sse_driver::{ClientBuilder, Timer, Transport};
/// # fn configure<T: Transport, M: Timer>(builder: ClientBuilder<T, M>) {
/// use std::time::Duration;
///
/// let client = builder
///     .reconnection_time(Duration::from_secs(1))
///     .max_reconnection_attempts(10)
///     .idle_timeout(Duration::from_secs(60))
///     .header("user-agent", "follower/1.0")
///     .build();
/// # }
/// ```
#[must_use]
pub struct ClientBuilder<T, M> {
    transport: T,
    timer: M,
    options: SharedOptions,
}

impl<T: Transport, M: Timer> ClientBuilder<T, M> {
    setters!();

    /// Replaces the transport, and keeps the timer and the settings.
    pub fn transport<U: Transport>(self, transport: U) -> ClientBuilder<U, M> {
        ClientBuilder { transport, timer: self.timer, options: self.options }
    }

    /// Replaces the timer, and keeps the transport and the settings.
    pub fn timer<N: Timer>(self, timer: N) -> ClientBuilder<T, N> {
        ClientBuilder { transport: self.transport, timer, options: self.options }
    }

    /// Creates the client.
    #[must_use]
    pub fn build(self) -> Client<T, M> {
        Client { transport: Arc::new(self.transport), timer: Arc::new(self.timer), options: self.options }
    }
}

impl<T, M> fmt::Debug for ClientBuilder<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("options", &self.options).finish_non_exhaustive()
    }
}
