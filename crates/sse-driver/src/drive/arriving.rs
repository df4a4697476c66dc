//! Handles input from the connection and from the timer.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode};
use sse_proto::{self as proto, Disconnect, Event, Instant};

use super::{Drive, share_if_equal};
use crate::connection::{Arrived, Connection};
use crate::head::{content_type, is_compressed, retry_after};
use crate::{EffectiveUrl, Error, FailedResponse, Futile, ResponseHead, Timer, Transport};

impl<T: Transport, M: Timer> Drive<T, M> {
    /// Ready when the event source has received an input.
    pub(super) fn poll_input(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        if let Poll::Ready(arrived) = self.connection.poll(cx) {
            self.overdue = false;
            self.handle(arrived);
            return Poll::Ready(());
        }
        let Some(deadline) = deadline else { return Poll::Pending };
        ready!(self.deadline.poll(&self.timer, deadline, cx));
        let now = self.timer.now();
        // The connection may have data although it is pending: some runtimes return `Pending` to a
        // task that has used up its budget, and the application may not have polled for longer than
        // the timeout. So poll once more before the timeout takes effect.
        let is_connected = !matches!(self.connection, Connection::Down);
        if now < deadline || (is_connected && !std::mem::replace(&mut self.overdue, true)) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.overdue = false;
        self.source.handle_timeout(now);
        Poll::Ready(())
    }

    fn handle(&mut self, arrived: Arrived<T>) {
        match arrived {
            Arrived::Token(token, attempt) => self.handle_token(&token, attempt),
            Arrived::NoToken(error) => self.fail_hook(Error::BearerAuth(error.into())),
            Arrived::Request(request) => self.send(request),
            Arrived::HookFailed(error) => self.fail_hook(Error::BeforeEach(error.into())),
            Arrived::Response(response) => self.handle_response(response),
            Arrived::NoResponse(error) => {
                let how = how(&*error);
                self.handle_disconnect(Some(Error::Connect(error.into())), how);
            }
            Arrived::Chunk(chunk) => {
                self.budget.spend_chunk(chunk.len());
                self.tail.handle_data(&chunk);
                self.source.handle_data(self.chunk_time(), chunk);
            }
            Arrived::End(None) => self.handle_disconnect(None, Disconnect::Eof),
            Arrived::End(Some(error)) => {
                let how = how(&*error);
                self.handle_disconnect(Some(Error::Stream(error.into())), how);
            }
        }
    }

    /// Returns the time of a chunk if there is an idle timeout, the only use of it. With one event
    /// per chunk, reading the clock is a measurable part of the work.
    fn chunk_time(&self) -> Option<Instant> {
        self.options.idle_timeout.map(|_| self.timer.now())
    }

    fn handle_response(&mut self, response: Response<T::Body>) {
        let (mut head, body) = response.into_parts();
        let effective = head.extensions.remove::<EffectiveUrl>();
        let url = effective.map_or_else(
            || Arc::clone(&self.request_url),
            |EffectiveUrl(url)| share_if_equal(&self.request_url, url),
        );
        let response = ResponseHead::new(head.status, &head.headers, url);
        self.last_response = Some(response.clone());
        self.retry_after = retry_after(&head.headers, || self.timer.wall_clock());
        if head.status != StatusCode::UNAUTHORIZED {
            self.credentials.handle_acceptance();
        }
        let accept = match &self.options.accept_when {
            Some(_) if head.status == StatusCode::NO_CONTENT => None,
            Some(accepts) => Some(accepts(&response)),
            None => (self.options.any_content_type && head.status == StatusCode::OK).then_some(true),
        };
        if (head.status == StatusCode::OK || accept == Some(true)) && is_compressed(&head.headers) {
            let response =
                FailedResponse { is_body_cut: true, ..FailedResponse::new(response, Bytes::new()) };
            let error = Error::ContentEncoding(Box::new(response));
            return self.handle_disconnect(Some(error), Disconnect::Futile);
        }
        self.connection = Connection::Open(Box::pin(body));
        let content_type = content_type(&head.headers);
        let head = proto::ResponseHead {
            status: head.status.as_u16(),
            content_type: content_type.as_deref(),
            retry_after: self.retry_after,
            accept,
        };
        self.source.handle_response(self.timer.now(), head);
    }

    /// Whether a clean end of the stream completes the event in progress.
    fn completes_unfinished(&self) -> bool {
        let predicates = &self.options.predicates;
        let ends = |event: Event| predicates.end_with((&event).into());
        self.options.deliver_unfinished
            || predicates.expect_an_end() && self.source.unfinished().is_some_and(ends)
    }

    fn handle_disconnect(&mut self, error: Option<Error>, how: Disconnect) {
        self.connection = Connection::Down;
        if how == Disconnect::Eof && self.completes_unfinished() {
            self.source.complete_unfinished();
        }
        self.transport_error = error;
        self.source.handle_disconnect(self.timer.now(), how);
    }
}

fn how(error: &(dyn std::error::Error + 'static)) -> Disconnect {
    if Futile::is_in(error) { Disconnect::Futile } else { Disconnect::Transport }
}
