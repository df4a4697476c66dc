//! The body of a request.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::maybe_send::{dyn_hook, dyn_maybe_send};
use crate::{BoxError, MaybeSend, MaybeSync};

/// The body of a request: bytes, or a stream that is created each time the request is sent.
///
/// Reconnections and redirects send the request again, so a stream that can be read only once is
/// not enough. A body is cheap to clone.
///
/// ```
/// use bytes::Bytes;
/// use futures_util::stream;
/// use sse_driver::RequestBody;
///
/// let text = RequestBody::from(r#"{"stream":true}"#);
/// assert_eq!(text.as_bytes().map(Bytes::len), Some(15));
///
/// let parts = RequestBody::stream(|| stream::iter(["one ", "two"].map(|part| Ok::<_, std::io::Error>(part.into()))));
/// assert!(parts.as_bytes().is_none());
/// ```
#[derive(Clone)]
pub struct RequestBody(Kind);

#[derive(Clone)]
enum Kind {
    Bytes(Bytes),
    Stream(Arc<dyn_hook!(Fn() -> BodyStream)>),
}

impl RequestBody {
    /// Creates a body of unknown length from a stream. `make` is called each time the request is
    /// sent. An `Err` from the stream fails that attempt.
    pub fn stream<S, E>(make: impl Fn() -> S + MaybeSend + MaybeSync + 'static) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + MaybeSend + 'static,
        E: Into<BoxError>,
    {
        Self(Kind::Stream(Arc::new(move || BodyStream(Box::pin(Parts(Box::pin(make())))))))
    }

    /// Returns the whole body, or `None` if it is a stream.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Kind::Bytes(bytes) => Some(bytes),
            Kind::Stream(_) => None,
        }
    }

    /// Returns the body as a stream, to be sent once. Bytes are one item, or no item if they are
    /// empty.
    #[must_use]
    pub fn to_stream(&self) -> BodyStream {
        match &self.0 {
            Kind::Bytes(bytes) => BodyStream(Box::pin(Whole(bytes.clone()))),
            Kind::Stream(make) => make(),
        }
    }

    /// Returns the body in one piece, for a transport that cannot stream. It reads a stream to its
    /// end, and holds all of it in memory.
    ///
    /// # Errors
    ///
    /// Returns the error of the stream.
    pub async fn to_bytes(&self) -> Result<Bytes, BoxError> {
        if let Some(bytes) = self.as_bytes() {
            return Ok(bytes.clone());
        }
        let (mut parts, mut whole) = (self.to_stream(), Vec::new());
        while let Some(part) = poll_fn(|cx| Pin::new(&mut parts).poll_next(cx)).await {
            whole.extend_from_slice(&part?);
        }
        Ok(whole.into())
    }
}

impl Default for RequestBody {
    fn default() -> Self {
        Bytes::new().into()
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("len", &self.as_bytes().map(Bytes::len)).finish_non_exhaustive()
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<Vec<u8>> for RequestBody {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for RequestBody {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static [u8]> for RequestBody {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<&'static str> for RequestBody {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

/// The stream of a [`RequestBody`], which a transport sends.
///
/// ```
/// use futures_util::StreamExt;
/// use sse_driver::RequestBody;
///
/// # futures_executor::block_on(async {
/// let mut parts = RequestBody::from("hello").to_stream();
/// assert_eq!(parts.next().await.expect("one part")?, "hello");
/// assert!(parts.next().await.is_none());
/// # Ok::<(), sse_driver::BoxError>(())
/// # }).unwrap();
/// ```
pub struct BodyStream(Pin<Box<dyn_maybe_send!(Stream<Item = Result<Bytes, BoxError>>)>>);

impl Stream for BodyStream {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream").finish_non_exhaustive()
    }
}

/// A stream with one item, or none if it is empty.
struct Whole(Bytes);

impl Stream for Whole {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
    }
}

/// The stream of the application, with boxed errors.
struct Parts<S>(Pin<Box<S>>);

impl<S, E> Stream for Parts<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map(|part| part.map(|part| part.map_err(Into::into)))
    }
}
