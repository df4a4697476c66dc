//! The URL of a stream, whole or in parts.

use url::{Host, ParseError, Url};

use crate::RequestError;

/// A URL in parts, for configuration that stores them separately. Methods that take an [`IntoUrl`],
/// such as [`Client::get`](crate::Client::get), accept it.
///
/// ```
/// use sse_driver::Endpoint;
///
/// let endpoint = Endpoint { host: "localhost", port: Some(8080), path: "/events", ..Endpoint::default() };
/// assert_eq!(endpoint.url()?.as_str(), "http://localhost:8080/events");
/// # Ok::<(), sse_driver::RequestError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The scheme, without a colon. `http` by default.
    pub scheme: &'a str,
    /// A name or an address, IPv6 with or without brackets. `localhost` by default.
    pub host: &'a str,
    /// The port. That of the scheme by default.
    pub port: Option<u16>,
    /// The path, with the query if there is one. A missing leading slash is added. `/` by default.
    pub path: &'a str,
}

impl Default for Endpoint<'_> {
    fn default() -> Self {
        Self { scheme: "http", host: "localhost", port: None, path: "/" }
    }
}

impl Endpoint<'_> {
    /// Joins the parts to a URL.
    ///
    /// # Errors
    ///
    /// Returns [`RequestError::Url`] if the URL would be invalid.
    pub fn url(&self) -> Result<Url, RequestError> {
        let Self { scheme, host, port, path } = self;
        let bare_ipv6 = host.contains(':') && !host.starts_with('[');
        let host = if bare_ipv6 { format!("[{host}]") } else { (*host).to_owned() };
        // A character that ends the host in a URL would change the host.
        let host = Host::parse(&host).map_err(RequestError::Url)?;
        if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            return Err(RequestError::Url(ParseError::RelativeUrlWithoutBase));
        }
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let slash = if path.starts_with('/') { "" } else { "/" };
        Url::parse(&format!("{scheme}://{host}{port}{slash}{path}")).map_err(RequestError::Url)
    }
}

/// A type that can be converted to a URL: a string, a [`Url`] or an [`Endpoint`].
/// [`Client::get`](crate::Client::get) and similar methods accept it.
///
/// ```
/// use sse_driver::IntoUrl;
///
/// assert!("http://localhost/events".into_url().is_ok());
/// assert!("events".into_url().is_err());
/// ```
pub trait IntoUrl {
    /// Converts the value to a URL.
    ///
    /// # Errors
    ///
    /// Returns [`RequestError::Url`] if it is invalid.
    fn into_url(self) -> Result<Url, RequestError>;
}

impl IntoUrl for &str {
    fn into_url(self) -> Result<Url, RequestError> {
        Url::parse(self).map_err(RequestError::Url)
    }
}

impl IntoUrl for String {
    fn into_url(self) -> Result<Url, RequestError> {
        self.as_str().into_url()
    }
}

impl IntoUrl for &String {
    fn into_url(self) -> Result<Url, RequestError> {
        self.as_str().into_url()
    }
}

impl IntoUrl for Url {
    fn into_url(self) -> Result<Url, RequestError> {
        Ok(self)
    }
}

impl IntoUrl for &Url {
    fn into_url(self) -> Result<Url, RequestError> {
        Ok(self.clone())
    }
}

impl IntoUrl for Endpoint<'_> {
    fn into_url(self) -> Result<Url, RequestError> {
        self.url()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_a_url() {
        let parts =
            |scheme, host, port, path| Endpoint { scheme, host, port, path }.url().map(String::from).ok();
        for (made, url) in [
            (parts("http", "h", None, "a?b=c"), Some("http://h/a?b=c")),
            (parts("https", "h", Some(444), "/"), Some("https://h:444/")),
            (parts("http", "::1", Some(80), "/x"), Some("http://[::1]/x")),
            (parts("http", "[::1]", Some(81), "/x"), Some("http://[::1]:81/x")),
            (parts("http", "", None, "/"), None),
            (parts("http", "good@evil", None, "/"), None),
            (parts("http", "good/evil", None, "/"), None),
            (parts("http", "good\\evil", None, "/"), None),
            (parts("http", "good#evil", None, "/"), None),
            (parts("http", "good?evil", None, "/"), None),
            (parts("http", "good:80", None, "/"), None),
            (parts("http", "good%40evil", None, "/"), None),
            (parts("http://evil?", "good", None, "/"), None),
            (parts("", "h", None, "/"), None),
        ] {
            assert_eq!(made.as_deref(), url);
        }
    }
}
