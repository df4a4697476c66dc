//! Starts an attempt: gets a token, prepares the request, and sends it.

use std::sync::Arc;

use http::{HeaderValue, Request};
use sse_proto::{self as proto, Disconnect};
use url::Url;

use super::{Drive, Phase, share_if_equal};
use crate::connection::Connection;
use crate::{
    Attempt, Error, FailedResponse, RequestBody, RequestError, State, Timer, TokenRequest, Transport,
};

/// The state of the bearer token.
#[derive(Default)]
pub(super) struct Credentials {
    /// The `Authorization` of the next request.
    token: Option<HeaderValue>,
    /// The response that refused the last token.
    refused: Option<FailedResponse>,
    /// Whether the current token follows a 401, and no other response has arrived since.
    is_renewed: bool,
}

impl Credentials {
    /// Drops the refused token, and returns whether this is the first of consecutive 401s.
    pub(super) fn handle_refusal(&mut self, response: FailedResponse) -> bool {
        self.token = None;
        self.refused = Some(response);
        !std::mem::replace(&mut self.is_renewed, true)
    }

    /// Whether the next 401 would be the first of consecutive ones.
    pub(super) fn can_be_renewed(&self) -> bool {
        !self.is_renewed
    }

    pub(super) fn handle_acceptance(&mut self) {
        self.is_renewed = false;
    }

    fn why(&self) -> TokenRequest {
        self.refused.clone().map_or(TokenRequest::First, TokenRequest::Refused)
    }
}

impl<T: Transport, M: Timer> Drive<T, M> {
    pub(super) fn connect(&mut self, attempt: proto::Attempt) {
        self.phase = Phase::Running;
        self.overdue = false;
        self.attempt = attempt.number;
        self.report(State::Connecting { attempt: attempt.number, resume: attempt.resume.clone() });
        match &self.options.bearer_auth {
            Some(ask) if self.credentials.token.is_none() => {
                self.connection = Connection::Authorizing(ask(self.credentials.why()), attempt);
            }
            _ => self.prepare(attempt),
        }
    }

    pub(super) fn handle_token(&mut self, token: &str, attempt: proto::Attempt) {
        match HeaderValue::try_from(format!("Bearer {token}")) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.credentials.token = Some(value);
                self.credentials.refused = None;
                self.prepare(attempt);
            }
            Err(_) => self.fail_hook(Error::BearerAuth(Arc::new(RequestError::HeaderValue))),
        }
    }

    pub(super) fn fail_hook(&mut self, error: Error) {
        self.connection = Connection::Down;
        self.transport_error = Some(error);
        self.source.handle_disconnect(self.timer.now(), Disconnect::HookFailed);
    }

    pub(super) fn send(&mut self, request: Request<RequestBody>) {
        match Url::parse(&request.uri().to_string()) {
            Ok(url) => {
                self.request_url = share_if_equal(&self.template.url, url);
                self.connection = Connection::Connecting(Box::pin(self.transport.connect(request)));
            }
            Err(error) => self.fail_hook(RequestError::Url(error).into()),
        }
    }

    fn prepare(&mut self, attempt: proto::Attempt) {
        let was_open = self.first_response.is_some();
        let token = self.credentials.token.as_ref();
        let request = self.template.request(&self.options, &attempt, token, was_open);
        let Some(before_each) = &self.options.before_each else { return self.send(request) };
        let attempt = Attempt {
            number: attempt.number,
            failures: attempt.failures,
            resume: attempt.resume,
            last_failure: self.last_failure.clone(),
            last_response: self.last_response.clone(),
        };
        self.connection = Connection::Preparing(before_each(attempt, request));
    }
}
