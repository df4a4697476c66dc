//! What can go wrong between this side and a proxy.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use http::StatusCode;

use crate::ExchangeError;

/// Why there is no way through a proxy.
///
/// No message holds a proxy's user name or password.
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
    /// The setting is no URL of a proxy.
    Url(url::ParseError),
    /// The scheme of the proxy's URL is another than `http`.
    Scheme(String),
    /// There was no connection to the proxy, or none through it within the
    /// [`ConnectTimeout`](sse_driver::ConnectTimeout).
    Connect {
        /// The proxy's host and port.
        proxy: String,
        /// What the dial said.
        source: io::Error,
    },
    /// The proxy gave no valid answer to `CONNECT`.
    Exchange {
        /// The proxy's host and port.
        proxy: String,
        /// What was wrong with it.
        source: ExchangeError,
    },
    /// The proxy answered `CONNECT` with another status than 2xx: it wants credentials (407),
    /// forbids this host, or could not reach it.
    Refused {
        /// The proxy's host and port.
        proxy: String,
        /// The status.
        status: StatusCode,
    },
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("expected the proxy to be a URL like http://host:port"),
            Self::Scheme(scheme) => {
                write!(f, "expected the proxy to be an http:// URL, got the scheme `{scheme}`")
            }
            Self::Connect { proxy, .. } => write!(f, "cannot connect through the proxy {proxy}"),
            Self::Exchange { proxy, .. } => write!(f, "no valid answer to CONNECT from the proxy {proxy}"),
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
