//! How a session ends: what is read of a refusal, and the error that a reason to close is.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use sse_proto::{Cause, CloseReason, Instant};

use super::{Drive, Step};
use crate::link::{Arrived, Link};
use crate::{Error, FailedResponse, State, Timer, Transport};

/// The body of a response that is no event stream, on its way into the error.
pub(super) struct Refusal {
    body: Vec<u8>,
    until: Instant,
}

/// How much of such a body is read, in bytes, and for how long.
const MOST_OF_A_REFUSAL: usize = 64 * 1024;
const LONGEST_REFUSAL: Duration = Duration::from_secs(10);

impl<T: Transport, M: Timer> Drive<T, M> {
    pub(super) fn poll_closed<R>(&mut self, cx: &mut Context<'_>, reason: CloseReason) -> Poll<Step<R>> {
        if self.ended {
            return Poll::Ready(Step::Ended(None));
        }
        if is_refusal(&reason) {
            ready!(self.poll_refusal(cx));
        }
        self.link = Link::Down;
        self.ended = true;
        if reason == CloseReason::NoContent && self.first_response.is_none() {
            self.first_response.clone_from(&self.last_response);
        }
        let error = self.own_error.take().or_else(|| self.error(&reason)).filter(|_| !self.dismissed);
        let diagnostics = self.recent.tail();
        self.tell(&State::Closed { reason, diagnostics });
        Poll::Ready(Step::Ended(error))
    }

    /// Reads the body of a response that was refused, as far as it is worth it.
    fn poll_refusal(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = self.timer.now() + LONGEST_REFUSAL;
        let refusal = self.refusal.get_or_insert_with(|| Box::new(Refusal { body: Vec::new(), until }));
        loop {
            match self.link.poll(cx) {
                Poll::Ready(Arrived::Chunk(chunk)) => {
                    let room = MOST_OF_A_REFUSAL - refusal.body.len();
                    refusal.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                    if chunk.len() >= room {
                        return Poll::Ready(());
                    }
                    self.budget.spend_chunk(chunk.len());
                    ready!(self.budget.poll(cx));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending if matches!(self.link, Link::Down) => return Poll::Ready(()),
                Poll::Pending => {
                    ready!(self.alarm.poll(&self.timer, refusal.until, cx));
                    if self.timer.now() >= refusal.until {
                        return Poll::Ready(());
                    }
                }
            }
        }
    }

    /// The error that a reason to close is; `None` when it is none.
    fn error(&mut self, reason: &CloseReason) -> Option<Error> {
        match *reason {
            CloseReason::EndOfStream if self.options.predicates.expect_an_end() => Some(Error::Truncated),
            CloseReason::Status(_) | CloseReason::ContentType(_) => Some(self.refused()),
            CloseReason::TooLong { limit } => Some(Error::TooLong { limit }),
            CloseReason::Failed(cause) | CloseReason::GaveUp { attempts: 0, last: cause } => {
                Some(self.failure(cause))
            }
            CloseReason::GaveUp { attempts, last } => {
                Some(Error::GaveUp { attempts, last: Box::new(self.failure(last)) })
            }
            _ => None,
        }
    }

    pub(super) fn failure(&mut self, cause: Cause) -> Error {
        match cause {
            Cause::Status(_) => self.refused(),
            Cause::ResponseTimeout => {
                Error::ResponseTimeout(self.options.response_timeout.unwrap_or_default())
            }
            Cause::IdleTimeout => Error::IdleTimeout(self.options.idle_timeout.unwrap_or_default()),
            Cause::Eof if self.options.predicates.expect_an_end() => Error::Truncated,
            // Where the server just ended the stream, the transport had nothing to say.
            _ => self.transport_error.take().unwrap_or(Error::Eof),
        }
    }

    fn refused(&mut self) -> Error {
        let Some(head) = self.last_response.clone() else { return Error::Eof };
        let body = self.refusal.take().map_or_else(Bytes::new, |refusal| refusal.body.into());
        Error::Response(Box::new(FailedResponse { head, body }))
    }
}

fn is_refusal(reason: &CloseReason) -> bool {
    use CloseReason::{ContentType, Failed, GaveUp, Status};
    matches!(
        reason,
        Status(_) | ContentType(_) | Failed(Cause::Status(_)) | GaveUp { last: Cause::Status(_), .. }
    )
}
