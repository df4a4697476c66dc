//! The transport over fetch.

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

/// The transport over the `fetch` of a window, a worker or Node.
///
/// Its methods set the options of fetch that are not part of the request.
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
    /// Sets whether cookies and other credentials are sent and stored. The default is
    /// `same-origin`.
    pub fn credentials(mut self, credentials: RequestCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets whether requests may go to other origins, and how. The default is `cors`. With the mode
    /// `no-cors`, the response of another origin cannot be read and ends the session.
    pub fn mode(mut self, mode: RequestMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Sets how fetch uses the browser's cache. The default is `no-store`, as WHATWG HTML 9.2.2
    /// requires, with which the browser itself sends `Cache-Control: no-cache`.
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
        // fetch rejects a GET with a body, even if the body is empty.
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
            // fetch would reject the same request again, for example a GET with a body.
            let request = fetch
                .request(&Request::from_parts(head, ()), &body, &abort.0)
                .map_err(|exception| Futile(error(exception)))?;
            let response = JsFuture::from(send(&request).map_err(error)?).await.map_err(error)?;
            received(&response.dyn_into().map_err(error)?, abort)
        })
    }
}

/// Calls the global `fetch`. Looking it up in the global scope works in a window, a worker and
/// Node.
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

/// Converts request headers, without the client's own `Cache-Control`. The cache mode has the same
/// effect and needs no preflight.
fn headers(map: &HeaderMap) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in map {
        if !(name == CACHE_CONTROL && value == "no-cache") {
            // Fetch expects a `ByteString`, with one character for each byte.
            let value: String = value.as_bytes().iter().copied().map(char::from).collect();
            headers.append(name.as_str(), &value)?;
        }
    }
    Ok(headers)
}

/// Converts response headers, without those that describe the body before fetch decompressed it.
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

/// The error for an opaque response, which hides even its status.
#[derive(Debug)]
struct Opaque;

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a response that can be read, got an opaque one (fetch's mode `no-cors`)")
    }
}

impl core::error::Error for Opaque {}
