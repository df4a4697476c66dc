//! The one loop that drives the core.

mod arriving;
mod connecting;
mod deciding;
mod ending;

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::StatusCode;
use sse_proto::{Cause, CloseReason, Config, EventSource, FrameRef, Instant, Output};
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
    /// Where the present request goes, without what redirects make of it.
    asked: Arc<Url>,
    deadline: Deadline<M>,
    budget: Budget,
    phase: Phase,
    /// The deadline has passed, and the connection is asked once more before that counts.
    overdue: bool,
    /// The number of the present attempt.
    attempt: u64,
    /// The session delivered an event.
    delivered: bool,
    /// What the transport, or the application in its place, said when it failed last.
    transport_error: Option<Error>,
    last_failure: Option<Arc<Error>>,
    /// An error that the application made of an event.
    own_error: Option<Error>,
    /// `Retry-After` of the newest response.
    retry_after: Option<Duration>,
    credentials: Credentials,
    /// A response that ends the session is handed over whole.
    keeps_response: bool,
    /// What was read of such a response.
    unread: Option<Box<Refusal>>,
    trace: Trace,
    handles: Option<Handles>,
    /// The states that [`Updates`](crate::Updates) has not returned yet, while there is one.
    pub(crate) states: Option<VecDeque<State>>,
    /// The error that comes behind them.
    pub(crate) states_error: Option<Error>,
}

/// Where the loop is.
enum Phase {
    Running,
    /// The application asked for a connection, the first or a new one, and there is none yet.
    Reconnecting,
    /// Something failed, and it is not decided what follows.
    Deciding(Box<Deciding>),
    /// The application has ended the session: it only has to be told so.
    Draining,
    /// The request is not valid: that is the only item.
    Invalid(Error),
    Done,
}

