//! The one loop that drives the core.

mod arriving;
mod ending;

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Request;
use sse_proto::{self as proto, Cause, Config, EventSource, FrameRef, Instant, Output};
use url::Url;

use self::ending::Refusal;
use crate::alarm::Alarm;
use crate::budget::Budget;
use crate::diagnostics::Recent;
use crate::link::Link;
use crate::options::SharedOptions;
use crate::predicates::Judged;
use crate::template::Template;
use crate::trace::Trace;
use crate::{Attempt, Error, InvalidRequest, RequestBody, ResponseHead, State, Timer, Transport};

/// An event source with its connection and its timer.
pub(crate) struct Drive<T: Transport, M: Timer> {
    pub(crate) source: EventSource,
    link: Link<T>,
    pub(crate) first_response: Option<ResponseHead>,
    pub(crate) last_response: Option<ResponseHead>,
    pub(crate) recent: Recent,
    transport: Arc<T>,
    timer: Arc<M>,
    template: Template,
    options: SharedOptions,
    /// Where the present request goes, without what redirects make of it.
    asked: Arc<Url>,
    alarm: Alarm<M>,
    budget: Budget,
    /// What the transport said when it failed last.
    transport_error: Option<Error>,
    last_failure: Option<Arc<Error>>,
    /// An error that the application made of an event or of an attempt.
    own_error: Option<Error>,
    refusal: Option<Box<Refusal>>,
    /// The application asked for a new connection, and there is none yet.
    reconnecting: bool,
    /// The application wants to hear no more.
    dismissed: bool,
    ended: bool,
    trace: Trace,
}

/// What the loop stops for.
pub(crate) enum Step<R> {
    Opened,
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
            link: Link::Down,
            first_response: None,
            last_response: None,
            transport,
            timer,
            recent: Recent::new(options.diagnostics),
            options,
            trace: Trace::new(&template.url),
            asked: Arc::clone(&template.url),
            template,
            alarm: Alarm::new(),
            budget: Budget::new(),
            transport_error: None,
            last_failure: None,
            own_error: None,
            refusal: None,
            reconnecting: false,
            dismissed: false,
            ended: false,
        }
    }

    /// Drives the session to the next frame that `take` makes something of. The frame is lent: what `take` returns is all
    /// that lasts.
    pub(crate) fn poll_with<R>(
        &mut self,
        cx: &mut Context<'_>,
        take: &mut impl FnMut(FrameRef<'_>) -> Option<R>,
    ) -> Poll<Step<R>> {
        loop {
            ready!(self.budget.poll(cx));
            if self.reconnecting {
                // The application may have taken its time since then, and the response timeout must not have.
                self.source.reconnect(self.timer.now());
            }
            match self.source.poll_output() {
                Output::Connect(attempt) => self.connect(attempt),
                Output::Opened => return Poll::Ready(self.opened()),
                Output::Frame(frame) => {
                    self.budget.spend_frame();
                    self.recent.handle_frame(frame);
                    match self.options.predicates.pass(frame, take) {
                        Judged::Passed(None) => {}
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
                Output::Disconnected { cause, retry_at } => self.disconnected(cause, retry_at),
                Output::Wait(deadline) => {
                    if self.poll_input(cx, deadline).is_pending() {
                        self.budget.renew();
                        return Poll::Pending;
                    }
                }
                Output::Closed(reason) => return self.poll_closed(cx, reason),
            }
        }
    }

    pub(crate) fn url(&self) -> &Url {
        self.last_response.as_ref().map_or(&self.asked, ResponseHead::url)
    }

    /// Drops the connection and asks for another one at once.
    pub(crate) fn reconnect(&mut self) {
        self.source.reconnect(self.timer.now());
        self.reconnecting = true;
        self.link = Link::Down;
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
        self.dismissed = true;
        self.link = Link::Down;
    }

    fn connect(&mut self, attempt: proto::Attempt) {
        self.reconnecting = false;
        self.tell(&State::Connecting { attempt: attempt.number });
        self.trace.warn_if_unsendable(&attempt.resume);
        let request = self.template.request(&self.options, &attempt);
        let Some(before_each) = &self.options.before_each else { return self.send(request) };
        let attempt = Attempt {
            number: attempt.number,
            failures: attempt.failures,
            resume: attempt.resume,
            last_failure: self.last_failure.clone(),
            last_response: self.last_response.clone(),
        };
        self.link = Link::Preparing(before_each(attempt, request));
    }

    fn send(&mut self, request: Request<RequestBody>) {
        match Url::parse(&request.uri().to_string()) {
            Ok(url) => {
                self.asked = one(&self.template.url, url);
                self.link = Link::Connecting(Box::pin(self.transport.connect(request)));
            }
            Err(error) => self.fail(InvalidRequest::Url(error).into()),
        }
    }

    fn opened<R>(&mut self) -> Step<R> {
        if let Some(response) = self.last_response.clone() {
            self.first_response.get_or_insert_with(|| response.clone());
            self.tell(&State::Open { response });
        }
        Step::Opened
    }

    /// The stream said all that it had to say.
    fn finish_stream(&mut self) {
        self.source.finish();
        self.link = Link::Down;
    }

    fn disconnected(&mut self, cause: Cause, retry_at: Instant) {
        self.link = Link::Down;
        let error = (cause != Cause::Reconnect).then(|| Arc::new(self.failure(cause)));
        self.last_failure.clone_from(&error);
        let retry_in = retry_at.saturating_duration_since(self.timer.now());
        self.recent.handle_disconnect();
        let diagnostics = self.recent.tail();
        self.tell(&State::Disconnected { cause, error, retry_in, diagnostics });
    }

    fn fail(&mut self, error: Error) {
        self.own_error = Some(error);
        self.link = Link::Down;
        self.source.close();
    }

    fn tell(&self, state: &State) {
        self.trace.tell(state);
        if let Some(on_state) = &self.options.on_state {
            on_state(state);
        }
    }
}

/// The URL, shared with another one that is the same: a session has it for life, and most have only one.
fn one(known: &Arc<Url>, url: Url) -> Arc<Url> {
    if **known == url { Arc::clone(known) } else { Arc::new(url) }
}
