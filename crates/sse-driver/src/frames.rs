//! The stream of frames, and the methods that read from a session or a response.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use sse_proto::Frame;

use crate::{Error, EventStream};

/// A stream of the frames of a session or of one response: see
/// [`Session::frames`](crate::Session::frames) and [`Events::frames`](crate::Events::frames).
///
/// Comments and reconnection times are included only if
/// [`show_comments`](crate::RequestBuilder::show_comments) and
/// [`show_retries`](crate::RequestBuilder::show_retries) are set.
///
/// ```no_run
/// # use sse_driver::{Error, Frame, Session, Timer, Transport};
/// # async fn follow<T: Transport, M: Timer>(mut session: Session<T, M>) -> Result<(), Error> {
/// // Of a client with `.show_comments(true).show_retries(true)`.
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

    /// Returns the next frame, or `None` at the end of the stream. An `Err` is the last item.
    pub async fn next(&mut self) -> Option<Result<Frame, Error>> {
        poll_fn(|cx| self.poll_frame(cx)).await
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame, Error>>> {
        self.source.poll_with(cx, |frame| Some(frame.to_owned()))
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

/// Defines the methods that read events, for sessions and for the events of one response alike.
macro_rules! reading_methods {
    () => {
        /// Returns the next event, or `None` at the end of the stream. An `Err` is the last item.
        ///
        /// Dropping the future loses nothing.
        pub async fn next(&mut self) -> Option<Result<$crate::Event, $crate::Error>> {
            ::std::future::poll_fn(|cx| self.poll_event(cx)).await
        }

        /// Returns the next frame, or `None` at the end of the stream. An `Err` is the last item.
        ///
        /// A [`Frame`](crate::Frame) is an event, a comment or a reconnection time if those are
        /// shown, or the report of an event that was dropped because it was too long.
        pub async fn next_frame(&mut self) -> Option<Result<$crate::Frame, $crate::Error>> {
            self.frames().next().await
        }

        /// Returns a stream of the frames: see [`next_frame`](Self::next_frame).
        pub fn frames(&mut self) -> $crate::Frames<&mut Self> {
            $crate::Frames::new(self)
        }

        /// Converts this into a stream of its frames: see [`frames`](Self::frames).
        pub fn into_frames(self) -> $crate::Frames<Self> {
            $crate::Frames::new(self)
        }

        /// Calls `visit` with each frame, which borrows its text from the decoder, so nothing is
        /// copied that the application does not keep. Returns `Some` if `visit` breaks, and `None`
        /// at the end of the stream.
        ///
        /// Timeouts, predicates and reconnection work as with [`next`](Self::next).
        ///
        /// ```no_run
        /// # use sse_driver::{Error, Session, Timer, Transport};
        /// use std::ops::ControlFlow;
        ///
        /// use sse_driver::FrameRef;
        ///
        /// # async fn total<T: Transport, M: Timer>(mut session: Session<T, M>) -> Result<(), Error> {
        /// let mut bytes = 0;
        /// let stopped_at = session
        ///     .for_each_frame(|frame| match frame {
        ///         FrameRef::Event(event) if event.event_type == "done" => {
        ///             ControlFlow::Break(event.last_event_id.to_owned())
        ///         }
        ///         FrameRef::Event(event) => {
        ///             bytes += event.data.len();
        ///             ControlFlow::Continue(())
        ///         }
        ///         _ => ControlFlow::Continue(()),
        ///     })
        ///     .await?;
        /// println!("{bytes} bytes before {stopped_at:?}");
        /// # Ok(())
        /// # }
        /// ```
        ///
        /// # Errors
        ///
        /// Returns the errors of [`next`](Self::next).
        pub async fn for_each_frame<B>(
            &mut self,
            mut visit: impl FnMut($crate::FrameRef<'_>) -> ::std::ops::ControlFlow<B>,
        ) -> Result<Option<B>, $crate::Error> {
            let mut take = |frame: $crate::FrameRef<'_>| visit(frame).break_value();
            ::std::future::poll_fn(|cx| self.poll_with(cx, &mut take)).await.transpose()
        }

        /// Returns a stream of values that `read` makes from the events. For each event, `read`
        /// returns a [`Read`](crate::Read), which says whether there is a value and whether the
        /// stream continues. It borrows the event, so it can parse JSON without copying the text.
        /// Values and errors have types of your own.
        ///
        /// The end of the stream before [`Read::Finish`](crate::Read::Finish) or
        /// [`Read::Last`](crate::Read::Last) is not an error, unless
        /// [`finish_before`](crate::RequestBuilder::finish_before) or
        /// [`finish_after`](crate::RequestBuilder::finish_after) makes it one.
        pub fn read<F, Item, Err>(&mut self, read: F) -> $crate::Reading<&mut Self, F>
        where
            F: FnMut($crate::EventRef<'_>) -> $crate::Read<Item, Err>,
            Err: From<$crate::Error>,
        {
            $crate::Reading::new(self, read)
        }

        /// Converts this into a stream of values that `read` makes from the events: see
        /// [`read`](Self::read).
        pub fn into_read<F, Item, Err>(self, read: F) -> $crate::Reading<Self, F>
        where
            F: FnMut($crate::EventRef<'_>) -> $crate::Read<Item, Err>,
            Err: From<$crate::Error>,
        {
            $crate::Reading::new(self, read)
        }

        /// Returns a stream of the events with their data parsed as JSON, as
        /// [`TypedEvent`](crate::TypedEvent)s. An event whose data does not fit the type is an
        /// [`Error::Deserialize`](crate::Error::Deserialize) that contains it, and the stream
        /// continues.
        #[cfg(feature = "json")]
        pub fn json<D: serde::de::DeserializeOwned>(
            &mut self,
        ) -> $crate::Reading<&mut Self, $crate::FromJson<D>> {
            $crate::Reading::new(self, $crate::typed::from_json::<D>)
        }

        /// Returns a stream of the events as an enum: the event type selects the variant, and the
        /// JSON of the data is its content. The enum must be tagged with `#[serde(tag = "event",
        /// content = "data")]`.
        ///
        /// A unit variant matches its event type whatever the data is, and `#[serde(other)]`
        /// matches all other types. An event that matches no variant is an
        /// [`Error::Deserialize`](crate::Error::Deserialize) that contains it, and the stream
        /// continues. A variant with an `Option` reads data that is not valid JSON as `None`.
        ///
        /// ```no_run
        /// # use sse_driver::{Error, Session, Timer, Transport};
        /// #[derive(serde::Deserialize)]
        /// #[serde(tag = "event", content = "data", rename_all = "snake_case")]
        /// enum Message {
        ///     Delta { text: String },
        ///     Ping,
        ///     #[serde(other)]
        ///     Unknown,
        /// }
        ///
        /// # async fn log<T: Transport, M: Timer>(
        /// #     mut session: Session<T, M>,
        /// # ) -> Result<(), Error> {
        /// let mut messages = session.json_by_type::<Message>();
        /// while let Some(message) = messages.next().await {
        ///     if let Message::Delta { text } = message? {
        ///         print!("{text}");
        ///     }
        /// }
        /// # Ok(())
        /// # }
        /// ```
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
            self.poll_with(cx, |frame| match frame {
                $crate::FrameRef::Event(event) => Some(event.to_owned()),
                _ => None,
            })
        }
    };
}
pub(crate) use reading_methods;
