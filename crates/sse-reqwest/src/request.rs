//! Requests of reqwest, opened as sessions.

use core::error::Error;
use core::fmt;

use crate::{RequestBuilder, client};

/// Turns a request of reqwest into one that opens a session.
///
/// ```
/// use sse_reqwest::Sse;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), sse_reqwest::InvalidSse> {
/// let request = reqwest::Client::new().get("http://localhost:8080/events").bearer_auth("token").sse()?;
/// let request = request.max_reconnection_attempts(10);
/// # Ok(())
/// # }
/// ```
pub trait Sse {
    /// Returns the same request on the same client, with its method, URL, headers and body. A
    /// timeout of the request is dropped, since it would end the stream.
    ///
    /// # Errors
    ///
    /// [`InvalidSse::Request`] if reqwest could not build the request. [`InvalidSse::StreamBody`]
    /// if the body is a stream, which reqwest cannot send twice;
    /// [`RequestBody::stream`](crate::RequestBody::stream) makes a body that can be.
    fn sse(self) -> Result<RequestBuilder, InvalidSse>;
}

impl Sse for reqwest::RequestBuilder {
    fn sse(self) -> Result<RequestBuilder, InvalidSse> {
        let (http, request) = self.build_split();
        let mut request = request.map_err(InvalidSse::Request)?;
        let headers = core::mem::take(request.headers_mut());
        let body = match request.body_mut().take() {
            None => Vec::new(),
            Some(body) => body.as_bytes().ok_or(InvalidSse::StreamBody)?.to_vec(),
        };
        let builder = client(http).build().request(request.method().clone(), request.url());
        Ok(builder.headers(headers).body(body))
    }
}

/// Says why a request of reqwest cannot be opened as a session.
///
/// ```
/// use sse_reqwest::InvalidSse;
///
/// assert_eq!(InvalidSse::StreamBody.to_string(), "expected a body of bytes, got a stream, which cannot be sent again");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum InvalidSse {
    /// reqwest could not build the request.
    Request(reqwest::Error),
    /// The body is a stream, which cannot be sent again.
    StreamBody,
}

impl fmt::Display for InvalidSse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request(_) => "the request is not valid",
            Self::StreamBody => "expected a body of bytes, got a stream, which cannot be sent again",
        })
    }
}

impl Error for InvalidSse {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Request(source) => Some(source),
            Self::StreamBody => None,
        }
    }
}
