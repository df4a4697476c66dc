//! The events of one body: a session's ways to read, without its reconnection.

use std::fmt;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use sse_proto::{DecodeError, Decoder, Event, FrameRef, Limits};

use crate::budget::Budget;
use crate::diagnostics::TailBuffer;
use crate::frames::reading_methods;
use crate::idle::IdleTimeout;
use crate::predicates::{Judged, Predicates, predicate_setters};
use crate::read::sealed::PollFrame;
use crate::{BoxError, Diagnostics, Error, NoTimer, Timer};

/// Reads the events of any stream of byte chunks, such as a file, a queue, or a response body of
/// another client. It sends no requests and does not reconnect.
///
/// Set the options before you read the first event. `Events` yields the same items as a session,
/// and an `Err` is the last one: [`Error::Stream`] when the body fails, [`Error::TooLong`] when an
/// event is over the limit, and the errors that the options add.
///
/// ```
/// use futures_util::stream;
/// use sse_driver::Events;
///
/// # futures_executor::block_on(async {
/// let body = stream::iter([Ok::<_, std::io::Error>("data: a\n\nda".into()), Ok("ta: b\n\ndata: [DONE]\n\n".into())]);
/// let mut events = Events::from_stream(body).finish_before(|event| event.data == "[DONE]");
/// assert_eq!(events.next().await.expect("an event")?.data, "a");
/// assert_eq!(events.next().await.expect("an event")?.data, "b");
/// assert!(events.next().await.is_none());
/// # Ok::<(), sse_driver::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "it reads nothing unless it is polled"]
pub struct Events<S, M: Timer = NoTimer> {
    /// `None` after its end.
    body: Option<Pin<Box<S>>>,
    chunk: Bytes,
    /// How many bytes of the chunk are decoded.
    read: usize,
    decoder: Decoder,
    /// Whether the end of the body completes the event in progress.
    completes: bool,
    limits: Limits,
    show_comments: bool,
    show_retries: bool,
    deliver_unfinished: bool,
    predicates: Predicates,
    tail: TailBuffer,
    idle: Option<IdleTimeout<M>>,
    budget: Budget,
    is_over: bool,
}

impl<S, E> Events<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<BoxError>,
{
    /// Returns the events of a stream of byte chunks.
    pub fn from_stream(chunks: S) -> Self {
        let events = Self {
            body: Some(Box::pin(chunks)),
            chunk: Bytes::new(),
            read: 0,
            decoder: Decoder::default(),
            completes: false,
            limits: Limits::default(),
            show_comments: false,
            show_retries: false,
            deliver_unfinished: false,
            predicates: Predicates::default(),
            tail: TailBuffer::new(Diagnostics::Off),
            idle: None,
            budget: Budget::default(),
            is_over: false,
        };
        events.with_decoder()
    }
}

/// Options.
impl<S, M: Timer> Events<S, M> {
    /// Sets how long one event may be, and what happens to a longer one. The default is 16 MiB, and
    /// a longer event is an error.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self.with_decoder()
    }

    /// Sets whether [`frames`](Self::frames) yields comments. The default is `false`.
    pub fn show_comments(mut self, show: bool) -> Self {
        self.show_comments = show;
        self.with_decoder()
    }

    /// Sets whether [`frames`](Self::frames) yields reconnection times. The default is `false`.
    pub fn show_retries(mut self, show: bool) -> Self {
        self.show_retries = show;
        self.with_decoder()
    }

    /// Sets whether a clean end of the body delivers a last event that lacks its blank line. The
    /// default is `false`: the standard drops the event, because it may be incomplete. An event
    /// that an error cuts off is always dropped.
    pub fn deliver_unfinished(mut self, deliver: bool) -> Self {
        self.deliver_unfinished = deliver;
        self
    }

    /// Sets how much of the stream is kept for error reports. The default is nothing.
    /// [`diagnostics_text`](Self::diagnostics_text) returns it.
    pub fn diagnostics(mut self, what: Diagnostics) -> Self {
        self.tail = TailBuffer::new(what);
        self
    }

    /// Sets how long the body may be silent before it fails with [`Error::IdleTimeout`]. Every byte
    /// restarts the time, so comments keep the body alive. The time starts with the first read.
    /// Without this call there is no limit.
    pub fn idle_timeout<N: Timer>(self, time: Duration, timer: N) -> Events<S, N> {
        Events {
            body: self.body,
            chunk: self.chunk,
            read: self.read,
            decoder: self.decoder,
            completes: self.completes,
            limits: self.limits,
            show_comments: self.show_comments,
            show_retries: self.show_retries,
            deliver_unfinished: self.deliver_unfinished,
            predicates: self.predicates,
            tail: self.tail,
            idle: Some(IdleTimeout::new(time, Arc::new(timer))),
            budget: self.budget,
            is_over: self.is_over,
        }
    }

    predicate_setters!(predicates);

    fn with_decoder(mut self) -> Self {
        self.decoder =
            Decoder::new(self.limits).show_comments(self.show_comments).show_retries(self.show_retries);
        self
    }
}

/// The ways to read.
impl<S, M, E> Events<S, M>
where
    S: Stream<Item = Result<Bytes, E>>,
    M: Timer,
    E: Into<BoxError>,
{
    reading_methods!();
}

