//! The loop that drives the core. Every way to read a session runs it.

mod arriving;
mod connecting;
mod deciding;
mod ending;

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::StatusCode;
use sse_proto::{Cause, Config, Disconnect, EventSource, FrameRef, Instant, Output};
use url::Url;

use self::connecting::Credentials;
use self::deciding::{Deciding, Refusal};
use crate::budget::Budget;
use crate::connection::Connection;
use crate::deadline::Deadline;
use crate::diagnostics::TailBuffer;
use crate::handle::{Command, Handles, SessionHandle};
use crate::options::SharedOptions;
use crate::predicates::Judged;
use crate::template::Template;
use crate::trace::Trace;
use crate::{Error, ResponseHead, State, Timer, Transport};

/// An event source with its connection and its timer.
pub(crate) struct Drive<T: Transport, M: Timer> {
    pub(crate) source: EventSource,
    connection: Connection<T>,
    pub(crate) first_response: Option<ResponseHead>,
    pub(crate) last_response: Option<ResponseHead>,
    pub(crate) tail: TailBuffer,
    transport: Arc<T>,
    timer: Arc<M>,
    template: Template,
    options: SharedOptions,
    /// The URL of the current request, before any redirects.
    request_url: Arc<Url>,
    deadline: Deadline<M>,
    budget: Budget,
    phase: Phase,
    /// The deadline has passed. The loop polls the connection once more before it times out.
    overdue: bool,
    /// The number of the current attempt.
    attempt: u64,
    /// Whether the session has delivered an event.
    delivered: bool,
    /// The latest error of the transport, or of an application hook that failed in its place.
    transport_error: Option<Error>,
    last_failure: Option<Arc<Error>>,
    /// The error that `fail_when` returned for an event.
    rejection: Option<Error>,
    /// The `Retry-After` of the latest response.
    retry_after: Option<Duration>,
    credentials: Credentials,
    /// Whether a response that ends the session is kept for the caller, with its body.
    keeps_response: bool,
    /// That response, with what was read of its body.
    unread: Option<Box<Refusal>>,
    trace: Trace,
    handles: Option<Handles>,
    /// The states that [`Updates`](crate::Updates) has not returned yet, while there is one.
    pub(crate) states: Option<VecDeque<State>>,
    /// The error with which the session ended, until a read returns it.
    pub(crate) end_error: Option<Error>,
}

/// What the loop does next.
enum Phase {
    Running,
    /// The application asked for a connection, and the core has not been asked for it yet.
    Reconnecting,
    /// An attempt failed, and a hook has yet to decide what follows.
    Deciding(Box<Deciding>),
    /// The application has ended the session. The loop only has to report it.
    Draining,
    Done,
}

/// What makes the loop return.
pub(crate) enum Step {
    Opened,
    /// [`Updates`](crate::Updates) has a new state to return.
    StateChanged,
    /// The caller's closure broke at a frame.
    Visited,
    /// The session is over, and [`Drive::end_error`] has the error. Every later step is `Ended`, too.
    Ended,
}

impl<T: Transport, M: Timer> Drive<T, M> {
    pub(crate) fn new(
        (transport, timer): (Arc<T>, Arc<M>),
        template: Template,
        options: SharedOptions,
        config: Config,
    ) -> Self {
        Self {
            source: EventSource::new(config, timer.now()),
            connection: Connection::Down,
            first_response: None,
            last_response: None,
            transport,
            timer,
            tail: TailBuffer::new(options.diagnostics),
            options,
            trace: Trace::new(&template.url),
            request_url: Arc::clone(&template.url),
            template,
            deadline: Deadline::new(),
            budget: Budget::default(),
            phase: Phase::Reconnecting,
            overdue: false,
            attempt: 0,
            delivered: false,
            transport_error: None,
            last_failure: None,
            rejection: None,
            retry_after: None,
            credentials: Credentials::default(),
            keeps_response: false,
            unread: None,
            handles: None,
            states: None,
            end_error: None,
        }
    }

    /// Sets whether a response that ends the session is kept for
    /// [`into_response`](Self::into_response).
    pub(crate) fn keep_response(&mut self, keep: bool) {
        self.keeps_response = keep;
    }

