//! Decides what follows a failure: reads the body of a refused response, and asks the application.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use sse_proto::{Cause, Instant, Verdict};

use super::{Drive, Phase};
use crate::connection::{Arrived, Connection};
use crate::{BoxError, Error, FailedResponse, Failure, Timer, Transport};

/// A failure that is being decided.
pub(super) struct Deciding {
    cause: Cause,
    verdict: Verdict,
    /// The body of a refused response, which is being read for the error.
    refusal: Option<Box<Refusal>>,
}

/// The start of the body of a refused response.
pub(super) struct Refusal {
    body: Vec<u8>,
    until: Instant,
    /// The bytes of the last chunk beyond the limit.
    pub(super) rest: Bytes,
    /// How the body ended, if it has ended.
    pub(super) end: Option<Result<(), BoxError>>,
}

/// The maximum length of such a body in bytes.
const MAX_BODY_LEN: usize = 64 * 1024;
/// How long such a body is read if the session ends with it.
const MAX_TIME_AT_END: Duration = Duration::from_secs(10);
/// How long such a body is read if another attempt may follow.
const MAX_TIME_BEFORE_RETRY: Duration = Duration::from_secs(1);

impl<T: Transport, M: Timer> Drive<T, M> {
    pub(super) fn failed(&mut self, cause: Cause, verdict: Verdict) {
        let may_go_on =
            verdict != Verdict::Close || self.options.retry_when.is_some() || self.can_renew(cause);
        let is_read = is_refusal(cause) && (may_go_on || !self.keeps_response);
        let max_time = if may_go_on { MAX_TIME_BEFORE_RETRY } else { MAX_TIME_AT_END };
        let refusal = is_read.then(|| {
            let until = self.timer.now() + max_time;
            Box::new(Refusal { body: Vec::new(), until, rest: Bytes::new(), end: None })
        });
        self.phase = Phase::Deciding(Box::new(Deciding { cause, verdict, refusal }));
    }

    pub(super) fn poll_decision(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.poll_refusal(cx));
        let Phase::Deciding(deciding) = std::mem::replace(&mut self.phase, Phase::Running) else {
            return Poll::Ready(());
        };
        let Deciding { cause, verdict, mut refusal } = *deciding;
        let error = Arc::new(match is_refusal(cause) {
            true => self.refused(refusal.as_deref_mut()),
            false => self.failure(cause),
        });
        self.unread = refusal.filter(|_| self.keeps_response);
        self.last_failure = Some(Arc::clone(&error));
        let unauthorized = error.response().filter(|_| self.asks_for_tokens(cause)).cloned();
        if unauthorized.is_some_and(|response| self.credentials.handle_refusal(response)) {
            self.source.reconnect(self.timer.now());
            return Poll::Ready(());
        }
        if let Some(retry_when) = &self.options.retry_when {
            let retry = retry_when(&self.describe(cause, verdict, error));
            self.source.decide(self.timer.now(), retry);
        }
        Poll::Ready(())
    }

    fn describe(&self, cause: Cause, verdict: Verdict, error: Arc<Error>) -> Failure {
        Failure {
            cause,
            error,
            attempt: self.attempt,
            failures: self.source.failures(),
            was_open: self.first_response.is_some(),
            delivered: self.delivered,
            last_event_id: self.source.last_event_id().to_owned(),
            reconnection_time: self.source.reconnection_time(),
            delay: match verdict {
                Verdict::Retry(delay) => Some(delay),
                Verdict::Close => None,
            },
        }
    }

    fn asks_for_tokens(&self, cause: Cause) -> bool {
        cause == Cause::Status(StatusCode::UNAUTHORIZED.as_u16()) && self.options.bearer_auth.is_some()
    }

    fn can_renew(&self, cause: Cause) -> bool {
        self.asks_for_tokens(cause) && self.credentials.can_be_renewed()
    }

    /// Reads the body of a refused response up to the limits.
    fn poll_refusal(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Phase::Deciding(deciding) = &mut self.phase else { return Poll::Ready(()) };
        let Some(refusal) = &mut deciding.refusal else { return Poll::Ready(()) };
        loop {
            match self.connection.poll(cx) {
                Poll::Ready(Arrived::Chunk(mut chunk)) => {
                    let room = MAX_BODY_LEN - refusal.body.len();
                    let taken = chunk.split_to(chunk.len().min(room));
                    refusal.body.extend_from_slice(&taken);
                    if taken.len() == room {
                        refusal.rest = chunk;
                        return Poll::Ready(());
                    }
                    self.budget.spend_chunk(taken.len());
                    ready!(self.budget.poll_next_chunk(cx));
                }
                Poll::Ready(Arrived::End(error)) => {
                    self.connection = Connection::Down;
                    refusal.end = Some(error.map_or(Ok(()), Err));
                    return Poll::Ready(());
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    ready!(self.deadline.poll(&self.timer, refusal.until, cx));
                    if self.timer.now() >= refusal.until {
                        return Poll::Ready(());
                    }
                    // A faulty timer may complete too early each time.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }

    fn refused(&mut self, refusal: Option<&mut Refusal>) -> Error {
        let Some(head) = self.last_response.clone() else { return Error::Eof };
        let is_whole = refusal.as_ref().is_some_and(|refusal| matches!(refusal.end, Some(Ok(()))));
        let body = refusal.map(|refusal| std::mem::take(&mut refusal.body)).unwrap_or_default();
        Error::Response(Box::new(FailedResponse {
            head,
            body: body.into(),
            is_body_cut: !is_whole,
            retry_after: self.retry_after,
        }))
    }
}

fn is_refusal(cause: Cause) -> bool {
    matches!(cause, Cause::Status(_) | Cause::ContentType | Cause::NotAccepted)
}
