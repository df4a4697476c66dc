//! Chooses the HTTP proxy of each request, without I/O.

mod bypass;
mod error;
mod server;
#[cfg(feature = "tls")]
mod tunnel;

use core::fmt;
use std::env;
use std::sync::Arc;

use url::Host;

use bypass::Bypass;

pub use error::ProxyError;
pub(crate) use server::Server;
#[cfg(feature = "tls")]
pub(crate) use tunnel::Tunnel;

/// The HTTP proxies of a transport, and the hosts to connect to directly.
///
/// A proxy is given by its URL, `http://user:password@host:port`. The scheme defaults to `http` and
/// the port to 80. If the URL is invalid or has another scheme (`https`, `socks5`), each request
/// that should go through the proxy fails with [`Error::Proxy`](crate::Error::Proxy). Such a
/// request never goes out without the proxy.
///
/// [`Http::new`](crate::Http::new) takes the proxies from the environment
/// ([`from_env`](Self::from_env)). [`Http::proxy`](crate::Http::proxy) sets others:
///
/// ```
/// use sse_http::{Dial, Http, Proxy};
///
/// fn inside<D: Dial>(dial: D) -> Http<D> {
///     Http::new(dial).proxy(Proxy::all("http://proxy.corp.example:3128").no_proxy(".corp.example, 10.0.0.0/8"))
/// }
///
/// fn direct<D: Dial>(dial: D) -> Http<D> {
///     Http::new(dial).proxy(Proxy::none())
/// }
/// ```
///
/// The transport sends the user name and password of the proxy's URL (percent-decoded) to the proxy
/// only, as `Proxy-Authorization: Basic` (RFC 7617). If the request has its own
/// `Proxy-Authorization` header, it goes to the proxy instead, and to nothing else. No `Debug`
/// output or error message contains them.
#[derive(Clone)]
pub struct Proxy {
    /// The URLs as they were given. An invalid one is an error when it is used.
    http: Option<Arc<str>>,
    https: Option<Arc<str>>,
    bypass: Bypass,
}

impl Proxy {
    /// Uses no proxy.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::none();
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self { http: None, https: None, bypass: Bypass::default() }
    }

    /// Uses one proxy for all requests.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::all("proxy.example:3128");
    /// ```
    #[must_use]
    pub fn all(url: impl AsRef<str>) -> Self {
        let url = Some(Arc::from(url.as_ref()));
        Self { http: url.clone(), https: url, ..Self::none() }
    }

    /// Uses a proxy for `http://` URLs only.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::http("http://proxy.example:3128");
    /// ```
    #[must_use]
    pub fn http(url: impl AsRef<str>) -> Self {
        Self { https: None, ..Self::all(url) }
    }

    /// Uses a proxy for `https://` URLs only.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::https("http://user:password@proxy.example:3128");
    /// ```
    #[must_use]
    pub fn https(url: impl AsRef<str>) -> Self {
        Self { http: None, ..Self::all(url) }
    }

    /// Reads the proxies from the environment variables, once, at this call.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `http_proxy`, `HTTP_PROXY` | the proxy for `http://` URLs |
    /// | `https_proxy`, `HTTPS_PROXY` | the proxy for `https://` URLs |
    /// | `all_proxy`, `ALL_PROXY` | the proxy for URLs without one of the above |
    /// | `no_proxy`, `NO_PROXY` | the hosts to connect to directly: see [`no_proxy`](Self::no_proxy) |
    ///
    /// Of two names, the first one that is set and not empty is used. `HTTP_PROXY` is ignored if
    /// `REQUEST_METHOD` is set: in a CGI program it holds the `Proxy` header of the incoming
    /// request (httpoxy, CVE-2016-5386). So is `http_proxy` on Windows, where names of variables
    /// ignore case. Requests to this machine (`localhost`, `127.0.0.0/8`,
    /// `::1`) never use these proxies.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::from_env().no_proxy("internal.example");
    /// ```
    #[must_use]
    pub fn from_env() -> Self {
        let lookup = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self::from_lookup(lookup, cfg!(windows))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>, ignores_case: bool) -> Self {
        let first = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| lookup(name));
            values.find(|value| !value.trim().is_empty()).map(Arc::from)
        };
        let all = first(&["all_proxy", "ALL_PROXY"]);
        let is_cgi = lookup("REQUEST_METHOD").is_some();
        let http = first(match (is_cgi, ignores_case) {
            (false, _) => &["http_proxy", "HTTP_PROXY"],
            (true, false) => &["http_proxy"],
            (true, true) => &[],
        });
        let https = first(&["https_proxy", "HTTPS_PROXY"]);
        let hosts = first(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
        let bypass = Bypass::loopback();
        Self { http: http.or_else(|| all.clone()), https: https.or(all), bypass }.no_proxy(&*hosts)
    }

    /// Adds hosts to connect to directly: a list separated by commas or spaces.
    ///
    /// | entry | hosts |
    /// |---|---|
    /// | `example.com` | the host and its subdomains |
    /// | `.example.com`, `*.example.com` | its subdomains only |
    /// | `192.0.2.1`, `2001:db8::1` | the address, if the URL contains it literally (names are not resolved) |
    /// | `192.0.2.0/24`, `2001:db8::/32` | all addresses of the network, if the URL contains one literally |
    /// | `example.com:8080`, `192.0.2.1:80`, `[2001:db8::1]:80` | the host or the address, on this port only |
    /// | `*` | all hosts |
    ///
    /// Upper and lower case are the same. Any other entry is ignored.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::all("proxy.example:3128").no_proxy("localhost, 10.0.0.0/8");
    /// ```
    #[must_use]
    pub fn no_proxy(mut self, hosts: impl AsRef<str>) -> Self {
        self.bypass.add(hosts.as_ref());
        self
    }

    /// Returns the proxy for requests to a host and port.
    pub(crate) fn server_for(
        &self,
        secure: bool,
        host: &Host<&str>,
        port: u16,
    ) -> Result<Option<Server>, ProxyError> {
        match if secure { &self.https } else { &self.http } {
            Some(url) if !self.bypass.contains(host, port) => Server::parse(url).map(Some),
            _ => Ok(None),
        }
    }
}

/// Reads the environment, like [`from_env`](Proxy::from_env).
impl Default for Proxy {
    fn default() -> Self {
        Self::from_env()
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<Arc<str>>| url.as_ref().map(|url| Server::parse(url));
        f.debug_struct("Proxy")
            .field("http", &shown(&self.http))
            .field("https", &shown(&self.https))
            .field("bypass", &self.bypass)
            .finish()
    }
}

#[cfg(test)]
mod tests;
