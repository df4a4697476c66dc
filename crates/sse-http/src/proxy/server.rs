//! A proxy server, parsed from its URL, and the requests that it forwards.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use http::header::{HeaderValue, PROXY_AUTHORIZATION};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::ProxyError;
use crate::Error;
use crate::redirect::Hop;
use crate::request::WireRequest;

pub(crate) struct Server {
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    authorization: Option<HeaderValue>,
}

impl Server {
    pub(super) fn parse(text: &str) -> Result<Self, ProxyError> {
        let text = text.trim();
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let url = url.map_err(ProxyError::Url)?;
        let host = match (url.scheme(), url.host()) {
            ("http", Some(Host::Ipv6(address))) => address.to_string(),
            ("http", Some(host)) => host.to_string(),
            (scheme, _) => return Err(ProxyError::Scheme(scheme.to_owned())),
        };
        Ok(Self { host, port: url.port().unwrap_or(80), authorization: authorization(&url) })
    }

    /// Turns a request into one that the proxy forwards: in absolute form (RFC 9112, section
    /// 3.2.2), with the credentials for the proxy.
    pub(crate) fn forward(&self, request: &mut WireRequest, hop: &Hop) -> Result<(), Error> {
        request.target = absolute(&hop.url)?;
        if let Some(authorization) = self.authorization(hop) {
            request.headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(())
    }

    /// Returns the value of `Proxy-Authorization`: the caller's own, or the one from the proxy's
    /// URL.
    pub(super) fn authorization<'a>(&'a self, hop: &'a Hop) -> Option<&'a HeaderValue> {
        hop.proxy_authorization.as_ref().or(self.authorization.as_ref())
    }
}

/// The URL without user name, password and fragment, which are never sent.
fn absolute(url: &Url) -> Result<Uri, Error> {
    let authority_and_path = &url[url::Position::BeforeHost..url::Position::AfterQuery];
    let uri = format!("{}://{authority_and_path}", url.scheme());
    uri.parse().map_err(|error| Error::Url(Box::new(error)))
}

/// Encodes the user name and password as Basic credentials (RFC 7617).
fn authorization(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let user = percent_decode_str(url.username());
    let password = percent_decode_str(url.password().unwrap_or_default());
    let credentials: Vec<u8> = user.chain([b':']).chain(password).collect();
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(credentials)))
        .expect("base64 is a valid header value");
    value.set_sensitive(true);
    Some(value)
}

/// Shows the host and port.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
