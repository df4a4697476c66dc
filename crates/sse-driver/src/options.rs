//! What can be set for a client, and again for one request.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use sse_proto::{Limits, ReconnectPolicy, Retry};

use crate::maybe_send::{dyn_hook, dyn_maybe_send};
use crate::predicates::Predicates;
use crate::{
    Attempt, BoxError, Diagnostics, Failure, RequestBody, RequestError, ResponseHead, State, TokenRequest,
};

pub(crate) type Token = Pin<Box<dyn_maybe_send!(Future<Output = Result<String, BoxError>>)>>;
pub(crate) type BearerAuth = dyn_hook!(Fn(TokenRequest) -> Token);
pub(crate) type AcceptWhen = dyn_hook!(Fn(&ResponseHead) -> bool);
pub(crate) type RetryWhen = dyn_hook!(Fn(&Failure) -> Retry);

pub(crate) type Prepared = Pin<Box<dyn_maybe_send!(Future<Output = Result<Request<RequestBody>, BoxError>>)>>;
pub(crate) type BeforeEach = dyn_hook!(Fn(Attempt, Request<RequestBody>) -> Prepared);
pub(crate) type OnState = dyn_hook!(Fn(&State));

/// The settings of a client; a request begins with its client's.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) policy: ReconnectPolicy,
    pub(crate) limits: Limits,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) response_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) show_comments: bool,
    pub(crate) show_retries: bool,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) headers: HeaderMap,
    pub(crate) any_content_type: bool,
    pub(crate) accept_when: Option<Arc<AcceptWhen>>,
    pub(crate) retry_when: Option<Arc<RetryWhen>>,
    pub(crate) bearer_auth: Option<Arc<BearerAuth>>,
    pub(crate) before_each: Option<Arc<BeforeEach>>,
    pub(crate) on_state: Option<Arc<OnState>>,
    pub(crate) predicates: Predicates,
    pub(crate) deliver_unfinished: bool,
    /// The first setting that made no sense; it is told when a session is opened.
    pub(crate) invalid: Option<RequestError>,
}

/// The same, copied when the first of them is changed: most requests change none, and a session has them for life.
#[derive(Clone, Default)]
pub(crate) struct SharedOptions(Arc<Options>);

impl Deref for SharedOptions {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.0
    }
}

impl DerefMut for SharedOptions {
    fn deref_mut(&mut self) -> &mut Options {
        Arc::make_mut(&mut self.0)
    }
}

impl fmt::Debug for SharedOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policy: ReconnectPolicy::default(),
            limits: Limits::default(),
            connect_timeout: Some(Duration::from_secs(30)),
            response_timeout: None,
            idle_timeout: None,
            show_comments: false,
            show_retries: false,
            diagnostics: Diagnostics::Off,
            headers: HeaderMap::new(),
            any_content_type: false,
            accept_when: None,
            retry_when: None,
            bearer_auth: None,
            before_each: None,
            on_state: None,
            predicates: Predicates::default(),
            deliver_unfinished: false,
            invalid: None,
        }
    }
}

