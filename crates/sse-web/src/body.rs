//! The body of a response.

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

/// The chunks of a response, or of any byte stream of JavaScript. Dropping it aborts the request,
/// or cancels the stream.
///
/// ```no_run
/// use sse_web::{Body, Events, FetchError};
///
/// /// The events of a response that the application has fetched itself.
/// fn events(response: &web_sys::Response) -> Result<Option<Events<Body>>, FetchError> {
///     response.body().map(|stream| Ok(Events::from_stream(Body::try_from(stream)?))).transpose()
/// }
/// # let _ = events;
/// ```
pub struct Body {
    /// `None` when there is no more to read.
    reader: Option<ReadableStreamDefaultReader>,
    /// The chunk that is waited for.
    reading: Option<JsFuture>,
    /// Dropped last.
    _request: Option<AbortOnDrop>,
}

impl Body {
    /// The body of a response to `request`, which lives as long as it.
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

    /// # Errors
    ///
    /// When something else reads the stream already.
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

/// What `read()` resolves to: `{ done, value }`. The bytes are copied out of JavaScript's memory.
fn chunk(result: &JsValue) -> Result<Option<Bytes>, JsValue> {
    if Reflect::get(result, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    let chunk: Uint8Array = Reflect::get(result, &"value".into())?.dyn_into()?;
    Ok(Some(chunk.to_vec().into()))
}

/// Besides aborting the request: Node forgets which request a signal is for once it has collected
/// its garbage.
impl Drop for Body {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let cancelled = JsFuture::from(reader.cancel());
            // A rejection that nobody sees would end Node.
            spawn_local(async { drop(cancelled.await) });
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// A request that is aborted when nobody holds on to it, whatever it has come to.
pub(crate) struct AbortOnDrop(pub(crate) AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
