//! The body of a request, as hyper sends it.

use core::pin::Pin;
use core::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use sse_driver::{BodyStream, BoxError, RequestBody};

/// Bytes go out with their length, a stream in chunks.
pub(crate) enum Outgoing {
    Whole(Full<Bytes>),
    Parts(BodyStream),
}

impl From<&RequestBody> for Outgoing {
    fn from(body: &RequestBody) -> Self {
        match body.as_bytes() {
            Some(bytes) => Self::Whole(Full::new(bytes.clone())),
            None => Self::Parts(body.to_stream()),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::Parts(parts) => futures_core::Stream::poll_next(Pin::new(parts), cx).map_ok(Frame::data),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Parts(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Parts(_) => SizeHint::default(),
        }
    }
}
