//! Everything that a stream says, as a stream of its own.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use sse_proto::Frame;

use crate::{Error, EventStream};

/// The frames of a session or of one response: see [`Session::frames`](crate::Session::frames) and
/// [`Events::frames`](crate::Events::frames).
///
/// ```no_run
/// # use sse_driver::{Error, Frame, Session, Timer, Transport};
/// # async fn follow<T: Transport, M: Timer>(mut session: Session<T, M>) -> Result<(), Error> {
/// let mut frames = session.frames();
/// while let Some(frame) = frames.next().await {
///     match frame? {
///         Frame::Event(event) => println!("{}", event.data),
///         Frame::Comment(text) => println!("({text})"),
///         Frame::Retry(time) => println!("(retry: {time:?})"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Frames<S> {
    source: S,
}

impl<S: EventStream> Frames<S> {
    pub(crate) fn new(source: S) -> Self {
        Self { source }
    }

    /// The next frame; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Result<Frame, Error>> {
        poll_fn(|cx| self.poll_frame(cx)).await
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, Error>>> {
        self.source.poll_with(cx, &mut |frame| Some(frame.to_owned()))
    }
}

impl<S: EventStream + Unpin> Stream for Frames<S> {
    type Item = Result<Frame, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_frame(cx)
    }
}

impl<S: fmt::Debug> fmt::Debug for Frames<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("source", &self.source).finish()
    }
}

/// The methods that read events, for a type that is an [`EventStream`]: the same for sessions and for the events of one
/// response.
macro_rules! reading_methods {
    () => {
        /// The next event; `None` when the stream is over. An `Err` is the last item.
        ///
        /// Dropping the future loses nothing.
        pub async fn next(&mut self) -> Option<Result<$crate::Event, $crate::Error>> {
            ::std::future::poll_fn(|cx| self.poll_event(cx)).await
        }

        /// The next frame: an event, a comment or a reconnection time where those are shown, or the notice of an event
        /// that was discarded for its length. `None` when the stream is over.
        pub async fn next_frame(&mut self) -> Option<Result<$crate::Frame, $crate::Error>> {
            self.frames().next().await
        }

        /// All that the stream says, as a stream: see [`next_frame`](Self::next_frame).
        pub fn frames(&mut self) -> $crate::Frames<&mut Self> {
            $crate::Frames::new(self)
        }

        /// The same as [`frames`](Self::frames), as a stream that owns its source.
        pub fn into_frames(self) -> $crate::Frames<Self> {
            $crate::Frames::new(self)
        }

        /// Hands each frame to `visit` as it is lent by the decoder, so that nothing is copied that the application does
        /// not keep. Ends with `Some` when `visit` breaks, with `None` when the stream is over.
        ///
        /// Timeouts, predicates and reconnection work as with [`next`](Self::next).
        ///
        /// # Errors
        ///
        /// Those of [`next`](Self::next).
        pub async fn for_each_frame<B>(
            &mut self,
            mut visit: impl FnMut($crate::FrameRef<'_>) -> ::std::ops::ControlFlow<B>,
        ) -> Result<Option<B>, $crate::Error> {
            let mut take = |frame: $crate::FrameRef<'_>| visit(frame).break_value();
            ::std::future::poll_fn(|cx| self.poll_with(cx, &mut take)).await.transpose()
        }

        /// The events as values of your own type: `read` sees each event and says what becomes of it. It is lent the
        /// event, so JSON is parsed without copying its text, and its errors are of your own type, too.
        ///
        /// An end of the stream before [`Read::Finish`](crate::Read::Finish) or [`Read::Last`](crate::Read::Last) is no
        /// error by itself; [`finish_before`](crate::RequestBuilder::finish_before) and
        /// [`finish_after`](crate::RequestBuilder::finish_after) make it one.
        pub fn read<F, Item, Err>(&mut self, read: F) -> $crate::Reading<&mut Self, F>
        where
            F: FnMut($crate::EventRef<'_>) -> $crate::Read<Item, Err>,
            Err: From<$crate::Error>,
        {
            $crate::Reading::new(self, read)
        }

        /// The same as [`read`](Self::read), as a stream that owns its source.
        pub fn into_read<F, Item, Err>(self, read: F) -> $crate::Reading<Self, F>
        where
            F: FnMut($crate::EventRef<'_>) -> $crate::Read<Item, Err>,
            Err: From<$crate::Error>,
        {
            $crate::Reading::new(self, read)
        }

        /// The events, with their data read as JSON. An event whose data is no such JSON is an
        /// [`Error::Deserialize`](crate::Error::Deserialize) with the event in it, and the stream goes on.
        #[cfg(feature = "json")]
        pub fn json<D: serde::de::DeserializeOwned>(
            &mut self,
        ) -> $crate::Reading<&mut Self, $crate::FromJson<D>> {
            $crate::Reading::new(self, $crate::typed::from_json::<D>)
        }

        /// The events as an enum whose variants are the event types, and whose content is the JSON of the data. It has to
        /// be tagged so: `#[serde(tag = "event", content = "data")]`.
        ///
        /// A unit variant matches its event type whatever the data is, and `#[serde(other)]` takes the types that the
        /// enum does not know. An event that matches none is an [`Error::Deserialize`](crate::Error::Deserialize) with
        /// the event in it, and the stream goes on. One hole is known: a variant that holds an `Option` reads data that
        /// is not valid JSON as `None`.
        #[cfg(feature = "json")]
        pub fn json_by_type<D: serde::de::DeserializeOwned>(
            &mut self,
        ) -> $crate::Reading<&mut Self, $crate::FromJsonByType<D>> {
            $crate::Reading::new(self, $crate::typed::from_json_by_type::<D>)
        }

        fn poll_event(
            &mut self,
            cx: &mut ::std::task::Context<'_>,
        ) -> ::std::task::Poll<Option<Result<$crate::Event, $crate::Error>>> {
            self.poll_with(cx, &mut |frame| match frame {
                $crate::FrameRef::Event(event) => Some(event.to_owned()),
                _ => None,
            })
        }
    };
}
pub(crate) use reading_methods;