impl Options {
    pub(crate) fn set_header<N, V>(&mut self, name: N, value: V)
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Err(_), _) => self.set_invalid(RequestError::HeaderName),
            (_, Err(_)) => self.set_invalid(RequestError::HeaderValue),
        }
    }

    /// Takes all of these headers, in place of those of the same names.
    pub(crate) fn set_headers(&mut self, headers: HeaderMap) {
        let mut name = None;
        for (new_name, value) in headers {
            match (new_name, &name) {
                (Some(new_name), _) => {
                    self.headers.insert(new_name.clone(), value);
                    name = Some(new_name);
                }
                (None, Some(same_name)) => {
                    self.headers.append(same_name, value);
                }
                (None, None) => unreachable!("a header map's iterator begins with a name"),
            }
        }
    }

    pub(crate) fn set_invalid(&mut self, error: RequestError) {
        self.invalid.get_or_insert(error);
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("policy", &self.policy)
            .field("limits", &self.limits)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The setters that [`ClientBuilder`](crate::ClientBuilder) and [`RequestBuilder`](crate::RequestBuilder) share; both
/// have the settings in a field `options`.
macro_rules! setters {
    () => {
        /// How long to wait before reconnecting, until the server sets another time. 3 s unless set.
        pub fn reconnection_time(mut self, time: ::std::time::Duration) -> Self {
            self.options.policy.reconnection_time = time;
            self
        }

        /// How many attempts to reconnect may fail in a row; an event, a last event ID that moved, or ten seconds of an
        /// open connection start the count over. 0 turns reconnection off. `None`, for no end, unless set.
        pub fn max_reconnection_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
            self.options.policy.max_attempts = attempts.into();
            self
        }

        /// The whole policy of reconnection at once.
        pub fn reconnect_policy(mut self, policy: $crate::ReconnectPolicy) -> Self {
            self.options.policy = policy;
            self
        }

        /// Whether a failure before the first response was accepted is retried too, by the same policy and whatever the
        /// method. `false` unless set. What happens after that is for
        /// [`RequestBuilder::replay`](crate::RequestBuilder::replay).
        pub fn retry_initial(mut self, retry: bool) -> Self {
            self.options.policy.retry_initial = retry;
            self
        }

        /// Decides what follows a failed attempt or a lost connection: what the policy says
        /// ([`Retry::Default`](crate::Retry::Default)), or something else. It is asked before the first response was
        /// accepted, too. It is not asked after a 204, an event over the limit, and what asking again cannot mend (see
        /// [`Futile`](crate::Futile)).
        ///
        /// Each retry counts as a failure. None is made beyond `max_reconnection_attempts` and
        /// [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections), and none of a request that is
        /// not to be sent again once it was open.
        pub fn retry_when(
            mut self,
            decide: impl Fn(&$crate::Failure) -> $crate::Retry + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.options.retry_when = Some(::std::sync::Arc::new(decide));
            self
        }

        /// Says which response opens the stream, in place of the rule "200 and `text/event-stream`". A 204 is never asked
        /// about. A 200 that is not accepted ends the session, and so does another status unless it is one to retry.
        pub fn accept_when(
            mut self,
            accepts: impl Fn(&$crate::ResponseHead) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.options.accept_when = Some(::std::sync::Arc::new(accepts));
            self
        }

        /// Whether every 200 opens the stream, for servers that send a wrong content type or none. `false` unless set;
        /// [`accept_when`](Self::accept_when) goes before it.
        pub fn any_content_type(mut self, accept: bool) -> Self {
            self.options.any_content_type = accept;
            self
        }

        /// `Authorization: Bearer` with a token that expires. `token` is asked before the first attempt, and again after
        /// a 401, which is then tried once more at once. A second 401 in a row goes to
        /// [`retry_when`](Self::retry_when) and ends the session unless that says otherwise. A reconnection uses the token
        /// at hand. An `Err` is a failed attempt, [`Error::BearerAuth`](crate::Error::BearerAuth), which ends the session
        /// in the same way.
        ///
        /// The time that it takes is a part of the response timeout.
        pub fn bearer_auth_with<F, Fut, E>(mut self, token: F) -> Self
        where
            F: Fn($crate::TokenRequest) -> Fut + $crate::MaybeSend + $crate::MaybeSync + 'static,
            Fut: Future<Output = Result<String, E>> + $crate::MaybeSend + 'static,
            E: Into<$crate::BoxError>,
        {
            self.options.bearer_auth = Some(::std::sync::Arc::new(move |why| {
                let token = token(why);
                Box::pin(async move { token.await.map_err(Into::into) })
            }));
            self
        }

        /// Whether comments come out of [`Session::frames`](crate::Session::frames). `false` unless set.
        pub fn show_comments(mut self, show: bool) -> Self {
            self.options.show_comments = show;
            self
        }

        /// Whether reconnection times come out of [`Session::frames`](crate::Session::frames). `false` unless set.
        pub fn show_retries(mut self, show: bool) -> Self {
            self.options.show_retries = show;
            self
        }

        /// How long a connection may take to be made: name look-up, TCP, TLS. 30 s unless set; a transport that has no
        /// such phase ignores it.
        pub fn connect_timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options.connect_timeout = timeout.into();
            self
        }

        /// How long an attempt may take from its beginning to the response head. No bound unless set.
        pub fn response_timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options.response_timeout = timeout.into();
            self
        }

        /// How long the stream may be silent; any byte counts, so a comment keeps it alive. No bound unless set.
        pub fn idle_timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options.idle_timeout = timeout.into();
            self
        }

        /// How much one event may hold, and what happens past that. 16 MiB, and an error, unless set.
        pub fn limits(mut self, limits: $crate::proto::Limits) -> Self {
            self.options.limits = limits;
            self
        }

        /// What is kept of the stream to be shown with a failure. Nothing unless set.
        pub fn diagnostics(mut self, what: $crate::Diagnostics) -> Self {
            self.options.diagnostics = what;
            self
        }

        /// Sets a header, in place of any of this name. A header that is not valid is told when a session is opened.
        ///
        /// `Accept` and `Cache-Control` are set by themselves unless they are set here. A `Last-Event-ID` set here is
        /// where the stream goes on from, as with
        /// [`RequestBuilder::last_event_id`](crate::RequestBuilder::last_event_id).
        pub fn header<N, V>(mut self, name: N, value: V) -> Self
        where
            N: TryInto<::http::HeaderName>,
            V: TryInto<::http::HeaderValue>,
        {
            self.options.set_header(name, value);
            self
        }

        /// Sets headers, each in place of those of its name.
        pub fn headers(mut self, headers: ::http::HeaderMap) -> Self {
            self.options.set_headers(headers);
            self
        }

        /// Runs before every attempt, the first one included, with what is known and the request as it would be sent;
        /// what it returns is sent. It may change the URL, the method, the headers and the body: for a fresh token, a
        /// resume by query, or a body that says how far the stream has come. An `Err` is a failed attempt,
        /// [`Error::BeforeEach`](crate::Error::BeforeEach): it ends the session unless
        /// [`retry_when`](Self::retry_when) says otherwise.
        pub fn before_each<F, Fut, E>(mut self, hook: F) -> Self
        where
            F: Fn($crate::Attempt, ::http::Request<$crate::RequestBody>) -> Fut + $crate::MaybeSend + $crate::MaybeSync + 'static,
            Fut: Future<Output = Result<::http::Request<$crate::RequestBody>, E>> + $crate::MaybeSend + 'static,
            E: Into<$crate::BoxError>,
        {
            self.options.before_each = Some(::std::sync::Arc::new(move |attempt, request| {
                let prepared = hook(attempt, request);
                Box::pin(async move { prepared.await.map_err(Into::into) })
            }));
            self
        }

        /// Sees each [`State`](crate::State) as it comes. It is called while the session is polled, so it should be quick.
        pub fn on_state(mut self, see: impl Fn(&$crate::State) + $crate::MaybeSend + $crate::MaybeSync + 'static) -> Self {
            self.options.on_state = Some(::std::sync::Arc::new(see));
            self
        }

        /// Whether the event that lacks its blank line is delivered where the stream ends cleanly: at a chunked body's last
        /// chunk, a length that was met, or the peer's close. `false` unless set: the standard drops it, since it may have
        /// been cut off. What a failing connection cuts off is dropped always.
        pub fn deliver_unfinished(mut self, deliver: bool) -> Self {
            self.options.deliver_unfinished = deliver;
            self
        }

        $crate::predicates::predicate_setters!(options.predicates);
    };
}
pub(crate) use setters;
