//! Errors of proxies.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use http::StatusCode;

use crate::ExchangeError;

/// The reason why a request could not be sent through a proxy.
///
/// No message contains a user name or password.
///
/// ```
/// use http::StatusCode;
/// use sse_http::ProxyError;
///
/// let status = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
/// let error = ProxyError::Refused { proxy: "proxy.example:3128".into(), status };
/// assert_eq!(
///     error.to_string(),
///     "the proxy proxy.example:3128 refused the connection with status 407 Proxy Authentication Required"
/// );
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ProxyError {
    /// The URL of the proxy is invalid.
    Url(url::ParseError),
    /// The scheme of the proxy's URL is not `http`.
    Scheme(String),
    /// The proxy could not be reached, or the connection through it took longer than the
    /// [`ConnectTimeout`](sse_driver::ConnectTimeout).
    Connect {
        /// The proxy's host and port.
        proxy: String,
        /// The error of the dial.
        source: io::Error,
    },
    /// The proxy sent no valid response to `CONNECT`.
    Exchange {
        /// The proxy's host and port.
        proxy: String,
        /// The cause.
        source: ExchangeError,
    },
    /// The proxy's response to `CONNECT` has a status other than 2xx: it requires credentials
    /// (407), forbids the host, or could not reach it.
    Refused {
        /// The proxy's host and port.
        proxy: String,
        /// The status of the response.
        status: StatusCode,
    },
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("expected a proxy URL such as http://host:port"),
            Self::Scheme(scheme) => {
                write!(f, "expected an http:// proxy URL, got the scheme `{scheme}`")
            }
            Self::Connect { proxy, .. } => write!(f, "cannot connect through the proxy {proxy}"),
            Self::Exchange { proxy, .. } => {
                write!(f, "the proxy {proxy} sent no valid response to CONNECT")
            }
            Self::Refused { proxy, status } => {
                write!(f, "the proxy {proxy} refused the connection with status {status}")
            }
        }
    }
}

impl StdError for ProxyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Url(source) => Some(source),
            Self::Connect { source, .. } => Some(source),
            Self::Exchange { source, .. } => Some(source),
            Self::Scheme(_) | Self::Refused { .. } => None,
        }
    }
}
