//! The response body, which plays the steps of a reply.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use sse_driver::Timer;

use super::Connection;
use crate::reply::{End, Step};
use crate::{Gate, Reply};

/// The body of a response from a [`MockTransport`](crate::MockTransport): a stream of byte chunks.
///
/// ```
/// fn is_a_body<B: futures_core::Stream>() {}
/// is_a_body::<sse_testkit::MockBody<sse_testkit::MockTimer>>();
/// ```
pub struct MockBody<M: Timer> {
    timer: M,
    steps: VecDeque<BodyStep>,
    pause: Option<Pin<Box<M::Sleep>>>,
    end: End,
    /// Whether closing the connection ends the body cleanly.
    ends_with_connection: bool,
    #[expect(dead_code, reason = "dropping it closes the connection")]
    connection: Connection,
}

/// A [`Step`] whose bytes are cheap to clone.
enum BodyStep {
    Send(Bytes),
    SendForever(Bytes),
    Pause(Duration),
    Wait(Gate),
}

impl<M: Timer> MockBody<M> {
    pub(super) fn new(timer: M, reply: Reply, connection: Connection) -> Self {
        let (end, ends_with_connection) = (reply.end, reply.ends_with_connection());
        let steps = reply.steps.into_iter().flat_map(body_steps).collect();
        Self { timer, steps, pause: None, end, ends_with_connection, connection }
    }
}

fn body_steps(step: Step) -> Vec<BodyStep> {
    match step {
        Step::Send(bytes) if bytes.is_empty() => vec![],
        Step::Send(bytes) => vec![BodyStep::Send(bytes.into())],
        Step::SendEachByte(bytes) => {
            bytes.into_iter().map(|byte| BodyStep::Send(vec![byte].into())).collect()
        }
        Step::SendForever(bytes) => vec![BodyStep::SendForever(bytes.into())],
        Step::Pause(time) => vec![BodyStep::Pause(time)],
        Step::Wait(gate) => vec![BodyStep::Wait(gate)],
    }
}

/// The timer is never pinned, and the pause is boxed.
impl<M: Timer> Unpin for MockBody<M> {}

impl<M: Timer> Stream for MockBody<M> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match self.steps.front() {
                Some(BodyStep::SendForever(bytes)) => return Poll::Ready(Some(Ok(bytes.clone()))),
                Some(BodyStep::Wait(gate)) => ready!(gate.poll_open(cx)),
                _ => {}
            }
            match self.steps.pop_front() {
                Some(BodyStep::Send(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(BodyStep::Pause(time)) => {
                    self.pause = Some(Box::pin(self.timer.sleep_until(self.timer.now() + time)));
                }
                Some(_) => {}
                None => return self.end(),
            }
        }
    }
}

impl<M: Timer> MockBody<M> {
    fn end(&self) -> Poll<Option<io::Result<Bytes>>> {
        match self.end {
            End::Drop if !self.ends_with_connection => {
                Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())))
            }
            End::Close | End::Drop => Poll::Ready(None),
            End::Reset => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            End::Stall => Poll::Pending,
        }
    }
}

impl<M: Timer> fmt::Debug for MockBody<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockBody").field("steps_left", &self.steps.len()).finish_non_exhaustive()
    }
}
