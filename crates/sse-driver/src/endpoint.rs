//! Where a stream is: a URL, or its parts.

use url::{Host, ParseError, Url};

use crate::RequestError;

/// A URL in parts, for configuration that has them apart.
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
    /// `http` unless set.
    pub scheme: &'a str,
    /// A name or an address, IPv6 with or without brackets. `localhost` unless set.
    pub host: &'a str,
    /// The scheme's own port unless set.
    pub port: Option<u16>,
    /// The path, and the query if there is one; `/` unless set.
    pub path: &'a str,
}

impl Default for Endpoint<'_> {
    fn default() -> Self {
        Self { scheme: "http", host: "localhost", port: None, path: "/" }
    }
}

impl Endpoint<'_> {
    /// The URL.
    ///
    /// # Errors
    ///
    /// [`RequestError::Url`] when the parts do not make one.
    pub fn url(&self) -> Result<Url, RequestError> {
        let Self { scheme, host, port, path } = self;
        let bare_ipv6 = host.contains(':') && !host.starts_with('[');
        let host = if bare_ipv6 { format!("[{host}]") } else { (*host).to_owned() };
        // What ends a host in a URL would make another one of it.
        let host = Host::parse(&host).map_err(RequestError::Url)?;
        if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            return Err(RequestError::Url(ParseError::RelativeUrlWithoutBase));
        }
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let slash = if path.starts_with('/') { "" } else { "/" };
        Url::parse(&format!("{scheme}://{host}{port}{slash}{path}")).map_err(RequestError::Url)
    }
}

/// What [`Client::get`](crate::Client::get) and its like take for a URL: a string, a [`Url`] or an [`Endpoint`].
///
/// ```
/// use sse_driver::IntoUrl;
///
/// assert!("http://localhost/events".into_url().is_ok());
/// assert!("events".into_url().is_err());
/// ```
pub trait IntoUrl {
    /// The URL.
    ///
    /// # Errors
    ///
    /// [`RequestError::Url`] when it does not parse.
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
