//! One request and one response head on one connection.

use core::future::poll_fn;
use core::pin::pin;

use futures_io::{AsyncRead, AsyncWrite};
use http::header::{self, HeaderMap, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response};
use hyper::client::conn::http1;
use url::{Position, Url};

use crate::Error;
use crate::body::{Body, drive};
use crate::io::Io;
use crate::outgoing::Outgoing;
use crate::redirect::Hop;
use crate::stream::Stream;

/// The most that hyper buffers of what it read, in bytes, and so the most that a response head may have. Left alone the
/// buffer grows to half a megabyte on a fast stream.
pub(crate) const MAX_BUFFER: usize = 16 * 1024;

/// The hop as it goes on the wire: origin form, `Host`, an unencoded answer, and the length of its body.
///
/// There is no `Connection` header: closing is this side's business, and some servers take `close` as leave to send a
/// body without framing, whose end cannot be told from a failure.
pub(crate) fn request(hop: &Hop) -> Result<Request<Outgoing>, Error> {
    let mut request = Request::new(Outgoing::from(&hop.body));
    *request.method_mut() = hop.method.clone();
    *request.uri_mut() = path_and_query(&hop.url)?.into();
    *request.headers_mut() = headers(hop)?;
    Ok(request)
}

/// A fragment is never sent.
fn path_and_query(url: &Url) -> Result<PathAndQuery, Error> {
    url[Position::BeforePath..Position::AfterQuery].parse().map_err(|error| Error::Url(Box::new(error)))
}

/// The caller's own `Host` and `Accept-Encoding` win. The framing is ours: a length that lies would let a body pass for
/// a second request. Credentials for a proxy are added where one is asked (RFC 9110, section 11.7.2).
fn headers(hop: &Hop) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, host(&hop.url)?);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.extend(hop.headers.clone());
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::PROXY_AUTHORIZATION);
    if let Some(len) = content_length(hop) {
        headers.insert(header::CONTENT_LENGTH, len.into());
    }
    Ok(headers)
}

/// A stream has none and goes out in chunks. No body is told only where one is expected (RFC 9110, section 8.6).
fn content_length(hop: &Hop) -> Option<usize> {
    let len = hop.body.as_bytes()?.len();
    (len > 0 || [Method::POST, Method::PUT, Method::PATCH].contains(&hop.method)).then_some(len)
}

/// IPv6 in brackets, and no port where it is the scheme's own, as the URL has it.
fn host(url: &Url) -> Result<HeaderValue, Error> {
    url[Position::BeforeHost..Position::AfterPort].parse().map_err(|error| Error::Url(Box::new(error)))
}

/// Sends the request and waits for the response head. Dropping the future drops the stream.
pub(crate) async fn exchange<S>(
    stream: Stream<S>,
    request: Request<Outgoing>,
) -> hyper::Result<Response<Body<S>>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(MAX_BUFFER).handshake(Io::new(stream)).await?;
    let mut connection = Some(connection);
    let mut response = pin!(sender.send_request(request));
    let response = poll_fn(|cx| {
        drive(&mut connection, cx);
        response.as_mut().poll(cx)
    })
    .await?;
    Ok(response.map(|incoming| Body::new(incoming, connection)))
}
