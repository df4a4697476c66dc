//! What comes in: by the connection, and by the passing of time.

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Response;
use sse_proto::{self as proto, Disconnect, Event, Instant};

use super::{Drive, one};
use crate::head::{content_type, retry_after};
use crate::link::{Arrived, Link};
use crate::{EffectiveUrl, Error, ResponseHead, Timer, Transport};

impl<T: Transport, M: Timer> Drive<T, M> {
    /// Ready when the core was told something.
    pub(super) fn poll_input(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        if let Poll::Ready(arrived) = self.link.poll(cx) {
            self.handle(arrived);
            return Poll::Ready(());
        }
        let Some(deadline) = deadline else { return Poll::Pending };
        ready!(self.alarm.poll(&self.timer, deadline, cx));
        self.source.handle_timeout(self.timer.now());
        Poll::Ready(())
    }

    fn handle(&mut self, arrived: Arrived<T>) {
        match arrived {
            Arrived::Request(request) => self.send(request),
            Arrived::CalledOff(error) => self.fail(Error::BeforeEach(error)),
            Arrived::Response(response) => self.handle_response(response),
            Arrived::NoResponse(error) => self.handle_disconnect(Some(Error::Connect(error))),
            Arrived::Chunk(chunk) => {
                self.budget.spend_chunk(chunk.len());
                self.recent.handle_data(&chunk);
                self.source.handle_data(self.chunk_time(), chunk);
            }
            Arrived::End(error) => self.handle_disconnect(error.map(Error::Stream)),
        }
    }

    /// When a chunk came, which is asked for the idle timeout alone: with a chunk for each event, reading the clock is
    /// a measurable part of the work.
    fn chunk_time(&self) -> Instant {
        self.options.idle_timeout.map_or(Instant::ZERO, |_| self.timer.now())
    }

    fn handle_response(&mut self, response: Response<T::Body>) {
        let (mut head, body) = response.into_parts();
        let effective = head.extensions.remove::<EffectiveUrl>();
        let url =
            effective.map_or_else(|| Arc::clone(&self.asked), |EffectiveUrl(url)| one(&self.asked, url));
        let response = ResponseHead::new(head.status, &head.headers, url);
        self.link = Link::Open(Box::pin(body));
        let content_type = content_type(&head.headers);
        let head = proto::ResponseHead {
            status: head.status.as_u16(),
            content_type: content_type.as_deref(),
            retry_after: retry_after(&head.headers, || self.timer.wall_clock()),
        };
        self.source.handle_response(self.timer.now(), head);
        self.last_response = Some(response);
    }

    /// Whether a clean end of the stream is taken for the end of the event in progress.
    fn completes_unfinished(&self) -> bool {
        let predicates = &self.options.predicates;
        let ends = |event: Event| predicates.end_with((&event).into());
        self.options.deliver_unfinished
            || predicates.expect_an_end() && self.source.unfinished().is_some_and(ends)
    }

    fn handle_disconnect(&mut self, error: Option<Error>) {
        self.link = Link::Down;
        let how = if error.is_some() { Disconnect::Transport } else { Disconnect::Eof };
        if error.is_none() && self.completes_unfinished() {
            self.source.complete_unfinished();
        }
        self.transport_error = error;
        self.source.handle_disconnect(self.timer.now(), how);
    }
}
