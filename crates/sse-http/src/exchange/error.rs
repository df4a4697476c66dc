//! Why there is no response, or not all of it.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use sse_driver::BoxError;

use super::InvalidResponse;

/// The reason why an exchange of a request and its response failed.
///
/// ```
/// use std::{error::Error as _, io};
/// use sse_http::ExchangeError;
///
/// let error = ExchangeError::Io(io::ErrorKind::ConnectionReset.into());
/// assert_eq!(error.to_string(), "the connection failed");
/// assert!(error.source().is_some());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Reading or writing failed.
    Io(io::Error),
    /// The stream of the request's body failed.
    RequestBody(BoxError),
    /// The server sent an invalid response, or the response ended too early.
    Response(InvalidResponse),
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the connection failed"),
            Self::RequestBody(_) => f.write_str("the request body failed"),
            Self::Response(invalid) => invalid.fmt(f),
        }
    }
}

impl StdError for ExchangeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Io(source) => Some(source),
            Self::RequestBody(source) => Some(source.as_ref()),
            Self::Response(_) => None,
        }
    }
}

impl From<InvalidResponse> for ExchangeError {
    fn from(invalid: InvalidResponse) -> Self {
        Self::Response(invalid)
    }
}
