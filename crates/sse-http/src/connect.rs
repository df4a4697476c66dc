//! Connects to the server of a URL, through a proxy and TLS where needed.

use core::time::Duration;

use url::{Host, Url};

use crate::dial::{Dial, within};
use crate::proxy::Server;
use crate::redirect::Hop;
use crate::stream::Stream;
use crate::{Error, Http, ProxyError};

/// The server of a URL, and the way to it.
#[derive(Debug)]
pub(crate) struct Route {
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    secure: bool,
    proxy: Option<Server>,
}

impl Route {
    /// Chooses the way to a URL's server. Each redirect chooses again.
    pub(crate) fn to<D>(url: &Url, http: &Http<D>) -> Result<Self, Error> {
        let (secure, host, port) = match (url.scheme(), url.host(), url.port_or_known_default()) {
            ("http", Some(host), Some(port)) => (false, host, port),
            ("https", Some(host), Some(port)) if cfg!(feature = "tls") => (true, host, port),
            (scheme, ..) => return Err(Error::scheme(scheme)),
        };
        let proxy = http.proxy.server_for(secure, &host, port).map_err(Error::Proxy)?;
        let host = match host {
            Host::Ipv6(address) => address.to_string(),
            host => host.to_string(),
        };
        Ok(Self { host, port, secure, proxy })
    }

    /// Returns the proxy that forwards the request. Only a request without TLS has one: with TLS,
    /// the proxy provides a tunnel.
    pub(crate) fn forwarder(&self) -> Option<&Server> {
        self.proxy.as_ref().filter(|_| !self.secure)
    }

    /// Connects within `limit`, which covers everything before the request: name resolution, TCP,
    /// tunnel and TLS.
    pub(crate) async fn connect<D: Dial>(
        &self,
        http: &Http<D>,
        hop: &Hop,
        limit: Option<Duration>,
    ) -> Result<Stream<D::Stream>, Error> {
        match within(&http.dial, limit, self.open(http, hop)).await {
            Ok(opened) => opened,
            Err(late) => Err(self.unreachable(late)),
        }
    }

    #[cfg_attr(not(feature = "tls"), allow(unused_variables, reason = "only a tunnel needs the hop"))]
    async fn open<D: Dial>(&self, http: &Http<D>, hop: &Hop) -> Result<Stream<D::Stream>, Error> {
        let (host, port) = match &self.proxy {
            Some(proxy) => (&proxy.host, proxy.port),
            None => (&self.host, self.port),
        };
        let stream = http.dial.dial(host, port).await.map_err(|error| self.unreachable(error))?;
        #[cfg(feature = "tls")]
        if self.secure {
            let tunnel = match &self.proxy {
                Some(proxy) => proxy.tunnel(stream, (&self.host, self.port), hop).await?,
                None => crate::proxy::Tunnel::none(stream),
            };
            return http.tls.handshake(&self.host, tunnel).await;
        }
        Ok(Stream::Plain(stream))
    }

    fn unreachable(&self, source: std::io::Error) -> Error {
        match &self.proxy {
            Some(proxy) => Error::Proxy(ProxyError::Connect { proxy: proxy.to_string(), source }),
            None => Error::Connect { host: self.host.clone(), port: self.port, source },
        }
    }
}
