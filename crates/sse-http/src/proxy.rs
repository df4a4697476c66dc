//! Which requests go through an HTTP proxy, and which proxy that is. No I/O here.

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

/// The HTTP proxies of a transport, and the hosts that are asked without one.
///
/// A proxy is named by its URL, `http://user:password@host:port`. Without a scheme that is
/// `http://`, without a port 80. Any other scheme (`https://`, `socks5://`), and what is no URL, is
/// [`Error::Proxy`](crate::Error::Proxy) when a request would go through it: no request that is
/// meant for a proxy ever goes without one.
///
/// `Http` asks the environment, as [`from_env`](Self::from_env) has it, unless another setting is
/// given:
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
/// The user name and password of the proxy's URL (percent-decoded) are sent to the proxy alone, as
/// `Proxy-Authorization: Basic` (RFC 7617), unless the request has a `Proxy-Authorization` of its
/// own, which then goes in their place, and to the proxy alone too. Neither is in any `Debug` form
/// or error message.
#[derive(Clone)]
pub struct Proxy {
    /// As they were given: a bad one is an error where it is used.
    http: Option<Arc<str>>,
    https: Option<Arc<str>>,
    bypass: Bypass,
}

impl Proxy {
    /// No proxy at all.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::none();
    /// ```
    #[must_use]
    pub fn none() -> Self {
        Self { http: None, https: None, bypass: Bypass::default() }
    }

    /// One proxy for every request.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::all("proxy.example:3128");
    /// ```
    #[must_use]
    pub fn all(url: impl AsRef<str>) -> Self {
        let url = Some(Arc::from(url.as_ref()));
        Self { http: url.clone(), https: url, ..Self::none() }
    }

    /// A proxy for `http://` URLs; others are asked without one.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::http("http://proxy.example:3128");
    /// ```
    #[must_use]
    pub fn http(url: impl AsRef<str>) -> Self {
        Self { https: None, ..Self::all(url) }
    }

    /// A proxy for `https://` URLs; others are asked without one.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::https("http://user:password@proxy.example:3128");
    /// ```
    #[must_use]
    pub fn https(url: impl AsRef<str>) -> Self {
        Self { http: None, ..Self::all(url) }
    }

    /// The proxies of the environment, as it is now.
    ///
    /// | variable | what it names |
    /// |---|---|
    /// | `http_proxy`, `HTTP_PROXY` | the proxy for `http://` URLs |
    /// | `https_proxy`, `HTTPS_PROXY` | the proxy for `https://` URLs |
    /// | `all_proxy`, `ALL_PROXY` | the proxy for those that have none of their own |
    /// | `no_proxy`, `NO_PROXY` | hosts that are asked without one: see [`no_proxy`](Self::no_proxy) |
    ///
    /// The first of the two names that is not empty counts. `HTTP_PROXY` is not read where
    /// `REQUEST_METHOD` is set: in a CGI program it is the `Proxy` header of the request that it
    /// answers (httpoxy, CVE-2016-5386). This machine itself (`localhost`, `127.0.0.0/8`, `::1`) is
    /// always asked without a proxy.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::from_env().no_proxy("internal.example");
    /// ```
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_lookup(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| {
            let mut values = names.iter().filter_map(|name| lookup(name));
            values.find(|value| !value.trim().is_empty()).map(Arc::from)
        };
        let all = first(&["all_proxy", "ALL_PROXY"]);
        let is_cgi = lookup("REQUEST_METHOD").is_some();
        let http = first(if is_cgi { &["http_proxy"] } else { &["http_proxy", "HTTP_PROXY"] });
        let https = first(&["https_proxy", "HTTPS_PROXY"]);
        let hosts = first(&["no_proxy", "NO_PROXY"]).unwrap_or_default();
        let bypass = Bypass::loopback();
        Self { http: http.or_else(|| all.clone()), https: https.or(all), bypass }.no_proxy(&*hosts)
    }

    /// Adds hosts that are asked without a proxy: a list, with commas or spaces between.
    ///
    /// | entry | what it stands for |
    /// |---|---|
    /// | `example.com` | the host and its subdomains |
    /// | `.example.com`, `*.example.com` | its subdomains alone |
    /// | `192.0.2.1`, `2001:db8::1` | the address, where a URL has it literally: no name is looked up |
    /// | `192.0.2.0/24`, `2001:db8::/32` | the addresses of a network, likewise |
    /// | `example.com:8080`, `192.0.2.1:80`, `[2001:db8::1]:80` | any of the above hosts, on this port only |
    /// | `*` | everything |
    ///
    /// Case does not count. An entry that is none of these stands for nothing.
    ///
    /// ```
    /// let proxy = sse_http::Proxy::all("proxy.example:3128").no_proxy("localhost, 10.0.0.0/8");
    /// ```
    #[must_use]
    pub fn no_proxy(mut self, hosts: impl AsRef<str>) -> Self {
        self.bypass.add(hosts.as_ref());
        self
    }

    /// The proxy that a request to this host goes through.
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

/// [`from_env`](Proxy::from_env).
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
