//! Redirects, followed as Fetch does (Fetch, section 4.4, "HTTP-redirect fetch"), without I/O.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use sse_driver::RequestBody;
use url::Url;

use crate::RedirectError;

const MAX_REDIRECTS: u8 = 10;

/// The headers that describe a body and are dropped with it (Fetch, "request-body-header name").
const BODY_HEADERS: [HeaderName; 4] =
    [header::CONTENT_ENCODING, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION, header::CONTENT_TYPE];

/// The request as it stands after the redirects followed so far.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    /// The caller's own header. It goes to proxies, which the caller chose, and never to an origin.
    pub(crate) proxy_authorization: Option<HeaderValue>,
    pub(crate) redirects: u8,
}

impl Hop {
    /// A request without headers, body and redirects.
    #[cfg(test)]
    pub(crate) fn new(method: Method, url: &str) -> Self {
        Self {
            method,
            url: url.parse().unwrap(),
            headers: HeaderMap::new(),
            body: RequestBody::default(),
            proxy_authorization: None,
            redirects: 0,
        }
    }

    /// Turns this request into the one that a redirect asks for. Returns `false` if the response is
    /// not a redirect.
    ///
    /// Dropped headers stay dropped even if a later redirect leads back to the first origin, since
    /// the other origin chose that redirect.
    pub(crate) fn follow(&mut self, status: StatusCode, response: &HeaderMap) -> Result<bool, RedirectError> {
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(false);
        }
        if self.redirects == MAX_REDIRECTS {
            return Err(RedirectError::TooMany);
        }
        let url = self.resolve(location(response)?)?;
        if becomes_get(status, &self.method) {
            self.method = Method::GET;
            self.drop_body();
        }
        if url.origin() != self.url.origin() && !is_upgrade(&self.url, &url) {
            self.leave_origin()?;
        }
        self.url = url;
        self.redirects += 1;
        Ok(true)
    }

    fn resolve(&self, location: &HeaderValue) -> Result<Url, RedirectError> {
        let mut url = self.url.join(&text(location)).map_err(RedirectError::InvalidLocation)?;
        match (self.url.scheme(), url.scheme()) {
            ("https", "http") => return Err(RedirectError::Downgrade),
            (_, "http" | "https") => {}
            (_, other) => return Err(RedirectError::Scheme(other.to_owned())),
        }
        // A server must not choose the user name and password. Both calls fail only for URLs
        // without a host, and http URLs always have one.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        if url.fragment().is_none() {
            url.set_fragment(self.url.fragment());
        }
        Ok(url)
    }

    fn drop_body(&mut self) {
        self.body = RequestBody::default();
        self.keep_headers(|name, _| !BODY_HEADERS.contains(name));
    }

    /// Drops the headers that another origin must not see. A request with a body fails instead: the
    /// body must not go to another origin, and dropping it would change the request.
    fn leave_origin(&mut self) -> Result<(), RedirectError> {
        if self.body.as_bytes().is_none_or(|body| !body.is_empty()) {
            return Err(RedirectError::BodyToAnotherOrigin);
        }
        self.keep_headers(is_harmless);
        Ok(())
    }

    fn keep_headers(&mut self, keep: impl Fn(&HeaderName, &HeaderValue) -> bool) {
        let kept = self.headers.iter().filter(|(name, value)| keep(name, value));
        self.headers = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    }
}

/// A 303 redirects to a page about the outcome. After a POST, clients have always treated 301 and
/// 302 the same way.
fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
        StatusCode::SEE_OTHER => method != Method::GET && method != Method::HEAD,
        _ => false,
    }
}

/// Whether the redirect leads from http to https on the same host, both on their default ports.
/// That is the same server over a safer connection.
fn is_upgrade(from: &Url, to: &Url) -> bool {
    let schemes = from.scheme() == "http" && to.scheme() == "https";
    schemes && from.host() == to.host() && from.port().is_none() && to.port().is_none()
}

/// Whether another origin may see a header. The client itself sets `Last-Event-ID` and
/// `Cache-Control: no-cache`. Browsers send both to other origins too: without `Last-Event-ID` the
/// stream would start from the beginning there.
fn is_harmless(name: &HeaderName, value: &HeaderValue) -> bool {
    name == "last-event-id"
        || [header::ACCEPT, header::ACCEPT_LANGUAGE, header::USER_AGENT].contains(name)
        || (name == header::CACHE_CONTROL && value == "no-cache")
}

fn location(response: &HeaderMap) -> Result<&HeaderValue, RedirectError> {
    let mut locations = response.get_all(header::LOCATION).iter();
    let location =
        locations.next().filter(|value| !value.is_empty()).ok_or(RedirectError::MissingLocation)?;
    match locations.next() {
        None => Ok(location),
        Some(_) => Err(RedirectError::SeveralLocations),
    }
}

/// Decodes a `Location` as UTF-8. If it is not valid UTF-8, bytes outside ASCII are
/// percent-encoded.
fn text(location: &HeaderValue) -> String {
    let escape =
        |byte: &u8| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    match core::str::from_utf8(location.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => location.as_bytes().iter().map(escape).collect(),
    }
}

#[cfg(test)]
mod tests;
