//! The builder of a request.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method, Uri};
use sse_proto::{Config, Replay};
use url::Url;

use crate::drive::Drive;
use crate::options::{SharedOptions, setters};
use crate::redact::Redacted;
use crate::template::Template;
use crate::{Answer, Error, RequestBody, RequestError, Session, Timer, Transport};

/// A builder for a request that opens a [`Session`]. It has all settings of the client too, for
/// this request only.
///
/// Four methods send the request: [`open`](Self::open) waits until the stream is open,
/// [`start`](Self::start) returns a session that is still connecting, [`run`](Self::run) closes the
/// session after a closure, and [`send`](Self::send) accepts any response.
///
/// ```no_run
/// # use sse_driver::{Client, Error, Timer, Transport};
/// # async fn ask<T: Transport, M: Timer>(client: Client<T, M>) -> Result<(), Error> {
/// let answer = client
///     .post("https://llm.example/v1/chat")
///     .bearer_auth("token")
///     .body(r#"{"stream":true}"#)
///     .header("content-type", "application/json")
///     .finish_before(|event| event.data == "[DONE]")
///     .run(async |session| {
///         let mut answer = String::new();
///         while let Some(event) = session.next().await {
///             answer.push_str(&event?.data);
///         }
///         Ok(answer)
///     })
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request does nothing before `open` or `run`"]
pub struct RequestBuilder<T, M> {
    transport: Arc<T>,
    timer: Arc<M>,
    options: SharedOptions,
    method: Method,
    url: Result<Url, RequestError>,
    body: RequestBody,
    last_event_id: Option<String>,
    replay: Option<bool>,
    resume_by_get: bool,
}

impl<T: Transport, M: Timer> RequestBuilder<T, M> {
    pub(crate) fn new(
        (transport, timer): (Arc<T>, Arc<M>),
        options: SharedOptions,
        method: Method,
        url: Result<Url, RequestError>,
    ) -> Self {
        let body = RequestBody::default();
        let (last_event_id, replay, resume_by_get) = (None, None, false);
        let request =
            Self { transport, timer, options, method, url, body, last_event_id, replay, resume_by_get };
        request.take_credentials()
    }

