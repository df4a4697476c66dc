//! Readers as sources of events.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_io::AsyncRead;

use crate::Events;

/// The maximum length of one read in bytes.
const MAX_READ: usize = 8 * 1024;

impl<R: AsyncRead> Events<Chunks<R>> {
    /// Reads events from any [`AsyncRead`] of futures-io: a file, a pipe or a socket.
    ///
    /// ```
    /// use sse_driver::Events;
    ///
    /// # futures_executor::block_on(async {
    /// let mut events = Events::from_reader(&b"data: one\n\ndata: two\n\n"[..]);
    /// assert_eq!(events.next().await.expect("an event")?.data, "one");
    /// assert_eq!(events.next().await.expect("an event")?.data, "two");
    /// assert!(events.next().await.is_none());
    /// # Ok::<(), sse_driver::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn from_reader(reader: R) -> Self {
        Self::from_stream(Chunks { reader: Box::pin(reader), buffer: vec![0; MAX_READ].into() })
    }
}

/// A stream of the chunks of a reader: see [`Events::from_reader`].
///
/// ```
/// use sse_driver::{Chunks, Events};
///
/// /// A recorded stream, read from memory.
/// struct Replay {
///     events: Events<Chunks<&'static [u8]>>,
/// }
///
/// let replay = Replay { events: Events::from_reader(&b"data: one\n\n"[..]) };
/// assert_eq!(replay.events.last_event_id(), "");
/// ```
pub struct Chunks<R> {
    reader: Pin<Box<R>>,
    buffer: Box<[u8]>,
}

impl<R: AsyncRead> Stream for Chunks<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, buffer } = self.get_mut();
        let read = ready!(reader.as_mut().poll_read(cx, buffer))?;
        Poll::Ready((read > 0).then(|| Ok(Bytes::copy_from_slice(&buffer[..read]))))
    }
}

impl<R> fmt::Debug for Chunks<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}
