//! Reading events as values of the application's types.

use std::fmt;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sse_proto::{EventRef, FrameRef};

use crate::Error;

/// Tells [`Session::read`](crate::Session::read) and [`Events::read`](crate::Events::read) what to
/// do with an event. A reader returns it.
///
/// ```
/// use sse_driver::{Error, EventRef, Read};
///
/// fn number(event: EventRef<'_>) -> Read<u32, Box<dyn std::error::Error>> {
///     match event.event_type {
///         "ping" => Read::Skip,
///         "done" => Read::Finish,
///         "error" => Read::Fail(event.data.into()),
///         _ => match event.data.parse() {
///             Ok(number) => Read::Item(number),
///             Err(error) => Read::Error(Box::new(error)),
///         },
///     }
/// }
/// assert!(matches!(number(EventRef::new("message", "7")), Read::Item(7)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read<T, E> {
    /// Yields an item and continues.
    Item(T),
    /// Yields an item and ends the stream.
    Last(T),
    /// Yields nothing and continues.
    Skip,
    /// Ends the stream without another item.
    Finish,
    /// Yields an error and continues.
    Error(E),
    /// Yields an error and ends the stream.
    Fail(E),
}

/// Marks a source of events: a [`Session`](crate::Session), an [`Events`](crate::Events), or a
/// mutable reference to one of them. It is sealed, so other types cannot implement it.
///
/// ```
/// fn is_a_source<S: sse_driver::EventStream>() {}
/// fn sessions_are<T: sse_driver::Transport, M: sse_driver::Timer>() {
///     is_a_source::<sse_driver::Session<T, M>>();
/// }
/// ```
pub trait EventStream: sealed::PollFrame {}

impl<S: sealed::PollFrame> EventStream for S {}

pub(crate) mod sealed {
    use std::ops::ControlFlow;
    use std::task::{Context, Poll, ready};

    use sse_proto::FrameRef;

    use crate::Error;

    pub trait PollFrame {
        /// Passes each frame to `visit` until it breaks. Returns `None` at the end of the stream.
        fn poll_frames(
            &mut self,
            cx: &mut Context<'_>,
            visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>,
        ) -> Poll<Option<Result<(), Error>>>;

        /// Ends the stream because the application asked for it.
        fn end(&mut self);

        /// Polls for the next frame for which `take` returns a value, and returns that value.
        ///
        /// The loops below this do not move the value: each move of an event costs as much as
        /// decoding a short one.
        #[inline]
        fn poll_with<R>(
            &mut self,
            cx: &mut Context<'_>,
            mut take: impl FnMut(FrameRef<'_>) -> Option<R>,
        ) -> Poll<Option<Result<R, Error>>> {
            let mut item = None;
            let polled = self.poll_frames(cx, &mut |frame| {
                let Some(taken) = take(frame) else { return ControlFlow::Continue(()) };
                item = Some(Ok(taken));
                ControlFlow::Break(())
            });
            if let Some(Err(error)) = ready!(polled) {
                item = Some(Err(error));
            }
            Poll::Ready(item)
        }
    }

    impl<S: PollFrame> PollFrame for &mut S {
        #[inline]
        fn poll_frames(
            &mut self,
            cx: &mut Context<'_>,
            visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>,
        ) -> Poll<Option<Result<(), Error>>> {
            (**self).poll_frames(cx, visit)
        }

        fn end(&mut self) {
            (**self).end();
        }
    }
}

/// Yields the items that a reader makes from events. [`Session::read`](crate::Session::read) and
/// [`Events::read`](crate::Events::read) return it.
///
/// It is a [`Stream`]. A [`Read::Fail`] or an error of the source is its last item.
///
/// ```
/// use sse_driver::{Error, Events, Read};
///
/// # futures_executor::block_on(async {
/// let body = futures_util::stream::iter([Ok::<_, std::io::Error>("data: 1\n\ndata: x\n\ndata: 2\n\n".into())]);
/// let mut events = Events::from_stream(body);
/// let mut numbers = events.read(|event| match event.data.parse::<u32>() {
///     Ok(number) => Read::Item(number),
///     Err(_) => Read::<_, Error>::Skip,
/// });
/// assert_eq!(numbers.next().await.expect("an item")?, 1);
/// assert_eq!(numbers.next().await.expect("an item")?, 2);
/// assert!(numbers.next().await.is_none());
/// # Ok::<(), Error>(())
/// # }).unwrap();
/// ```
pub struct Reading<S, F> {
    source: S,
    read: F,
    is_over: bool,
}

impl<S, F> Reading<S, F> {
    pub(crate) fn new(source: S, read: F) -> Self {
        Self { source, read, is_over: false }
    }
}

impl<S, F, T, E> Reading<S, F>
where
    S: EventStream,
    F: FnMut(EventRef<'_>) -> Read<T, E>,
    E: From<Error>,
{
    /// Returns the next item, or `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Result<T, E>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        if self.is_over {
            return self.poll_end(cx);
        }
        let read = &mut self.read;
        let take = |frame: FrameRef<'_>| match frame {
            FrameRef::Event(event) => Some(read(event)).filter(|read| !matches!(read, Read::Skip)),
            _ => None,
        };
        let (item, continues) = match ready!(self.source.poll_with(cx, take)) {
            Some(Ok(Read::Item(item))) => (Some(Ok(item)), true),
            Some(Ok(Read::Error(error))) => (Some(Err(error)), true),
            Some(Ok(Read::Last(item))) => (Some(Ok(item)), false),
            Some(Ok(Read::Fail(error))) => (Some(Err(error)), false),
            Some(Ok(Read::Skip | Read::Finish)) => (None, false),
            Some(Err(error)) => (Some(Err(error.into())), false),
            None => (None, false),
        };
        if !continues {
            self.is_over = true;
            self.source.end();
        }
        match item {
            Some(item) => Poll::Ready(Some(item)),
            None => self.poll_end(cx),
        }
    }

    /// Polls the source after the end, so that it reports its last state to hooks and handles.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        self.source.poll_frames(cx, &mut |_| ControlFlow::Continue(())).map(|_| None)
    }
}

impl<S, F, T, E> Stream for Reading<S, F>
where
    S: EventStream + Unpin,
    F: FnMut(EventRef<'_>) -> Read<T, E> + Unpin,
    E: From<Error>,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Reading<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("source", &self.source).finish_non_exhaustive()
    }
}