    /// Moves the user name and password from the URL to the `Authorization` header.
    fn take_credentials(mut self) -> Self {
        let Ok(url) = &mut self.url else { return self };
        if url.username().is_empty() && url.password().is_none() {
            return self;
        }
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).collect::<Vec<u8>>();
        let credentials = [decoded(url.username()), decoded(url.password().unwrap_or_default())].join(&b':');
        if url.set_username("").and_then(|()| url.set_password(None)).is_err() {
            self.options.set_invalid(RequestError::UnsupportedUrl);
        }
        self.basic(&credentials)
    }

    setters!();

    /// Sets the header `Authorization: Bearer` (OAuth 2.0, RFC 6750, section 2.1). For tokens that
    /// expire, use [`bearer_auth_with`](Self::bearer_auth_with).
    pub fn bearer_auth(self, token: impl fmt::Display) -> Self {
        self.authorization(&format!("Bearer {token}"))
    }

    /// Sets the header `Authorization: Basic` (RFC 7617). A user name and password in the URL have
    /// the same effect.
    pub fn basic_auth(self, user: impl fmt::Display, password: impl fmt::Display) -> Self {
        self.basic(format!("{user}:{password}").as_bytes())
    }

    fn basic(self, credentials: &[u8]) -> Self {
        self.authorization(&format!("Basic {}", BASE64_STANDARD.encode(credentials)))
    }

    fn authorization(mut self, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.options.set_header(AUTHORIZATION, value);
            }
            Err(_) => self.options.set_invalid(RequestError::HeaderValue),
        }
        self
    }

    /// Adds pairs to the query of the URL, encoded like a form.
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut pairs = pairs.into_iter().peekable();
        if let (Ok(url), Some(_)) = (&mut self.url, pairs.peek()) {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self
    }

    /// Sets the body, which is sent with each attempt: bytes, text, or a [`RequestBody::stream`].
    pub fn body(mut self, body: impl Into<RequestBody>) -> Self {
        self.body = body.into();
        self
    }

    /// Serializes a value as JSON, and sets it as the body with its content type.
    #[cfg(feature = "json")]
    pub fn json<B: serde::Serialize + ?Sized>(mut self, body: &B) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body(body).header(http::header::CONTENT_TYPE, "application/json"),
            Err(error) => {
                self.options.set_invalid(RequestError::Json(error.to_string().into()));
                self
            }
        }
    }

    /// Resumes the stream after an event, given by the last event ID of an earlier session
    /// ([`Session::last_event_id`]). The first attempt sends it as `Last-Event-ID`, if a header can
    /// carry it (see [`Resume`](crate::Resume)). An empty ID is none.
    pub fn last_event_id(mut self, id: impl Into<String>) -> Self {
        self.last_event_id = Some(id.into());
        self
    }

    /// Sets whether the request may be sent again once the session has been open. By default, only
    /// GET and HEAD are, since a repeated POST could do its work twice. [`Session::reconnect`]
    /// sends it again in any case.
    ///
    /// Before the first open, [`retry_initial`](Self::retry_initial) decides, whatever the method.
    /// A server that sends an event and then breaks off makes progress each time, so limit the
    /// repetitions of expensive work with
    /// [`max_total_reconnections`](crate::ReconnectPolicy::max_total_reconnections).
    pub fn replay(mut self, replay: bool) -> Self {
        self.replay = Some(replay);
        self
    }

    /// Sets whether a GET without body and `Content-Type` resumes the stream of another method, as
    /// in the Streamable HTTP transport of MCP. `false` by default.
    ///
    /// Only a last event ID says what to resume. Without one, the session ends with its stream,
    /// unless [`replay`](Self::replay) is set too.
    pub fn resume_by_get(mut self, resume: bool) -> Self {
        self.resume_by_get = resume;
        self
    }

    /// Sends the request until a response is accepted, as often as the policy allows. A 204 opens a
    /// session that has no events and has already ended.
    ///
    /// By default the first failure is returned. To repeat the request instead, set
    /// [`retry_initial`](Self::retry_initial) or [`retry_when`](Self::retry_when).
    ///
    /// This is [`start`](Self::start) followed by [`Session::opened`]. Dropping the future closes
    /// the connection.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Request`] if the request is invalid, [`Error::Connect`] or
    /// [`Error::ResponseTimeout`] if no response arrives, [`Error::Response`] or
    /// [`Error::ContentEncoding`] if the response is not an event stream, [`Error::BeforeEach`] or
    /// [`Error::BearerAuth`] if such a hook fails, and [`Error::GaveUp`] if repeated attempts
    /// failed.
    pub fn open(self) -> impl Future<Output = Result<Session<T, M>, Error>> {
        let mut session = self.start();
        async move {
            session.opened().await?;
            Ok(session)
        }
    }

    /// Creates a session that connects while it is polled, so that it can be watched, reconnected
    /// and closed before it is open. If the request is invalid, the only item is that error.
    pub fn start(self) -> Session<T, M> {
        Session::new(Box::new(self.drive()))
    }

    /// Sends the request until there is a final answer, as often as the policy allows. The answer
    /// is an open stream, or any other response with its whole body, including a 204 or a 404. If
    /// the attempts are used up, it is the last response.
    ///
    /// Dropping the future closes the connection.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`open`](Self::open), but never [`Error::Response`], and
    /// [`Error::GaveUp`] only if the last attempt got no response.
    pub fn send(self) -> impl Future<Output = Result<Answer<T, M>, Error>> {
        let mut drive = Box::new(self.drive());
        async move {
            drive.keep_response(true);
            let opened = poll_fn(|cx| drive.poll_open(cx)).await;
            if drive.source.close_reason().is_none() {
                drive.keep_response(false);
                return Ok(Answer::Stream(Session::new(drive)));
            }
            match (drive.into_response(), opened) {
                (Some(response), _) => Ok(Answer::Other(response)),
                (None, Err(error)) => Err(error),
                (None, Ok(())) => Err(Error::Eof),
            }
        }
    }

    /// Opens a session, passes it to an async closure, and closes it when the closure returns or
    /// the future is dropped. Returns what the closure returns.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`open`](Self::open), and that of the closure.
    pub async fn run<F, R>(self, block: F) -> Result<R, Error>
    where
        F: AsyncFnOnce(&mut Session<T, M>) -> Result<R, Error>,
    {
        let mut session = self.open().await?;
        block(&mut session).await
    }

    /// Creates the driver of the session. An invalid request makes one that ends with its error.
    fn drive(self) -> Drive<T, M> {
        let (transport, timer) = (Arc::clone(&self.transport), Arc::clone(&self.timer));
        let options = self.options.clone();
        self.valid().unwrap_or_else(|error| {
            let url = Url::parse("about:invalid").expect("a valid URL");
            let template = Template {
                method: Method::GET,
                url: Arc::new(url),
                body: RequestBody::default(),
                resume_by_get: false,
            };
            let mut drive = Drive::new((transport, timer), template, options, Config::default());
            drive.refuse(error.into());
            drive
        })
    }

    fn valid(mut self) -> Result<Drive<T, M>, RequestError> {
        if let Some(invalid) = &self.options.invalid {
            return Err(invalid.clone());
        }
        let mut url = self.url?;
        url.set_fragment(None);
        if self.method == Method::CONNECT {
            return Err(RequestError::Method);
        }
        let is_supported = url.has_host() && url.as_str().parse::<Uri>().is_ok();
        let own_id = take_last_event_id(&mut self.options)?;
        let is_safe = matches!(self.method, Method::GET | Method::HEAD);
        let may_replay = self.replay.unwrap_or(is_safe);
        let replay = match (may_replay, self.resume_by_get) {
            (true, _) => Replay::Always,
            (false, true) => Replay::Resuming,
            (false, false) => Replay::Never,
        };
        let mut config = Config::default()
            .policy(self.options.policy.clone())
            .replay(replay)
            .ask(true)
            .limits(self.options.limits)
            .last_event_id(self.last_event_id.or(own_id).unwrap_or_default())
            .show_comments(self.options.show_comments)
            .show_retries(self.options.show_retries)
            .seed(self.timer.seed());
        config.response_timeout = self.options.response_timeout;
        config.idle_timeout = self.options.idle_timeout;
        if !is_supported {
            return Err(RequestError::UnsupportedUrl);
        }
        let resume_by_get = self.resume_by_get && !is_safe;
        let template = Template { method: self.method, url: Arc::new(url), body: self.body, resume_by_get };
        Ok(Drive::new((self.transport, self.timer), template, self.options, config))
    }
}

/// Takes a `Last-Event-ID` that the caller set as a header. The event source then sends it like any
/// other.
fn take_last_event_id(options: &mut SharedOptions) -> Result<Option<String>, RequestError> {
    let name = HeaderName::from_static("last-event-id");
    if !options.headers.contains_key(&name) {
        return Ok(None);
    }
    let Some(value) = options.headers.remove(name) else { return Ok(None) };
    let id = std::str::from_utf8(value.as_bytes()).map_err(|_| RequestError::HeaderValue)?;
    Ok(Some(id.to_owned()))
}

impl<T, M> fmt::Debug for RequestBuilder<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("method", &self.method)
            .field("url", &self.url.as_ref().map(Redacted))
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
