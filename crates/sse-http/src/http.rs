//! The transport: sends a request and follows its redirects to the final response.

use core::pin::Pin;

use http::{Request, Response, header};
use sse_driver::{ConnectTimeout, EffectiveUrl, RequestBody, Transport};
use url::Url;

#[cfg(feature = "tls")]
use crate::Tls;
use crate::body::Body;
use crate::connect::Route;
use crate::connection::Connection;
use crate::dial::Dial;
use crate::exchange::Head;
use crate::redirect::Hop;
use crate::request::WireRequest;
use crate::{Error, Proxy};

/// An HTTP/1.1 [`Transport`] over the connections of a [`Dial`].
///
/// Each request opens its own connection, which lives as long as the response's body. The transport
/// spawns no task. Clones share the TLS settings, so they can resume each other's TLS sessions.
///
/// ```no_run
/// use futures_util::StreamExt;
/// use http::Request;
/// use sse_driver::{RequestBody, Transport};
/// use sse_http::{Dial, Http};
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
#[derive(Clone, Debug)]
pub struct Http<D> {
    pub(crate) dial: D,
    #[cfg(feature = "tls")]
    pub(crate) tls: Tls,
    pub(crate) proxy: Proxy,
}

impl<D: Dial> Http<D> {
    /// Creates a transport over the connections of `dial`.
    ///
    /// If the dial [uses the host](Dial::uses_host), the transport uses the proxies of the
    /// environment ([`Proxy::from_env`]); otherwise it uses none.
    pub fn new(dial: D) -> Self {
        let proxy = if dial.uses_host() { Proxy::from_env() } else { Proxy::none() };
        Self {
            dial,
            #[cfg(feature = "tls")]
            tls: Tls::default(),
            proxy,
        }
    }

    /// Sets the TLS settings for `https://` URLs, which are [`Tls::default`] otherwise.
    ///
    /// ```
    /// use sse_http::{Dial, Http, Tls, TlsError};
    ///
    /// fn trusting<D: Dial>(dial: D, pem: &[u8]) -> Result<Http<D>, TlsError> {
    ///     Ok(Http::new(dial).tls(Tls::default().add_roots_pem(pem)?))
    /// }
    /// ```
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    /// Sets the proxies, in place of those of the environment.
    ///
    /// ```
    /// use sse_http::{Dial, Http, Proxy};
    ///
    /// fn through<D: Dial>(dial: D) -> Http<D> {
    ///     Http::new(dial).proxy(Proxy::all("http://user:password@proxy.example:3128").no_proxy("localhost"))
    /// }
    /// ```
    #[must_use]
    pub fn proxy(self, proxy: Proxy) -> Self {
        Self { proxy, ..self }
    }
}

impl<D: Dial + Default> Default for Http<D> {
    fn default() -> Self {
        Self::new(D::default())
    }
}

impl<D: Dial> Transport for Http<D> {
    type Body = Body<D::Stream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Self::Body>, Error>> + Send>>;

    fn connect(&self, request: Request<RequestBody>) -> Self::Future {
        let http = self.clone();
        Box::pin(async move { send(&http, request).await })
    }
}

async fn send<D: Dial>(
    http: &Http<D>,
    request: Request<RequestBody>,
) -> Result<Response<Body<D::Stream>>, Error> {
    let connect_timeout = request.extensions().get().map(|ConnectTimeout(limit)| *limit);
    let mut hop = first_hop(request)?;
    loop {
        let route = Route::to(&hop.url, http)?;
        let mut request = WireRequest::new(&hop)?;
        if let Some(proxy) = route.forwarder() {
            proxy.forward(&mut request, &hop)?;
        }
        let stream = route.connect(http, &hop, connect_timeout).await?;
        let mut connection = Connection::new(stream, request);
        let head = connection.head().await.map_err(Error::Exchange)?;
        if hop.follow(head.status, &head.headers)? {
            continue;
        }
        return Ok(response(head, hop, Body::new(connection)));
    }
}

fn first_hop(request: Request<RequestBody>) -> Result<Hop, Error> {
    let (mut head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string()).map_err(|error| Error::Url(Box::new(error)))?;
    let proxy_authorization = head.headers.remove(header::PROXY_AUTHORIZATION);
    Ok(Hop { method: head.method, url, headers: head.headers, body, proxy_authorization, redirects: 0 })
}

fn response<B>(head: Head, hop: Hop, body: B) -> Response<B> {
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.version_mut() = head.version;
    *response.headers_mut() = head.headers;
    if hop.redirects > 0 {
        response.extensions_mut().insert(EffectiveUrl(hop.url));
    }
    response
}
