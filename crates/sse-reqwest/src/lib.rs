//! Server-Sent Events over a [`reqwest::Client`] of your own: proxies, cookies, TLS, HTTP/2 and redirects are as that
//! client has them.
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
//! Settings for many requests belong into a [`Client`]: `sse_reqwest::client(http)`.
//!
//! What is reqwest's stays reqwest's: a total [`timeout`](reqwest::ClientBuilder::timeout) ends every stream that lasts
//! longer, the connect timeout is the one of its builder, and across origins its redirects drop `Authorization` and
//! `Cookie` but no other header (`sse-http` drops all but a few that are harmless).
//!
//! On wasm32 it works on reqwest's fetch. There, a body that is a stream is gathered before it is sent, and the header
//! `Cache-Control` makes every request to another origin one that the server is asked about first (a CORS preflight).
//! `sse-web` makes it an option of fetch instead, has fetch's other options too, and is smaller.
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

/// A client on reqwest.
pub type Client = sse_driver::Client<Reqwest, ReqwestTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = sse_driver::ClientBuilder<Reqwest, ReqwestTimer>;
/// A request of a [`Client`].
pub type RequestBuilder = sse_driver::RequestBuilder<Reqwest, ReqwestTimer>;
/// A session of a [`Client`].
pub type Session = sse_driver::Session<Reqwest, ReqwestTimer>;

/// Settings for a client over `http`, which can be shared with all else that the program asks of it.
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

/// A transport over a reqwest client.
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

/// Without the URL, whose query may be a secret; and a timeout as the kind of error that
/// [`Error::is_timeout`](sse_driver::Error::is_timeout) knows.
///
/// A request that reqwest does not make, and a redirect that it does not follow, will be so the next time as well.
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
