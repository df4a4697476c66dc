//! A [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) client
//! over a [`reqwest::Client`] of your own, with its proxies, cookies, TLS, HTTP/2 and redirects.
//!
//! [`Sse`] turns a request of reqwest into a [`Session`], a stream of events that outlives its
//! connections: when one is lost, it connects again and resumes after the last event.
//!
//! ```no_run
//! use sse_reqwest::Sse;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let http = reqwest::Client::builder().user_agent("follower/1.0").build()?;
//!     let mut session = http.get("http://localhost:8080/events").sse()?.open().await?;
//!     while let Some(event) = session.next().await {
//!         let event = event?;
//!         println!("{}: {}", event.event_type, event.data);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Settings for many requests belong to a [`Client`], which [`client`] builds. [`SseResponse`]
//! reads a response that you already have, without reconnection.
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
//! On wasm32 it works on reqwest's fetch. There, it collects a body that is a stream before it
//! sends it, and the header `Cache-Control` makes browsers ask the server first (a CORS preflight)
//! for each request to another origin. `sse-web` makes caching an option of fetch instead, has the
//! other options of fetch too, and is smaller.
//!
//! The guides are in the documentation of `sse-tokio`, in its module `guide`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod body;
mod request;
mod response;
mod timer;

use core::pin::Pin;
use std::io;

use http::Request;

pub use body::Body;
pub use request::{InvalidSse, Sse};
pub use response::SseResponse;
pub use sse_driver::{self, *};
pub use timer::ReqwestTimer;

/// Opens sessions over reqwest. Its methods are those of [`sse_driver::Client`], which takes any
/// transport.
pub type Client = sse_driver::Client<Reqwest, ReqwestTimer>;
/// Builds a [`Client`]: see [`sse_driver::ClientBuilder`] for the settings.
pub type ClientBuilder = sse_driver::ClientBuilder<Reqwest, ReqwestTimer>;
/// Builds a request of a [`Client`]: see [`sse_driver::RequestBuilder`].
pub type RequestBuilder = sse_driver::RequestBuilder<Reqwest, ReqwestTimer>;
/// A stream of events that outlives its connections: see [`sse_driver::Session`].
pub type Session = sse_driver::Session<Reqwest, ReqwestTimer>;

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
    Client::builder_with(Reqwest(http), ReqwestTimer::default())
}

/// Sends requests over a reqwest client: the transport of a [`Client`].
///
/// ```
/// use sse_reqwest::{Client, Reqwest, ReqwestTimer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = Client::builder_with(Reqwest(reqwest::Client::new()), ReqwestTimer::default()).build();
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reqwest(pub reqwest::Client);

impl Transport for Reqwest {
    type Body = Body;
    type Error = BoxError;
    type Future = Pin<Box<Connect>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let http = self.0.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let request = Request::from_parts(head, outgoing(&body).await?);
            let request = reqwest::Request::try_from(request).map_err(error)?;
            Ok(Body::into_response(http.execute(request).await.map_err(error)?))
        })
    }
}

#[cfg(not(target_arch = "wasm32"))]
type Connect = dyn Future<Output = Result<http::Response<Body>, BoxError>> + Send;
#[cfg(target_arch = "wasm32")]
type Connect = dyn Future<Output = Result<http::Response<Body>, BoxError>>;

#[cfg(not(target_arch = "wasm32"))]
async fn outgoing(body: &RequestBody) -> Result<reqwest::Body, BoxError> {
    Ok(match body.as_bytes() {
        Some(bytes) => bytes.clone().into(),
        None => reqwest::Body::wrap_stream(body.to_stream()),
    })
}

/// reqwest's fetch sends no streams.
#[cfg(target_arch = "wasm32")]
async fn outgoing(body: &RequestBody) -> Result<reqwest::Body, BoxError> {
    Ok(body.to_bytes().await?.into())
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