impl<S, M: Timer> Events<S, M> {
    /// Returns the last event ID, which is empty if the body has set none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// Returns the end of the stream that [`diagnostics`](Self::diagnostics) keeps: lines or events
    /// in their wire form. It is empty by default.
    #[must_use]
    pub fn diagnostics_text(&self) -> String {
        self.tail.snapshot().map(|tail| tail.to_string()).unwrap_or_default()
    }

    /// Decodes the next frame and passes it to `visit`. Returns `None` when that needs more of the
    /// body.
    #[inline]
    fn decode(&mut self, visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>) -> Option<Judged> {
        let mut rest = &self.chunk[self.read..];
        let decoded = if std::mem::take(&mut self.completes) {
            Ok(self.decoder.decode_eof().map(FrameRef::Event))
        } else {
            self.decoder.decode(&mut rest)
        };
        let judged = match decoded {
            Ok(Some(frame)) => {
                self.budget.spend_frame();
                self.tail.handle_frame(frame);
                Some(self.predicates.pass(frame, visit))
            }
            Ok(None) => None,
            Err(DecodeError::TooLong { limit }) => Some(Judged::Fail(Error::TooLong { limit })),
            Err(error) => Some(Judged::Fail(Error::Stream(Arc::new(error)))),
        };
        self.read = self.chunk.len() - rest.len();
        if rest.is_empty() {
            (self.chunk, self.read) = (Bytes::new(), 0);
        }
        judged
    }

    /// Handles a clean end of the body, which may complete a last event.
    fn handle_eof(&mut self) {
        self.body = None;
        let predicates = &self.predicates;
        let ends = |event: Event| predicates.end_with((&event).into());
        let unfinished = || self.decoder.clone().decode_eof().map(|event| event.to_owned());
        self.completes =
            self.deliver_unfinished || predicates.expect_an_end() && unfinished().is_some_and(ends);
    }

    fn end(&mut self) {
        self.is_over = true;
        self.body = None;
        (self.chunk, self.read) = (Bytes::new(), 0);
        self.decoder.reset();
        self.idle = None;
    }

    /// Returns what polling returns for a judgement, or `None` if the stream continues.
    fn settle(&mut self, judged: Judged) -> Option<Option<Result<(), Error>>> {
        match judged {
            Judged::Passed(flow) => flow.is_break().then_some(Some(Ok(()))),
            Judged::Skipped => None,
            Judged::Last(flow) => {
                self.end();
                Some(flow.is_break().then_some(Ok(())))
            }
            Judged::Finish => {
                self.end();
                Some(None)
            }
            Judged::Fail(error) => {
                self.end();
                Some(Some(Err(error)))
            }
        }
    }
}

impl<S, M, E> PollFrame for Events<S, M>
where
    S: Stream<Item = Result<Bytes, E>>,
    M: Timer,
    E: Into<BoxError>,
{
    #[inline]
    fn poll_frames(
        &mut self,
        cx: &mut Context<'_>,
        visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>,
    ) -> Poll<Option<Result<(), Error>>> {
        while !self.is_over {
            ready!(self.budget.poll(cx));
            let judged = match self.decode(visit) {
                Some(judged) => judged,
                None => match ready!(self.poll_body(cx)) {
                    Some(Ok(())) => continue,
                    Some(Err(error)) => Judged::Fail(error),
                    None if self.body.is_some() => {
                        self.handle_eof();
                        continue;
                    }
                    None if self.predicates.expect_an_end() => Judged::Fail(Error::Truncated),
                    None => Judged::Finish,
                },
            };
            if let Some(item) = self.settle(judged) {
                return Poll::Ready(item);
            }
        }
        Poll::Ready(None)
    }

    fn end(&mut self) {
        Self::end(self);
    }
}

impl<S, M, E> Events<S, M>
where
    S: Stream<Item = Result<Bytes, E>>,
    M: Timer,
    E: Into<BoxError>,
{
    /// Polls for the next chunk. Returns `None` when the body has ended.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        ready!(self.budget.poll_next_chunk(cx));
        Poll::Ready(match body.as_mut().poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.budget.spend_chunk(chunk.len());
                self.tail.handle_data(&chunk);
                if let Some(idle) = &mut self.idle {
                    idle.handle_byte();
                }
                self.chunk = chunk;
                Some(Ok(()))
            }
            Poll::Ready(Some(Err(error))) => Some(Err(Error::Stream(error.into().into()))),
            Poll::Ready(None) => None,
            Poll::Pending => {
                self.budget.renew();
                let Some(idle) = &mut self.idle else { return Poll::Pending };
                ready!(idle.poll(cx));
                Some(Err(Error::IdleTimeout(idle.time)))
            }
        })
    }
}

impl<S, M, E> Stream for Events<S, M>
where
    S: Stream<Item = Result<Bytes, E>>,
    M: Timer,
    E: Into<BoxError>,
{
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

/// The body is pinned on the heap, so everything else may move.
impl<S, M: Timer> Unpin for Events<S, M> {}

impl<S, M: Timer> fmt::Debug for Events<S, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("is_over", &self.is_over)
            .field("decoder", &self.decoder)
            .finish_non_exhaustive()
    }
}
