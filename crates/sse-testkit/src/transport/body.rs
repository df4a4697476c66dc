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
use crate::reply::{End, Step, has_no_body};
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
    /// How many bytes of the length that the head announces are still to come.
    left: Option<u64>,
    is_chunked: bool,
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
    pub(super) fn new(timer: M, status: u16, reply: Reply, connection: Connection) -> Self {
        let (end, is_chunked) = (reply.end, reply.is_chunked());
        let left = if has_no_body(status) { Some(0) } else { reply.length() };
        let steps = reply.steps.into_iter().flat_map(body_steps).collect();
        Self { timer, steps, pause: None, end, left, is_chunked, connection }
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
            if self.left == Some(0) {
                return Poll::Ready(None);
            }
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match self.steps.front() {
                Some(BodyStep::SendForever(bytes)) => {
                    let bytes = bytes.clone();
                    return self.send(bytes);
                }
                Some(BodyStep::Wait(gate)) => ready!(gate.poll_open(cx)),
                _ => {}
            }
            match self.steps.pop_front() {
                Some(BodyStep::Send(bytes)) => return self.send(bytes),
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
    /// Sends bytes, but not more than the head announces.
    fn send(&mut self, mut bytes: Bytes) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(left) = &mut self.left {
            bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= bytes.len() as u64;
        }
        Poll::Ready(Some(Ok(bytes)))
    }

    fn end(&self) -> Poll<Option<io::Result<Bytes>>> {
        let is_cut = self.left.is_some() || (self.is_chunked && matches!(self.end, End::Drop));
        match self.end {
            End::Close | End::Drop if is_cut => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
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
