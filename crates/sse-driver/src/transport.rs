//! How a request becomes a response: the seam to HTTP.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use url::Url;

use crate::RequestBody;

/// Any error, as a transport gives it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The same, shared by the clones of an [`Error`](crate::Error).
pub type SharedError = Arc<dyn Error + Send + Sync>;

/// Sends one request and gives back the response head, with a body that is a stream of byte chunks.
///
/// Every closure from a request to such a future is one, so a custom transport is one closure:
///
/// ```
/// use std::io;
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use sse_driver::RequestBody;
/// # use sse_driver::Transport;
/// # struct OneChunk(Option<Bytes>);
/// # impl futures_core::Stream for OneChunk {
/// #     type Item = io::Result<Bytes>;
/// #     fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
/// #         std::task::Poll::Ready(self.0.take().map(Ok))
/// #     }
/// # }
///
/// let transport = |_request: Request<RequestBody>| async {
///     let body = OneChunk(Some(Bytes::from("data: hello\n\n")));
///     let response = Response::builder().header("content-type", "text/event-stream").body(body);
///     Ok::<_, io::Error>(response.expect("the header above is valid"))
/// };
/// # fn is_transport(_: impl Transport) {}
/// # is_transport(transport);
/// ```
///
/// A transport translates and never decides: it does not retry, does not look at the status and does not decode the
/// body. Dropping the future or the body must close the connection (or give it back to a pool).
///
/// Nothing here asks for `Send`: a session is `Send` when its transport's future and body are.
pub trait Transport {
    /// The body of a response. Its end is the end of the stream; an error ends it too.
    type Body: Stream<Item = Result<Bytes, Self::Error>>;
    /// What can go wrong, with its causes as [`Error::source`].
    type Error: Into<BoxError>;
    /// The pending response head.
    type Future: Future<Output = Result<Response<Self::Body>, Self::Error>>;

    /// Starts one request. Extensions of the request that a transport may honour: [`ConnectTimeout`]; of the response
    /// that it may set: [`EffectiveUrl`].
    fn connect(&self, request: Request<RequestBody>) -> Self::Future;
}

impl<F, Fut, B, E> Transport for F
where
    F: Fn(Request<RequestBody>) -> Fut,
    Fut: Future<Output = Result<Response<B>, E>>,
    B: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Body = B;
    type Error = E;
    type Future = Fut;

    fn connect(&self, request: Request<RequestBody>) -> Fut {
        self(request)
    }
}

/// A request extension: how long the connection (name look-up, TCP, TLS) may take. A transport that has no such phase
/// ignores it.
///
/// ```
/// use std::time::Duration;
/// use sse_driver::ConnectTimeout;
///
/// let request = http::Request::builder().extension(ConnectTimeout(Duration::from_secs(5))).body(())?;
/// assert_eq!(request.extensions().get(), Some(&ConnectTimeout(Duration::from_secs(5))));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectTimeout(pub Duration);

/// A response extension: the URL that answered, when redirects led away from the one that was asked.
///
/// ```
/// use sse_driver::EffectiveUrl;
///
/// let url = "http://localhost/moved".parse()?;
/// let response = http::Response::builder().extension(EffectiveUrl(url)).body(())?;
/// assert!(response.extensions().get::<EffectiveUrl>().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveUrl(pub Url);

/// Marks the error of a transport as one that another attempt cannot mend: a scheme that it does not serve, a redirect
/// that leads nowhere. Anywhere in the chain of sources it ends the session, whatever the policy.
///
/// It shows the error that it marks, and has the source of that one.
///
/// ```
/// use sse_driver::Futile;
///
/// let error = Futile("expected http or https".into());
/// assert_eq!(error.to_string(), "expected http or https");
/// ```
#[derive(Debug)]
pub struct Futile(pub BoxError);

impl Futile {
    /// Whether the error or one of its sources is marked.
    pub(crate) fn is_in(error: &(dyn Error + 'static)) -> bool {
        // An I/O error leaves out the error that it was made of when it is asked for its source.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        error.is::<Self>()
            || inside.is_some_and(|inside| Self::is_in(inside))
            || error.source().is_some_and(Self::is_in)
    }
}

impl fmt::Display for Futile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Futile {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