    /// Drives the session and passes each frame to `visit` until it breaks.
    // No two callers share this code, since each has a closure of its own.
    #[inline(always)]
    pub(crate) fn poll_frames(
        &mut self,
        cx: &mut Context<'_>,
        visit: &mut impl FnMut(FrameRef<'_>) -> ControlFlow<()>,
    ) -> Poll<Step> {
        if self.handles.is_some() {
            self.obey_handles(cx);
        }
        loop {
            ready!(self.budget.poll(cx));
            match self.phase {
                // The response timeout starts here, at the first poll, however long ago the
                // application asked.
                Phase::Reconnecting => self.source.reconnect(self.timer.now()),
                Phase::Deciding(_) => ready!(self.poll_decision(cx)),
                Phase::Done => return Poll::Ready(Step::Ended),
                Phase::Running | Phase::Draining => {}
            }
            match self.source.poll_output() {
                Output::Connect(attempt) => self.connect(attempt),
                Output::Opened => return Poll::Ready(self.opened()),
                Output::Frame(frame) => {
                    self.budget.spend_frame();
                    let is_event = matches!(frame, FrameRef::Event(_));
                    self.tail.handle_frame(frame);
                    let judged = self.options.predicates.pass(frame, visit);
                    self.delivered |= is_event && !matches!(judged, Judged::Skipped);
                    match judged {
                        Judged::Passed(ControlFlow::Continue(())) | Judged::Skipped => {}
                        Judged::Passed(ControlFlow::Break(())) => return Poll::Ready(Step::Visited),
                        Judged::Last(flow) => {
                            self.finish_stream();
                            if flow.is_break() {
                                return Poll::Ready(Step::Visited);
                            }
                        }
                        Judged::Finish => self.finish_stream(),
                        Judged::Fail(error) => self.fail(error),
                    }
                }
                Output::Failed { cause, verdict } => self.failed(cause, verdict),
                Output::Disconnected { cause, retry_at } => self.disconnected(cause, retry_at),
                Output::Wait(deadline) => {
                    self.source.release_chunk();
                    ready!(self.budget.poll_next_chunk(cx));
                    if self.poll_input(cx, deadline).is_pending() {
                        self.budget.renew();
                        return Poll::Pending;
                    }
                }
                Output::Closed(reason) => return Poll::Ready(self.closed(reason)),
            }
            if self.states.as_ref().is_some_and(|states| !states.is_empty()) {
                return Poll::Ready(Step::StateChanged);
            }
        }
    }

    /// Drives the session until it is open or over.
    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            match ready!(self.poll_frames(cx, &mut |_| ControlFlow::Continue(()))) {
                Step::Opened => return Poll::Ready(Ok(())),
                Step::Ended => return Poll::Ready(self.end_error.take().map_or(Ok(()), Err)),
                Step::StateChanged | Step::Visited => {}
            }
        }
    }

    pub(crate) fn url(&self) -> &Url {
        self.last_response.as_ref().map_or(&self.request_url, ResponseHead::url)
    }

    /// Drops the connection and asks for a new one at once.
    pub(crate) fn reconnect(&mut self) {
        self.source.reconnect(self.timer.now());
        if matches!(self.phase, Phase::Running | Phase::Reconnecting | Phase::Deciding(_)) {
            self.phase = Phase::Reconnecting;
        }
        self.connection = Connection::Down;
        self.publish();
    }

    /// Ends the session because the application asked for it. The session delivers no more events.
    pub(crate) fn close(&mut self) {
        self.source.close();
        self.drain();
    }

    /// Ends the session like [`close`](Self::close), but with the reason `Finished`.
    pub(crate) fn finish(&mut self) {
        self.source.finish();
        self.drain();
    }

    fn drain(&mut self) {
        if !matches!(self.phase, Phase::Done) {
            self.phase = Phase::Draining;
        }
        self.end_error = None;
        self.connection = Connection::Down;
        self.publish();
    }

    fn opened(&mut self) -> Step {
        if let Some(response) = self.last_response.clone() {
            self.first_response.get_or_insert_with(|| response.clone());
            self.report(State::Open { response });
        }
        Step::Opened
    }

    /// Ends the session after an event that a predicate takes for the last one.
    fn finish_stream(&mut self) {
        self.source.finish();
        self.connection = Connection::Down;
        self.publish();
    }

    fn disconnected(&mut self, cause: Cause, retry_at: Instant) {
        self.connection = Connection::Down;
        let cause = match (cause, &self.phase) {
            (Cause::Reconnect, Phase::Reconnecting) => {
                self.last_failure = None;
                cause
            }
            // The driver itself asked for this reconnection, to send a fresh token.
            (Cause::Reconnect, _) => Cause::Status(StatusCode::UNAUTHORIZED.as_u16()),
            _ => cause,
        };
        let error = self.last_failure.clone();
        let retry_in = retry_at.saturating_duration_since(self.timer.now());
        self.tail.handle_disconnect();
        let diagnostics = self.tail.snapshot();
        self.report(State::Disconnected { cause, error, retry_in, diagnostics });
    }

    fn fail(&mut self, error: Error) {
        self.rejection = Some(error);
        self.connection = Connection::Down;
        self.source.close();
    }

    fn report(&mut self, state: State) {
        self.trace.tell(&state);
        if let Some(on_state) = &self.options.on_state {
            on_state(&state);
        }
        self.publish();
        if let Some(states) = &mut self.states {
            states.push_back(state);
        }
    }

    /// Shows the ready state to the handles.
    fn publish(&self) {
        if let Some(handles) = &self.handles {
            handles.publish(self.source.ready_state());
        }
    }

    /// Ends the session before it begins, because the request is not valid.
    pub(crate) fn refuse(&mut self, error: Error) {
        // The first attempt fails before it is made.
        let _ = self.source.poll_output();
        self.source.handle_disconnect(self.timer.now(), Disconnect::Futile);
        let _ = self.source.poll_output();
        self.transport_error = Some(error);
        self.phase = Phase::Running;
    }

    pub(crate) fn session_handle(&mut self) -> SessionHandle {
        let ready_state = self.source.ready_state();
        self.handles.get_or_insert_with(|| Handles::new(ready_state)).handle()
    }

    fn obey_handles(&mut self, cx: &Context<'_>) {
        match self.handles.as_ref().and_then(|handles| handles.take_command(cx)) {
            Some(Command::Close) => self.close(),
            Some(Command::Reconnect) => self.reconnect(),
            None => {}
        }
    }
}

/// Returns `known` if it equals `url`, because the URLs of a session rarely differ.
fn share_if_equal(known: &Arc<Url>, url: Url) -> Arc<Url> {
    if **known == url { Arc::clone(known) } else { Arc::new(url) }
}
