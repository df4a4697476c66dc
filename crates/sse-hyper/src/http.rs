//! A request, from its URL to the response that is not a redirect.

use core::pin::Pin;
use core::time::Duration;

use http::{HeaderMap, Request, Response, StatusCode, header};
use sse_driver::{ConnectTimeout, EffectiveUrl, RequestBody, Transport};
use url::{Host, Url};

use crate::Error;
use crate::body::Body;
use crate::dial::{Dial, within};
use crate::exchange::{exchange, request};
use crate::redirect::Hop;

/// HTTP/1.1 over the connections of a [`Dial`].
///
/// Each request has a connection of its own, which lives as long as the response's body. Nothing is spawned and nothing
/// is shared, so clones cost what a clone of the dial costs.
///
/// ```no_run
/// use futures_util::StreamExt;
/// use http::Request;
/// use sse_driver::{RequestBody, Transport};
/// use sse_hyper::{Dial, Http};
///
/// async fn print<D: Dial>(dial: D) -> Result<(), Box<dyn std::error::Error>> {
///     let request = Request::get("http://localhost:8080/events").body(RequestBody::default())?;
///     let mut response = Http::new(dial).connect(request).await?;
///     while let Some(chunk) = response.body_mut().next().await {
///         println!("{:?}", chunk?);
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Http<D> {
    dial: D,
}

impl<D: Dial> Http<D> {
    /// A transport over this network.
    pub fn new(dial: D) -> Self {
        Self { dial }
    }
}

impl<D: Dial> Transport for Http<D> {
    type Body = Body<D::Stream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Self::Body>, Error>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let dial = self.dial.clone();
        Box::pin(async move { ask(&dial, request).await })
    }
}

async fn ask<D: Dial>(dial: &D, asked: Request<RequestBody>) -> Result<Response<Body<D::Stream>>, Error> {
    let connect_timeout = asked.extensions().get().map(|ConnectTimeout(limit)| *limit);
    let mut hop = first_hop(asked)?;
    loop {
        let (host, port) = authority(&hop.url)?;
        let request = request(&hop)?;
        let stream = connect(dial, host, port, connect_timeout).await?;
        let mut response = exchange(stream, request).await.map_err(Error::Exchange)?;
        if hop.follow(response.status(), response.headers())? {
            continue;
        }
        if response.status() == StatusCode::OK && is_encoded(response.headers()) {
            return Err(Error::Encoded);
        }
        if hop.redirects > 0 {
            response.extensions_mut().insert(EffectiveUrl(hop.url));
        }
        return Ok(response);
    }
}

fn first_hop(request: Request<RequestBody>) -> Result<Hop, Error> {
    let (head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string()).map_err(|error| Error::Url(Box::new(error)))?;
    Ok(Hop { method: head.method, url, headers: head.headers, body, redirects: 0 })
}

/// The limit covers all that comes before the request: name, TCP.
async fn connect<D: Dial>(
    dial: &D,
    host: String,
    port: u16,
    limit: Option<Duration>,
) -> Result<D::Stream, Error> {
    let connected = within(dial, limit, dial.dial(&host, port)).await;
    connected.map_err(|source| Error::Connect { host, port, source })
}

/// The host without the brackets of an IPv6 address, and the port.
fn authority(url: &Url) -> Result<(String, u16), Error> {
    match (url.scheme(), url.host(), url.port_or_known_default()) {
        ("http", Some(Host::Ipv6(address)), Some(port)) => Ok((address.to_string(), port)),
        ("http", Some(host), Some(port)) => Ok((host.to_string(), port)),
        (scheme, ..) => Err(Error::Scheme(scheme.to_owned())),
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CONTENT_ENCODING).iter().map(|value| value.as_bytes());
    let mut codings = values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    codings.any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}
