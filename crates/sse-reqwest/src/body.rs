//! Response bodies.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::Response;
use sse_driver::{BoxError, EffectiveUrl};

/// The body of a response of reqwest, as a stream of chunks. Dropping it closes the connection, or
/// its stream of an HTTP/2 connection.
///
/// With [`into_response`](Self::into_response), an executor of your own that returns responses of
/// reqwest is a transport: a client with middleware, for instance.
///
/// ```
/// use http::Request;
/// use sse_reqwest::sse_driver::Client;
/// use sse_reqwest::{Body, BoxError, RequestBody, ReqwestTimer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let http = reqwest::Client::new();
/// let transport = move |request: Request<RequestBody>| {
///     let request = http.get(request.uri().to_string()).headers(request.headers().clone());
///     async move { Ok::<_, BoxError>(Body::into_response(request.send().await?)) }
/// };
/// let client = Client::builder_with(transport, ReqwestTimer::default()).build();
/// # let _ = client.get("http://localhost:8080/events");
/// # }
/// ```
pub struct Body(Pin<Box<Chunks>>);

#[cfg(not(target_arch = "wasm32"))]
type Chunks = dyn Stream<Item = reqwest::Result<Bytes>> + Send;
#[cfg(target_arch = "wasm32")]
type Chunks = dyn Stream<Item = reqwest::Result<Bytes>>;

impl Body {
    /// Converts a response into what a [`Transport`](sse_driver::Transport) returns: its status,
    /// its headers, its body, and the URL that it came from.
    #[must_use]
    pub fn into_response(mut received: reqwest::Response) -> Response<Self> {
        let mut response = Response::new(());
        *response.status_mut() = received.status();
        *response.headers_mut() = core::mem::take(received.headers_mut());
        // fetch has undone the coding, and leaves the header; natively, reqwest removes the one
        // that it undoes.
        #[cfg(target_arch = "wasm32")]
        response.headers_mut().remove(http::header::CONTENT_ENCODING);
        response.extensions_mut().insert(EffectiveUrl(received.url().clone()));
        response.map(|()| received.into())
    }
}

impl From<reqwest::Response> for Body {
    fn from(response: reqwest::Response) -> Self {
        Self(Box::pin(response.bytes_stream()))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map(|chunk| chunk.map(|chunk| chunk.map_err(crate::error)))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
