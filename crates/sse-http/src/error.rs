//! What can go wrong between the request and the end of the body.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use sse_driver::{BoxError, Futile};

#[cfg(feature = "tls")]
use crate::TlsError;
use crate::{ExchangeError, ProxyError};

/// Why there is no response, or why its body broke off.
///
/// The cause, where there is one, is [`source`](StdError::source); for a connect timeout it is an
/// [`io::Error`] of kind [`TimedOut`](io::ErrorKind::TimedOut). No message holds a URL's userinfo,
/// path or query, or a header value of the request. A line of a response that is not valid HTTP is
/// shown.
///
/// ```
/// use std::{error::Error as _, io};
/// use sse_http::Error;
///
/// let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
/// let error = Error::Connect { host: "localhost".into(), port: 8080, source: refused };
/// assert_eq!(error.to_string(), "cannot connect to localhost port 8080");
/// assert!(error.source().is_some());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The request has no URL that HTTP can ask: it is relative, malformed, or over 64 KiB.
    Url(BoxError),
    /// The URL's scheme is another than `http`, and with the feature `tls` than `https`.
    Scheme(Futile),
    /// No connection: the name was not found, nobody listens, or it took longer than the
    /// [`ConnectTimeout`](sse_driver::ConnectTimeout).
    Connect {
        /// The host that was dialled.
        host: String,
        /// Its port.
        port: u16,
        /// What the dial said.
        source: io::Error,
    },
    /// There is no way through the proxy.
    Proxy(ProxyError),
    /// No TLS: there is nobody to trust, or the host did not prove to be the one that it was taken
    /// for, or the handshake failed.
    #[cfg(feature = "tls")]
    Tls {
        /// The host of the URL.
        host: String,
        /// What was wrong.
        source: TlsError,
    },
    /// The connection was made, and no valid response head came.
    Exchange(ExchangeError),
    /// A redirect that is not followed. It holds a [`RedirectError`].
    Redirect(Futile),
    /// The body broke off: the connection failed, its framing was invalid, or it ended before the
    /// length or the last chunk that the head promised.
    Body(ExchangeError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("the request has no valid absolute http:// or https:// URL"),
            Self::Scheme(_) => f.write_str("the scheme of the URL is not served"),
            Self::Connect { host, port, .. } => write!(f, "cannot connect to {host} port {port}"),
            Self::Proxy(_) => f.write_str("no way through the proxy"),
            #[cfg(feature = "tls")]
            Self::Tls { host, .. } => write!(f, "no TLS with {host}"),
            Self::Exchange(_) => f.write_str("no valid response head from the server"),
            Self::Redirect(_) => f.write_str("redirect not followed"),
            Self::Body(_) => f.write_str("the response body broke off"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Url(source) => Some(source.as_ref()),
            Self::Connect { source, .. } => Some(source),
            Self::Proxy(source) => Some(source),
            #[cfg(feature = "tls")]
            Self::Tls { source, .. } => Some(source),
            Self::Exchange(source) | Self::Body(source) => Some(source),
            Self::Scheme(source) | Self::Redirect(source) => Some(source),
        }
    }
}

impl Error {
    pub(crate) fn scheme(scheme: &str) -> Self {
        Self::Scheme(Futile(match scheme {
            "https" => {
                "https is not built in: enable a TLS feature, such as `ring` with `platform-verifier`".into()
            }
            _ => format!("expected an http:// or https:// URL, got the scheme `{scheme}`").into(),
        }))
    }
}

impl From<RedirectError> for Error {
    fn from(error: RedirectError) -> Self {
        Self::Redirect(Futile(Box::new(error)))
    }
}

/// Why a redirect is not followed.
///
/// ```
/// use sse_http::RedirectError;
///
/// assert_eq!(RedirectError::MissingLocation.to_string(), "the redirect has no Location");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectError {
    /// There is no `Location`, or it is empty.
    MissingLocation,
    /// There are several `Location`s, and nothing says which one is meant.
    SeveralLocations,
    /// The `Location` is no URL.
    InvalidLocation(url::ParseError),
    /// The `Location`'s scheme is neither `http` nor `https`.
    Scheme(String),
    /// An `https` URL redirected to an `http` one.
    Downgrade,
    /// The redirect would carry the request's body to another origin.
    BodyToAnotherOrigin,
    /// This would be the eleventh redirect in a row.
    TooMany,
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingLocation => f.write_str("the redirect has no Location"),
            Self::SeveralLocations => f.write_str("the redirect has several Locations"),
            Self::InvalidLocation(_) => f.write_str("the redirect's Location is no URL"),
            Self::Scheme(scheme) => {
                write!(f, "expected the redirect's Location to be http or https, got the scheme `{scheme}`")
            }
            Self::Downgrade => f.write_str("the redirect leads from https down to http"),
            Self::BodyToAnotherOrigin => {
                f.write_str("the redirect would carry the body of the request to another origin")
            }
            Self::TooMany => f.write_str("too many redirects: more than 10 in a row"),
        }
    }
}

impl StdError for RedirectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::InvalidLocation(source) => Some(source),
            _ => None,
        }
    }
}
