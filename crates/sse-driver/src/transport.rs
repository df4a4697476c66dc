//! The interface to HTTP: sends a request and returns its response.

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

/// Any error, as a transport returns it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Any error, shared by the clones of an [`Error`](crate::Error).
pub type SharedError = Arc<dyn Error + Send + Sync>;

/// Sends a request and returns its response, whose body is a stream of byte chunks.
///
/// Any closure from a request to a future of such a response is a transport:
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
/// A transport makes no decisions: it does not retry, does not act on the status and does not
/// decode the body. Dropping the future or the body must close the connection, or return it to a
/// pool.
///
/// Nothing here requires `Send`: a session is `Send` if its transport's future and body are.
pub trait Transport {
    /// The type of response bodies. The stream of events ends with the body or with its first
    /// error.
    type Body: Stream<Item = Result<Bytes, Self::Error>>;
    /// The type of errors, with their causes as [`Error::source`].
    type Error: Into<BoxError>;
    /// The type of futures that return a response once its head has arrived.
    type Future: Future<Output = Result<Response<Self::Body>, Self::Error>>;

    /// Sends a request. A transport may honour the request extension [`ConnectTimeout`], and may
    /// set the response extension [`EffectiveUrl`].
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

/// A request extension that limits the time to connect (name resolution, TCP, a proxy and TLS). The
/// client sets it to [`connect_timeout`](crate::RequestBuilder::connect_timeout). A transport
/// without such a phase ignores it.
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

/// A response extension with the URL that answered. A transport sets it if a redirect led away from
/// the URL of the request. [`ResponseHead::url`](crate::ResponseHead::url) then returns it.
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

/// Marks an error of a transport that would happen again at another attempt, such as an unsupported
/// scheme or an invalid redirect. Anywhere in the chain of sources, it ends the session whatever
/// the policy.
///
/// `Display` and [`source`](Error::source) are those of the marked error.
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
    /// Whether an error or one of its sources is marked.
    pub(crate) fn is_in(error: &(dyn Error + 'static)) -> bool {
        // The source of an I/O error is that of the error inside it, which `source` leaves out.
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
