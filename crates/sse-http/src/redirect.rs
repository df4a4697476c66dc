//! Redirects, as Fetch follows them (Fetch, section 4.4, "HTTP-redirect fetch"). No I/O here.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use sse_driver::RequestBody;
use url::Url;

use crate::RedirectError;

const MAX_REDIRECTS: u8 = 10;

/// What describes a body, and goes with it (Fetch, "request-body-header name").
const BODY_HEADERS: [HeaderName; 4] =
    [header::CONTENT_ENCODING, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION, header::CONTENT_TYPE];

/// A request on its way: what is asked of whom, after the redirects so far.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    /// The caller's own. It is for proxies, which the caller chose, and not for the origins on the
    /// way.
    pub(crate) proxy_authorization: Option<HeaderValue>,
    pub(crate) redirects: u8,
}

impl Hop {
    /// Becomes the request that the response asks for instead. `false`: it asks for none, and is
    /// the answer.
    ///
    /// What is dropped stays dropped, also when a later redirect leads back: the first other origin
    /// chose where that one leads.
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
        // A server's choice of user name and password is not the caller's. Both calls fail for URLs
        // without a host only, and http has none of those.
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

    /// Leaves behind whatever another origin has no business to see. A body is never sent there,
    /// and a request without it would be another request.
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

/// A 303 asks for a page about the outcome; after a POST, 301 and 302 have always been taken so
/// too.
fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
        StatusCode::SEE_OTHER => method != Method::GET && method != Method::HEAD,
        _ => false,
    }
}

/// From http to https of the same host, on the default ports of both: the same server, better
/// protected.
fn is_upgrade(from: &Url, to: &Url) -> bool {
    let schemes = from.scheme() == "http" && to.scheme() == "https";
    schemes && from.host() == to.host() && from.port().is_none() && to.port().is_none()
}

/// `Last-Event-ID` and `Cache-Control: no-cache` are the client's own. Browsers send both to other
/// origins too: without the first one a stream would begin anew there.
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

/// UTF-8 is taken as such. Other bytes outside ASCII mean themselves, percent-encoded.
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
