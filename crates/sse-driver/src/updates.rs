//! The states and the frames of a session in one stream.

use std::fmt;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sse_proto::Frame;

use crate::drive::Step;
use crate::{Error, Session, State, Timer, Transport};

/// A frame or a state change of a session: see [`Session::updates`](crate::Session::updates).
///
/// ```
/// use sse_driver::{Frame, State, Update};
///
/// fn log(update: &Update) {
///     match update {
///         Update::State(State::Open { .. }) => println!("open"),
///         Update::Frame(Frame::Event(event)) => println!("{}", event.data),
///         _ => {}
///     }
/// }
/// # let _ = log;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Update {
    /// A state change, as passed to [`on_state`](crate::RequestBuilder::on_state).
    State(State),
    /// A frame, as [`Session::next_frame`](crate::Session::next_frame) returns it.
    Frame(Frame),
}

/// A stream of the state changes and the frames of a session: see
/// [`Session::updates`](crate::Session::updates).
///
/// ```no_run
/// # use sse_driver::{Client, Error, Timer, Transport};
/// # async fn follow<T: Transport, M: Timer>(client: Client<T, M>) -> Result<(), Error> {
/// let mut session = client.get("http://localhost:8080/events").start();
/// let mut updates = session.updates();
/// while let Some(update) = updates.next().await {
///     println!("{:?}", update?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Updates<'a, T: Transport, M: Timer> {
    session: &'a mut Session<T, M>,
}

impl<'a, T: Transport, M: Timer> Updates<'a, T, M> {
    pub(crate) fn new(session: &'a mut Session<T, M>) -> Self {
        session.drive.states.get_or_insert_default();
        Self { session }
    }

    /// Returns the next update, or `None` after the session ended. An `Err` is the last item.
    pub async fn next(&mut self) -> Option<Result<Update, Error>> {
        poll_fn(|cx| self.poll_update(cx)).await
    }

    fn poll_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update, Error>>> {
        let drive = &mut self.session.drive;
        loop {
            if let Some(state) = drive.states.as_mut().and_then(|states| states.pop_front()) {
                return Poll::Ready(Some(Ok(Update::State(state))));
            }
            if let Some(error) = drive.end_error.take() {
                return Poll::Ready(Some(Err(error)));
            }
            let mut taken = None;
            let step = ready!(drive.poll_frames(cx, &mut |frame| {
                taken = Some(frame.to_owned());
                ControlFlow::Break(())
            }));
            if let Some(frame) = taken {
                return Poll::Ready(Some(Ok(Update::Frame(frame))));
            }
            match step {
                Step::Opened | Step::StateChanged | Step::Visited => {}
                Step::Ended => {
                    if drive.states.as_ref().is_none_or(|states| states.is_empty())
                        && drive.end_error.is_none()
                    {
                        return Poll::Ready(None);
                    }
                }
            }
        }
    }
}

impl<T: Transport, M: Timer> Drop for Updates<'_, T, M> {
    fn drop(&mut self) {
        self.session.drive.states = None;
    }
}

impl<T: Transport, M: Timer> Stream for Updates<'_, T, M> {
    type Item = Result<Update, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_update(cx)
    }
}

impl<T: Transport, M: Timer> fmt::Debug for Updates<'_, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").field("session", &self.session).finish()
    }
}