/// What the loop stops for.
pub(crate) enum Step<R> {
    Opened,
    /// There is a new state for [`Updates`](crate::Updates).
    Told,
    /// What the caller made of a frame.
    Frame(R),
    /// It is over. From then on there is no other step, and the error comes once.
    Ended(Option<Error>),
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
            asked: Arc::clone(&template.url),
            template,
            deadline: Deadline::new(),
            budget: Budget::new(),
            phase: Phase::Reconnecting,
            overdue: false,
            attempt: 0,
            delivered: false,
            transport_error: None,
            last_failure: None,
            own_error: None,
            retry_after: None,
            credentials: Credentials::default(),
            keeps_response: false,
            unread: None,
            handles: None,
            states: None,
            states_error: None,
        }
    }

    /// A response that ends the session is to be handed over by [`into_response`](Self::into_response).
    pub(crate) fn keep_response(&mut self) {
        self.keeps_response = true;
    }

    /// Drives the session to the next frame that `take` makes something of. The frame is lent: what `take` returns is all
    /// that lasts.
    pub(crate) fn poll_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        take: &mut impl FnMut(FrameRef<'_>) -> Option<R>,
    ) -> Poll<Step<R>> {
        self.obey_handles(cx);
        loop {
            ready!(self.budget.poll(cx));
            match self.phase {
                // The application may have taken its time since then, and the response timeout must not have.
                Phase::Reconnecting => self.source.reconnect(self.timer.now()),
                Phase::Deciding(_) => ready!(self.poll_decision(cx)),
                Phase::Invalid(_) => return Poll::Ready(self.invalid()),
                Phase::Done => return Poll::Ready(Step::Ended(self.states_error.take())),
                Phase::Running | Phase::Draining => {}
            }
            match self.source.poll_output() {
                Output::Connect(attempt) => self.connect(attempt),
                Output::Opened => return Poll::Ready(self.opened()),
                Output::Frame(frame) => {
                    self.budget.spend_frame();
                    let is_event = matches!(frame, FrameRef::Event(_));
                    self.tail.handle_frame(frame);
                    let judged = self.options.predicates.pass(frame, take);
                    self.delivered |= is_event && !matches!(judged, Judged::Skipped);
                    match judged {
                        Judged::Passed(None) | Judged::Skipped => {}
                        Judged::Passed(Some(taken)) => return Poll::Ready(Step::Frame(taken)),
                        Judged::Last(taken) => {
                            self.finish_stream();
                            if let Some(taken) = taken {
                                return Poll::Ready(Step::Frame(taken));
                            }
                        }
                        Judged::Finish => self.finish_stream(),
                        Judged::Fail(error) => self.fail(error),
                    }
                }
                Output::Failed { cause, verdict } => self.failed(cause, verdict),
                Output::Disconnected { cause, retry_at } => self.disconnected(cause, retry_at),
                Output::Wait(deadline) => {
                    if self.poll_input(cx, deadline).is_pending() {
                        self.budget.renew();
                        return Poll::Pending;
                    }
                }
                Output::Closed(reason) => return Poll::Ready(self.closed(reason)),
            }
            if self.states.as_ref().is_some_and(|states| !states.is_empty()) {
                return Poll::Ready(Step::Told);
            }
        }
    }

    /// Drives the session until it is open, or over.
    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            match ready!(self.poll_with(cx, &mut |_| None::<()>)) {
                Step::Opened | Step::Ended(None) => return Poll::Ready(Ok(())),
                Step::Ended(Some(error)) => return Poll::Ready(Err(error)),
                Step::Told | Step::Frame(()) => {}
            }
        }
    }

    pub(crate) fn url(&self) -> &Url {
        self.last_response.as_ref().map_or(&self.asked, ResponseHead::url)
    }

    /// Drops the connection and asks for another one at once.
    pub(crate) fn reconnect(&mut self) {
        self.source.reconnect(self.timer.now());
        if matches!(self.phase, Phase::Running | Phase::Reconnecting | Phase::Deciding(_)) {
            self.phase = Phase::Reconnecting;
        }
        self.connection = Connection::Down;
    }

    /// Ends the session for the application, which hears no more of it.
    pub(crate) fn close(&mut self) {
        self.source.close();
        self.dismiss();
    }

    /// The same, as a normal end.
    pub(crate) fn finish(&mut self) {
        self.source.finish();
        self.dismiss();
    }

    fn dismiss(&mut self) {
        if !matches!(self.phase, Phase::Done | Phase::Invalid(_)) {
            self.phase = Phase::Draining;
        }
        self.states_error = None;
        self.connection = Connection::Down;
    }

    fn opened<R>(&mut self) -> Step<R> {
        if let Some(response) = self.last_response.clone() {
            self.first_response.get_or_insert_with(|| response.clone());
            self.tell(State::Open { response });
        }
        Step::Opened
    }

    /// The stream said all that it had to say.
    fn finish_stream(&mut self) {
        self.source.finish();
        self.connection = Connection::Down;
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
        self.tell(State::Disconnected { cause, error, retry_in, diagnostics });
    }

    fn fail(&mut self, error: Error) {
        self.own_error = Some(error);
        self.connection = Connection::Down;
        self.source.close();
    }

    fn tell(&mut self, state: State) {
        self.trace.tell(&state);
        if let Some(on_state) = &self.options.on_state {
            on_state(&state);
        }
        if let Some(handles) = &self.handles {
            handles.publish(self.source.ready_state());
        }
        if let Some(states) = &mut self.states {
            states.push_back(state);
        }
    }

    /// Ends the session before it begins: the request is not valid.
    pub(crate) fn refuse(&mut self, error: Error) {
        self.source.close();
        self.phase = Phase::Invalid(error);
    }

    fn invalid<R>(&mut self) -> Step<R> {
        let Phase::Invalid(error) = std::mem::replace(&mut self.phase, Phase::Done) else {
            return Step::Ended(None);
        };
        let reason = CloseReason::Failed(Cause::HookFailed);
        self.tell(State::Closed { reason, error: Some(Arc::new(error.clone())), diagnostics: None });
        Step::Ended(Some(error))
    }

    pub(crate) fn session_handle(&mut self) -> SessionHandle {
        let ready_state = self.source.ready_state();
        self.handles.get_or_insert_with(|| Handles::new(ready_state)).handle()
    }

    #[inline]
    fn obey_handles(&mut self, cx: &Context<'_>) {
        match self.handles.as_ref().and_then(|handles| handles.take_command(cx)) {
            Some(Command::Close) => self.close(),
            Some(Command::Reconnect) => self.reconnect(),
            None => {}
        }
    }
}

/// Shares an equal URL, since a session keeps its URLs and most sessions have only one.
fn one(known: &Arc<Url>, url: Url) -> Arc<Url> {
    if **known == url { Arc::clone(known) } else { Arc::new(url) }
}
