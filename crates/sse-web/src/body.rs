//! Response bodies.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use js_sys::{Reflect, Uint8Array};
use sse_driver::BoxError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, ReadableStream, ReadableStreamDefaultReader};

use crate::FetchError;

/// A stream of the chunks of a response, or of any JavaScript byte stream.
///
/// Dropping it aborts the request or cancels the stream.
///
/// ```no_run
/// use sse_web::{Body, Events, FetchError};
///
/// /// Returns the events of a response that the application has fetched itself.
/// fn events(response: &web_sys::Response) -> Result<Option<Events<Body>>, FetchError> {
///     response.body().map(|stream| Ok(Events::from_stream(Body::try_from(stream)?))).transpose()
/// }
/// # let _ = events;
/// ```
pub struct Body {
    /// The reader, until the stream has ended.
    reader: Option<ReadableStreamDefaultReader>,
    /// The pending read.
    reading: Option<JsFuture>,
    /// The last field, so that the request is aborted after the reader is dropped.
    _request: Option<AbortOnDrop>,
}

impl Body {
    /// Creates the body of a response. Dropping it aborts `request`.
    pub(crate) fn of_response(
        stream: Option<ReadableStream>,
        request: AbortOnDrop,
    ) -> Result<Self, FetchError> {
        let reader = stream.map(|stream| reader(&stream)).transpose()?;
        Ok(Self { reader, reading: None, _request: Some(request) })
    }
}

impl TryFrom<ReadableStream> for Body {
    type Error = FetchError;

    /// Creates a body that reads this stream.
    ///
    /// # Errors
    ///
    /// Fails if the stream already has a reader.
    fn try_from(stream: ReadableStream) -> Result<Self, FetchError> {
        Ok(Self { reader: Some(reader(&stream)?), reading: None, _request: None })
    }
}

fn reader(stream: &ReadableStream) -> Result<ReadableStreamDefaultReader, FetchError> {
    ReadableStreamDefaultReader::new(stream).map_err(|exception| FetchError::new(&exception))
}

impl Stream for Body {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, reading, .. } = &mut *self;
        let Some(open) = reader else { return Poll::Ready(None) };
        let pending = reading.get_or_insert_with(|| open.read().into());
        let read = ready!(Pin::new(pending).poll(cx));
        *reading = None;
        let chunk = read.and_then(|result| chunk(&result)).map_err(|exception| FetchError::new(&exception));
        if !matches!(chunk, Ok(Some(_))) {
            *reader = None;
        }
        Poll::Ready(chunk.map_err(BoxError::from).transpose())
    }
}

/// Returns the chunk in a result of `read()`, which is `{ done, value }`, or `None` if it is done.
/// The bytes are copied out of JavaScript's memory.
fn chunk(result: &JsValue) -> Result<Option<Bytes>, JsValue> {
    if Reflect::get(result, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    let chunk: Uint8Array = Reflect::get(result, &"value".into())?.dyn_into()?;
    Ok(Some(chunk.to_vec().into()))
}

/// Cancels the stream. Aborting the request is not enough, because Node's signal no longer reaches
/// the request after a garbage collection.
impl Drop for Body {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let cancelled = JsFuture::from(reader.cancel());
            // An unhandled rejection would end the Node process.
            spawn_local(async { drop(cancelled.await) });
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// Aborts a request when it is dropped.
pub(crate) struct AbortOnDrop(pub(crate) AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
