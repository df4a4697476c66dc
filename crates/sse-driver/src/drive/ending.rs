//! Ends a session, and converts the close reason to an error.

use std::sync::Arc;

use sse_proto::{Cause, CloseReason};

use super::{Drive, Phase, Step};
use crate::connection::Connection;
use crate::response::Response;
use crate::{Error, State, Timer, Transport};

impl<T: Transport, M: Timer> Drive<T, M> {
    pub(super) fn closed(&mut self, reason: CloseReason) -> Step {
        let is_dismissed = matches!(self.phase, Phase::Draining);
        self.phase = Phase::Done;
        if !(self.keeps_response && is_response(&reason)) {
            self.connection = Connection::Down;
        }
        if reason == CloseReason::NoContent && self.first_response.is_none() {
            self.first_response.clone_from(&self.last_response);
        }
        let error = self.rejection.take().or_else(|| self.error(&reason)).filter(|_| !is_dismissed);
        let diagnostics = self.tail.snapshot();
        self.report(State::Closed { reason, error: error.clone().map(Arc::new), diagnostics });
        self.end_error = error;
        Step::Ended
    }

    /// Returns the response that ended the session, if [`keep_response`](Self::keep_response) kept
    /// it.
    pub(crate) fn into_response(self) -> Option<Response<T, M>> {
        let head = self.last_response.filter(|_| self.source.close_reason().is_some_and(is_response))?;
        // Nothing of a 204 is read yet. What is kept belongs to an earlier response.
        let is_read = self.source.close_reason() != Some(&CloseReason::NoContent);
        let failure = self.last_failure.filter(|_| is_read);
        let start = failure.as_deref().and_then(Error::response).map(|response| response.body.clone());
        let unread = self.unread.filter(|_| is_read);
        let (rest, end) = unread.map(|unread| (unread.rest, unread.end)).unwrap_or_default();
        let body = match self.connection {
            Connection::Open(body) => Some(body),
            _ => None,
        };
        let front = [start.unwrap_or_default(), rest];
        Some(Response::new(head, front, body, end.and_then(Result::err), self.timer, &self.options))
    }

    pub(super) fn failure(&mut self, cause: Cause) -> Error {
        match cause {
            Cause::ResponseTimeout => {
                Error::ResponseTimeout(self.options.response_timeout.unwrap_or_default())
            }
            Cause::IdleTimeout => Error::IdleTimeout(self.options.idle_timeout.unwrap_or_default()),
            Cause::Eof if self.options.predicates.expect_an_end() => Error::Truncated,
            // At a clean end of the stream there is no transport error.
            _ => self.transport_error.take().unwrap_or(Error::Eof),
        }
    }

    /// Returns the error for a close reason, or `None` at a normal end.
    fn error(&mut self, reason: &CloseReason) -> Option<Error> {
        match *reason {
            CloseReason::EndOfStream => self.options.predicates.expect_an_end().then_some(Error::Truncated),
            CloseReason::TooLong { limit } => Some(Error::TooLong { limit }),
            // A futile failure is final, so no `Failed` output has recorded it.
            CloseReason::Failed(Cause::Futile) => Some(self.failure(Cause::Futile)),
            CloseReason::GaveUp { attempts, .. } if attempts > 0 => {
                Some(Error::GaveUp { attempts, last: Box::new(self.last_error()) })
            }
            _ if reason.is_normal() => None,
            _ => Some(self.last_error()),
        }
    }

    fn last_error(&self) -> Error {
        self.last_failure.as_deref().cloned().unwrap_or(Error::Eof)
    }
}

/// Whether the session ends with a response rather than with a failure.
fn is_response(reason: &CloseReason) -> bool {
    use CloseReason::{ContentType, Failed, GaveUp, NoContent, NotAccepted, Status};
    matches!(
        reason,
        NoContent
            | Status(_)
            | ContentType(_)
            | NotAccepted
            | Failed(Cause::Status(_) | Cause::ContentType | Cause::NotAccepted)
            | GaveUp { last: Cause::Status(_) | Cause::ContentType | Cause::NotAccepted, .. }
    )
}
