//! A request by fetch.

use core::fmt;
use core::pin::Pin;

use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use sse_driver::{BoxError, EffectiveUrl, Futile, RequestBody, Transport};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, RequestMode};

use crate::body::AbortOnDrop;
use crate::{Body, FetchError};

/// The transport over the `fetch` of a window, a worker or Node, and the options that fetch has
/// besides the request.
///
/// ```no_run
/// use sse_web::{Client, Fetch, RequestCredentials, WebTimer};
///
/// let fetch = Fetch::default().credentials(RequestCredentials::Include);
/// let client = Client::builder_with(fetch, WebTimer::default()).build();
/// # let _ = client;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Fetch {
    credentials: Option<RequestCredentials>,
    mode: Option<RequestMode>,
    cache: Option<RequestCache>,
}

impl Fetch {
    /// Whether cookies and the like are sent, and taken. `same-origin` unless set.
    pub fn credentials(mut self, credentials: RequestCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Whether other origins are asked, and how. `cors` unless set. A response of the mode
    /// `no-cors` cannot be read, and ends the session.
    pub fn mode(mut self, mode: RequestMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// How the browser's cache is used. `no-store` unless set, as WHATWG HTML 9.2.2 has it, which
    /// makes the browser send `Cache-Control: no-cache` by itself.
    pub fn cache(mut self, cache: RequestCache) -> Self {
        self.cache = Some(cache);
        self
    }

    fn request(
        self,
        request: &Request<()>,
        body: &[u8],
        abort: &AbortController,
    ) -> Result<web_sys::Request, JsValue> {
        let init = RequestInit::new();
        init.set_method(request.method().as_str());
        init.set_headers_headers(&headers(request.headers())?);
        init.set_signal(Some(&abort.signal()));
        init.set_cache(self.cache.unwrap_or(RequestCache::NoStore));
        if let Some(credentials) = self.credentials {
            init.set_credentials(credentials);
        }
        if let Some(mode) = self.mode {
            init.set_mode(mode);
        }
        // fetch takes no body with a GET, not even an empty one.
        if !body.is_empty() {
            init.set_body_opt_u8_array(Some(&Uint8Array::from(body)));
        }
        web_sys::Request::new_with_str_and_init(&request.uri().to_string(), &init)
    }
}

impl Transport for Fetch {
    type Body = Body;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>>>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let fetch = *self;
        Box::pin(async move {
            let (head, body) = request.into_parts();
            if !matches!(head.uri.scheme(), Some(scheme) if [Scheme::HTTP, Scheme::HTTPS].contains(scheme)) {
                return Err(Futile("expected a URL with the scheme http or https".into()).into());
            }
            let body = body.to_bytes().await?;
            let abort = AbortOnDrop(AbortController::new().map_err(error)?);
            // What is no request now is none the next time: a method that fetch refuses, a body
            // with a GET.
            let request = fetch
                .request(&Request::from_parts(head, ()), &body, &abort.0)
                .map_err(|exception| Futile(error(exception)))?;
            let response = JsFuture::from(send(&request).map_err(error)?).await.map_err(error)?;
            received(&response.dyn_into().map_err(error)?, abort)
        })
    }
}

/// Calls the `fetch` of the scope, whichever scope that is.
fn send(request: &web_sys::Request) -> Result<Promise, JsValue> {
    let scope = js_sys::global();
    let fetch: Function = Reflect::get(&scope, &"fetch".into())?.dyn_into()?;
    fetch.call1(&scope, request)?.dyn_into()
}

fn received(response: &web_sys::Response, abort: AbortOnDrop) -> Result<Response<Body>, BoxError> {
    let status = StatusCode::from_u16(response.status()).map_err(|_| Futile(Opaque.into()))?;
    let body = Body::of_response(response.body(), abort)?;
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = header_map(&response.headers())?;
    if let Ok(url) = response.url().parse() {
        answer.extensions_mut().insert(EffectiveUrl(url));
    }
    Ok(answer)
}

/// All but the client's own `Cache-Control`: the cache mode says the same, and needs no permission
/// of another origin.
fn headers(map: &HeaderMap) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in map {
        if !(name == CACHE_CONTROL && value == "no-cache") {
            // A `ByteString`: one character for each byte.
            let value: String = value.as_bytes().iter().copied().map(char::from).collect();
            headers.append(name.as_str(), &value)?;
        }
    }
    Ok(headers)
}

/// All but those that tell of the body as it was before fetch decoded it.
fn header_map(headers: &Headers) -> Result<HeaderMap, BoxError> {
    let mut map = HeaderMap::new();
    for entry in headers.entries() {
        let entry: Array = entry.map_err(error)?.unchecked_into();
        let text = |at| entry.get(at).as_string().unwrap_or_default();
        let bytes: Vec<u8> = text(1).chars().filter_map(|byte| u8::try_from(byte).ok()).collect();
        map.append(HeaderName::try_from(text(0))?, HeaderValue::try_from(bytes)?);
    }
    if map.remove(CONTENT_ENCODING).is_some() {
        map.remove(CONTENT_LENGTH);
    }
    Ok(map)
}

fn error(exception: JsValue) -> BoxError {
    FetchError::new(&exception).into()
}

/// A response that shows nothing of itself, not even its status.
#[derive(Debug)]
struct Opaque;

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a response that can be read, got an opaque one (fetch's mode `no-cors`)")
    }
}

impl core::error::Error for Opaque {}
