//! Errors that can occur between the request and the end of the body.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use sse_driver::{BoxError, Futile};

#[cfg(feature = "tls")]
use crate::TlsError;
use crate::{ExchangeError, ProxyError};

/// An error from sending a request or reading its response.
///
/// [`source`](StdError::source) returns the underlying cause. For a connect timeout the last cause
/// is an [`io::Error`] of kind [`TimedOut`](io::ErrorKind::TimedOut). No message contains the user
/// name, password, path or query of a URL, or a header value of the request. If the head of the
/// response is not valid HTTP, the message shows the offending part.
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
    /// The request's URL is relative, malformed, or longer than 64 KiB.
    Url(BoxError),
    /// The URL's scheme is not `http`, nor `https` if the feature `tls` is enabled.
    Scheme(Futile),
    /// The connection could not be established: the name does not resolve, nothing listens on the
    /// port, or it took longer than the [`ConnectTimeout`](sse_driver::ConnectTimeout).
    Connect {
        /// The host that was dialled.
        host: String,
        /// The port that was dialled.
        port: u16,
        /// The error of the dial.
        source: io::Error,
    },
    /// The request could not be sent through the proxy.
    Proxy(ProxyError),
    /// TLS could not be established: no roots are trusted, the certificate is not valid for the
    /// host, or the handshake failed.
    #[cfg(feature = "tls")]
    Tls {
        /// The host of the URL.
        host: String,
        /// The cause.
        source: TlsError,
    },
    /// The connection was established, but no valid response head arrived.
    Exchange(ExchangeError),
    /// A redirect was not followed. The [`Futile`] holds a [`RedirectError`].
    Redirect(Futile),
    /// The body ended too early: the connection failed, the framing was invalid, or the body ended
    /// before the length or the last chunk that the head announced.
    Body(ExchangeError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("expected an absolute http:// or https:// URL"),
            Self::Scheme(_) => f.write_str("unsupported URL scheme"),
            Self::Connect { host, port, .. } => write!(f, "cannot connect to {host} port {port}"),
            Self::Proxy(_) => f.write_str("cannot send the request through the proxy"),
            #[cfg(feature = "tls")]
            Self::Tls { host, .. } => write!(f, "cannot establish TLS with {host}"),
            Self::Exchange(_) => f.write_str("the server sent no valid response head"),
            Self::Redirect(_) => f.write_str("the redirect was not followed"),
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

/// The reason why a redirect was not followed.
///
/// ```
/// use sse_http::RedirectError;
///
/// assert_eq!(RedirectError::MissingLocation.to_string(), "the redirect has no Location");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectError {
    /// The response has no `Location` header, or an empty one.
    MissingLocation,
    /// The response has several `Location` headers.
    SeveralLocations,
    /// The `Location` is not a valid URL.
    InvalidLocation(url::ParseError),
    /// The scheme of the `Location` is neither `http` nor `https`.
    Scheme(String),
    /// An `https` URL redirects to an `http` URL.
    Downgrade,
    /// The redirect would carry the request's body to another origin.
    BodyToAnotherOrigin,
    /// The redirect would be the eleventh in a row.
    TooMany,
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingLocation => f.write_str("the redirect has no Location"),
            Self::SeveralLocations => f.write_str("the redirect has several Locations"),
            Self::InvalidLocation(_) => f.write_str("the redirect's Location is not a valid URL"),
            Self::Scheme(scheme) => {
                write!(f, "expected the redirect's Location to be http or https, got the scheme `{scheme}`")
            }
            Self::Downgrade => f.write_str("the redirect leads from https down to http"),
            Self::BodyToAnotherOrigin => {
                f.write_str("the redirect would carry the request body to another origin")
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
