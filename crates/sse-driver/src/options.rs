//! The settings of a client, which a request can override.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
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

/// The settings of a client or a request. A request starts with those of its client.
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
    /// The error of the first invalid setting, which is returned when a session is opened.
    pub(crate) invalid: Option<RequestError>,
}

/// Shared settings that are copied at the first change. Most requests change none, and a session
/// keeps them until it ends.
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
    /// Sets a header. An `Authorization` replaces a function that provides tokens, too.
    pub(crate) fn set_header<N, V>(&mut self, name: N, value: V)
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.forget_tokens_for(&name);
                self.headers.insert(name, value);
            }
            (Err(_), _) => self.set_invalid(RequestError::HeaderName),
            (_, Err(_)) => self.set_invalid(RequestError::HeaderValue),
        }
    }

    /// Sets all of these headers, and replaces those with the same names.
    pub(crate) fn set_headers(&mut self, headers: HeaderMap) {
        let mut name = None;
        for (new_name, value) in headers {
            match (new_name, &name) {
                (Some(new_name), _) => {
                    self.forget_tokens_for(&new_name);
                    self.headers.insert(new_name.clone(), value);
                    name = Some(new_name);
                }
                (None, Some(same_name)) => {
                    self.headers.append(same_name, value);
                }
                (None, None) => unreachable!("a header map's iterator starts with a name"),
            }
        }
    }

    fn forget_tokens_for(&mut self, header: &HeaderName) {
        if *header == AUTHORIZATION {
            self.bearer_auth = None;
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

/// Defines the setters of [`ClientBuilder`](crate::ClientBuilder) and
/// [`RequestBuilder`](crate::RequestBuilder). Both have the settings in a field `options`.
macro_rules! setters {
    () => {
        /// Sets the delay before the first reconnection, until the server sets another one with
        /// `retry`: 3 s by default. It grows with each further failure, and jitter is added: see
        /// [`ReconnectPolicy`](crate::ReconnectPolicy).
        pub fn reconnection_time(mut self, time: ::std::time::Duration) -> Self {
            self.options.policy.reconnection_time = time;
            self
        }

        /// Sets how many consecutive attempts to reconnect may fail. An event, a new last event ID,
        /// or a connection that was open for ten seconds resets the count. 0 disables reconnection.
        /// `None` by default: without limit. At the limit, the error is
        /// [`Error::GaveUp`](crate::Error::GaveUp).
        pub fn max_reconnection_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
            self.options.policy.max_attempts = attempts.into();
            self
        }

        /// Sets the whole reconnection policy. It replaces what
        /// [`reconnection_time`](Self::reconnection_time),
        /// [`max_reconnection_attempts`](Self::max_reconnection_attempts) and
        /// [`retry_initial`](Self::retry_initial) have set before.
        pub fn reconnect_policy(mut self, policy: $crate::ReconnectPolicy) -> Self {
            self.options.policy = policy;
            self
        }

        /// Sets whether failures before the first accepted response are retried too, by the same
        /// policy and whatever the method. `false` by default. After that response,
        /// [`RequestBuilder::replay`](crate::RequestBuilder::replay) decides.
        pub fn retry_initial(mut self, retry: bool) -> Self {
            self.options.policy.retry_initial = retry;
            self
        }

        /// Sets a function that decides what follows a failed attempt or a lost connection. It can
        /// accept the policy's decision ([`Retry::Default`](crate::Retry::Default)) or override it.
        /// It is also called before the first accepted response, but not after a 204, an event over
        /// the limit, or a futile failure (see [`Futile`](crate::Futile)).
        ///
        /// Each retry counts as a failure. The function cannot exceed `max_reconnection_attempts`
        /// and [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections), nor
        /// repeat a request that must not be sent again.
        ///
        /// ```
        /// # use sse_driver::{Client, Timer, Transport};
        /// use sse_driver::Retry;
        ///
        /// # fn session<T: Transport, M: Timer>(client: &Client<T, M>) {
        /// let session = client
        ///     .get("http://localhost:8080/events")
        ///     .retry_when(|failure| match failure.error.status() {
        ///         // The stream does not exist yet.
        ///         Some(status) if status == 404 => Retry::Backoff,
        ///         _ => Retry::Default,
        ///     })
        ///     .start();
        /// # }
        /// ```
        pub fn retry_when(
            mut self,
            decide: impl Fn(&$crate::Failure) -> $crate::Retry + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.options.retry_when = Some(::std::sync::Arc::new(decide));
            self
        }

        /// Sets a function that decides which responses open the stream, in place of the rule "200
        /// and `text/event-stream`". It is not called for a 204. A 200 that it does not accept ends
        /// the session with [`Error::Response`](crate::Error::Response), and so does any other
        /// status that is not retried.
        pub fn accept_when(
            mut self,
            accepts: impl Fn(&$crate::ResponseHead) -> bool + $crate::MaybeSend + $crate::MaybeSync + 'static,
        ) -> Self {
            self.options.accept_when = Some(::std::sync::Arc::new(accepts));
            self
        }

        /// Sets whether every 200 opens the stream, for servers that send a wrong content type or
        /// none. `false` by default. [`accept_when`](Self::accept_when) overrides it.
        pub fn any_content_type(mut self, accept: bool) -> Self {
            self.options.any_content_type = accept;
            self
        }

        /// Sets a function that provides tokens for `Authorization: Bearer`, for tokens that
        /// expire. It is called before the first attempt, and again after a 401, and then the
        /// request is sent again at once. A reconnection uses the current token. An
        /// `Authorization` that is set later, such as that of a request, takes its place.
        ///
        /// A second consecutive 401 ends the session, unless [`retry_when`](Self::retry_when)
        /// retries. So does an `Err`, which is a failed attempt with
        /// [`Error::BearerAuth`](crate::Error::BearerAuth). The response timeout includes the time
        /// that the function takes.
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

        /// Sets whether [`Session::frames`](crate::Session::frames) returns comments (lines that
        /// start with a colon). `false` by default. Comments reset the idle timeout in either case.
        pub fn show_comments(mut self, show: bool) -> Self {
            self.options.show_comments = show;
            self
        }

        /// Sets whether [`Session::frames`](crate::Session::frames) returns reconnection times
        /// (`retry` lines). `false` by default. They take effect in either case.
        pub fn show_retries(mut self, show: bool) -> Self {
            self.options.show_retries = show;
            self
        }

        /// Limits the time to connect: name resolution, TCP, a proxy and TLS. 30 s by default;
        /// `None` removes the limit. After it, the attempt fails with
        /// [`Error::Connect`](crate::Error::Connect). A redirect connects anew, with the whole time.
        /// A transport without such a phase ignores it.
        pub fn connect_timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options.connect_timeout = timeout.into();
            self
        }

        /// Limits the time from the start of an attempt to the response head. `None` by default:
        /// without limit. After it, the attempt fails with
        /// [`Error::ResponseTimeout`](crate::Error::ResponseTimeout).
        pub fn response_timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options.response_timeout = timeout.into();
            self
        }

        /// Limits how long an open stream may receive no byte. Any byte counts, so comments keep it
        /// alive. `None` by default: without limit. After it, the connection counts as lost with
        /// [`Error::IdleTimeout`](crate::Error::IdleTimeout), and the session reconnects.
        ///
        /// Without it, a server that vanished without closing the connection may not be noticed for
        /// a long time. Two to three times the interval of the server's comments is a good value.
        pub fn idle_timeout(mut self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
            self.options.idle_timeout = timeout.into();
            self
        }

        /// Sets the maximum length of one event in bytes, and what happens to a longer one. By
        /// default it is 16 MiB, and a longer event ends the session with
        /// [`Error::TooLong`](crate::Error::TooLong).
        pub fn limits(mut self, limits: $crate::proto::Limits) -> Self {
            self.options.limits = limits;
            self
        }

        /// Sets how much of the end of the stream is kept for error reports. Nothing by default.
        pub fn diagnostics(mut self, what: $crate::Diagnostics) -> Self {
            self.options.diagnostics = what;
            self
        }

        /// Sets a header, and replaces any with the same name. If it is invalid, opening a session
        /// returns [`Error::Request`](crate::Error::Request). For several values of one name, use
        /// [`headers`](Self::headers).
        ///
        /// `Accept` and `Cache-Control` have defaults that this replaces. A `Last-Event-ID` resumes
        /// the stream, as with
        /// [`RequestBuilder::last_event_id`](crate::RequestBuilder::last_event_id).
        pub fn header<N, V>(mut self, name: N, value: V) -> Self
        where
            N: TryInto<::http::HeaderName>,
            V: TryInto<::http::HeaderValue>,
        {
            self.options.set_header(name, value);
            self
        }

        /// Sets several headers, and replaces those with the same names.
        pub fn headers(mut self, headers: ::http::HeaderMap) -> Self {
            self.options.set_headers(headers);
            self
        }

        /// Sets an async hook that runs before every attempt, including the first one. It receives
        /// the [`Attempt`](crate::Attempt) and the request, and returns the request to send.
        ///
        /// It may change the URL, the method, the headers and the body: for a fresh token, to
        /// resume with a query, or for a body that contains the position in the stream. An `Err` is
        /// a failed attempt with [`Error::BeforeEach`](crate::Error::BeforeEach), which ends the
        /// session unless [`retry_when`](Self::retry_when) retries.
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

        /// Sets a callback for each new [`State`](crate::State). It is called while the session is
        /// polled, so it must not block.
        pub fn on_state(mut self, see: impl Fn(&$crate::State) + $crate::MaybeSend + $crate::MaybeSync + 'static) -> Self {
            self.options.on_state = Some(::std::sync::Arc::new(see));
            self
        }

        /// Sets whether an event without its blank line is delivered when the stream ends cleanly:
        /// with the last chunk of a chunked body, at its length, or when the peer closes. `false`
        /// by default, since the standard drops such an event, which may be incomplete. If the
        /// connection fails, the event is always dropped.
        pub fn deliver_unfinished(mut self, deliver: bool) -> Self {
            self.options.deliver_unfinished = deliver;
            self
        }

        $crate::predicates::predicate_setters!(options.predicates);
    };
}
pub(crate) use setters;
