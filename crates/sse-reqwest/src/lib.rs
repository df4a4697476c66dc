//! Server-Sent Events over a [`reqwest::Client`] of your own, with Tokio's clock: proxies, cookies, TLS, HTTP/2 and
//! redirects are as that client has them.
//!
//! ```no_run
//! # async fn follow() -> Result<(), Box<dyn std::error::Error>> {
//! use sse_reqwest::Sse;
//!
//! let http = reqwest::Client::builder().user_agent("follower/1.0").build()?;
//! let mut session = http.get("http://localhost:8080/events").sse()?.open().await?;
//! while let Some(event) = session.next().await {
//!     let event = event?;
//!     println!("{}: {}", event.event_type, event.data);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Settings for many requests belong to a [`Client`], which [`client`] builds.
//!
//! HTTP is as your client does it. Three things to know:
//!
//!  - A total [`timeout`](reqwest::ClientBuilder::timeout) of your client ends every stream that
//!    lasts longer. Use `idle_timeout` of this crate instead.
//!  - The connect timeout is that of your client; `connect_timeout` of this crate has no effect.
//!  - A redirect to another origin drops `Authorization` and `Cookie`, but not an API key in a header
//!    of its own. (`sse-http` drops all that you have set but `Accept`, `Accept-Language` and
//!    `User-Agent`.)
//!
//! The guides are in the documentation of `sse-tokio`, in its module `guide`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod body;
mod request;
mod response;

use core::pin::Pin;
use std::io;

use http::Request;

pub use body::Body;
pub use request::{InvalidSse, Sse};
pub use response::SseResponse;
pub use sse_tokio::{TokioTimer, sse_driver, sse_driver::*};

/// A client on reqwest, with Tokio's clock.
pub type Client = sse_driver::Client<Reqwest, TokioTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = sse_driver::ClientBuilder<Reqwest, TokioTimer>;
/// A request of a [`Client`].
pub type RequestBuilder = sse_driver::RequestBuilder<Reqwest, TokioTimer>;
/// A session of a [`Client`].
pub type Session = sse_driver::Session<Reqwest, TokioTimer>;

/// Builds a client that sends its requests over `http`. The program can go on using `http` for
/// everything else.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = sse_reqwest::client(reqwest::Client::new()).show_comments(true).build();
/// let request = client.get("http://localhost:8080/events");
/// # }
/// ```
pub fn client(http: reqwest::Client) -> ClientBuilder {
    Client::builder_with(Reqwest(http), TokioTimer::default())
}

/// Sends requests over a reqwest client: the transport of a [`Client`].
///
/// ```
/// use sse_reqwest::{Client, Reqwest, TokioTimer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = Client::builder_with(Reqwest(reqwest::Client::new()), TokioTimer::default()).build();
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reqwest(pub reqwest::Client);

impl Transport for Reqwest {
    type Body = Body;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let http = self.0.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request.map(|body| outgoing(&body))).map_err(error)?;
            Ok(Body::into_response(http.execute(request).await.map_err(error)?))
        })
    }
}

fn outgoing(body: &RequestBody) -> reqwest::Body {
    match body.as_bytes() {
        Some(bytes) => bytes.clone().into(),
        None => reqwest::Body::wrap_stream(body.to_stream()),
    }
}

/// Removes the URL, whose query may be a secret, and turns a timeout into the kind of error that
/// [`Error::is_timeout`](sse_driver::Error::is_timeout) recognizes.
///
/// Another attempt does not help where reqwest cannot build the request or refuses a redirect.
fn error(error: reqwest::Error) -> BoxError {
    let error = error.without_url();
    if error.is_timeout() {
        io::Error::new(io::ErrorKind::TimedOut, error).into()
    } else if error.is_builder() || error.is_redirect() {
        Futile(error.into()).into()
    } else {
        error.into()
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
