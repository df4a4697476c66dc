//! TLS (RFC 8446, RFC 5246) by rustls: whom to trust, and the handshake.

mod config;
mod error;
mod named;

use core::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use futures_io::{AsyncRead, AsyncWrite};
use futures_rustls::TlsConnector;
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};

use crate::Error;
use crate::proxy::Tunnel;
use crate::stream::Stream;
use config::Roots;

pub use error::TlsError;

/// Whom a transport trusts with `https://`.
///
/// The servers' certificates are verified, for names and for literal addresses, as those say whom
/// [`default`](Self::default) and the others trust. The name is sent (SNI), addresses are not;
/// `http/1.1` is asked for (ALPN); TLS is 1.3 or 1.2.
///
/// The cryptography is that of the process's default
/// [`CryptoProvider`](rustls::crypto::CryptoProvider) where the program has installed one, else
/// `ring`'s, else AWS-LC's, as the features have them.
///
/// All is read once, when the first `https://` URL is asked, and then shared by the connections of
/// this value and its clones, so that a reconnection can resume the TLS session.
///
/// ```
/// use sse_http::{Dial, Http, Tls, TlsError};
///
/// /// Trusts an authority of the company's own besides the public ones.
/// fn intranet<D: Dial>(dial: D, pem: &[u8]) -> Result<Http<D>, TlsError> {
///     Ok(Http::new(dial).tls(Tls::default().add_roots_pem(pem)?))
/// }
/// ```
#[derive(Clone)]
pub struct Tls {
    trust: Trust,
    /// Made from `trust` once it is needed.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

#[derive(Clone)]
enum Trust {
    Roots { roots: Roots, extra: Vec<CertificateDer<'static>> },
    Config(Arc<ClientConfig>),
}

/// Trusts whom the operating system trusts (feature `platform-verifier`), else Mozilla's roots
/// (feature `webpki-roots`), else nobody.
impl Default for Tls {
    fn default() -> Self {
        Self::roots(Roots::BUILT_IN)
    }
}

impl Tls {
    /// Trusts whom the operating system trusts. Its certificates are read when they are first
    /// needed.
    ///
    /// ```
    /// let tls = sse_http::Tls::platform();
    /// ```
    #[cfg(feature = "platform-verifier")]
    #[must_use]
    pub fn platform() -> Self {
        Self::roots(Roots::Platform)
    }

    /// Trusts Mozilla's roots, as they were when the crate `webpki-roots` was published.
    ///
    /// ```
    /// let tls = sse_http::Tls::webpki();
    /// ```
    #[cfg(feature = "webpki-roots")]
    #[must_use]
    pub fn webpki() -> Self {
        Self::roots(Roots::Webpki)
    }

    /// Trusts nobody but the roots that are added.
    ///
    /// ```
    /// use sse_http::{Tls, TlsError};
    ///
    /// fn only(pem: &[u8]) -> Result<Tls, TlsError> {
    ///     Tls::empty().add_roots_pem(pem)
    /// }
    /// ```
    #[must_use]
    pub fn empty() -> Self {
        Self::roots(Roots::Nobody)
    }

    /// Everything as rustls has it, for what this type does not: certificates of the client,
    /// pinning. Only the ALPN protocols are replaced, by `http/1.1`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use rustls::{ClientConfig, RootCertStore};
    /// use sse_http::Tls;
    ///
    /// # #[cfg(feature = "ring")] {
    /// let provider = Arc::new(rustls::crypto::ring::default_provider());
    /// let config = ClientConfig::builder_with_provider(provider)
    ///     .with_safe_default_protocol_versions()?
    ///     .with_root_certificates(RootCertStore::empty())
    ///     .with_no_client_auth();
    /// let tls = Tls::from_config(Arc::new(config));
    /// # }
    /// # Ok::<(), rustls::Error>(())
    /// ```
    #[must_use]
    pub fn from_config(config: Arc<ClientConfig>) -> Self {
        Self { trust: Trust::Config(config), config: Arc::default() }
    }

    /// Trusts the certificates of a PEM text too, as roots. A server may also have such a
    /// certificate itself: a self-signed one, say.
    ///
    /// # Errors
    /// [`TlsError::Pem`] when the text is no PEM, [`TlsError::NoCertificate`] when there is no
    /// certificate in it, [`TlsError::Root`] when one of them is none, and [`TlsError::Config`]
    /// after [`from_config`](Self::from_config), whose roots cannot be added to.
    ///
    /// ```
    /// use sse_http::{Tls, TlsError};
    ///
    /// assert!(matches!(Tls::default().add_roots_pem(b"no certificate"), Err(TlsError::NoCertificate)));
    /// ```
    pub fn add_roots_pem(self, pem: &[u8]) -> Result<Self, TlsError> {
        let Trust::Roots { roots, mut extra } = self.trust else {
            return Err(TlsError::Config(rustls::Error::General(
                "a whole configuration has its own roots".to_owned(),
            )));
        };
        let before = extra.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            extra.push(config::valid_root(certificate.map_err(TlsError::Pem)?)?);
        }
        if extra.len() == before {
            return Err(TlsError::NoCertificate);
        }
        Ok(Self { trust: Trust::Roots { roots, extra }, config: Arc::default() })
    }

    fn roots(roots: Roots) -> Self {
        Self { trust: Trust::Roots { roots, extra: vec![] }, config: Arc::default() }
    }

    /// Speaks TLS with a host over a stream. Dropping the future drops the stream.
    pub(crate) async fn handshake<S>(&self, host: &str, stream: Tunnel<S>) -> Result<Stream<S>, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let failed = |source| Error::Tls { host: host.to_owned(), source };
        let name = ServerName::try_from(host.to_owned()).map_err(|_| failed(TlsError::Name))?;
        let connector = TlsConnector::from(self.config().map_err(failed)?);
        match connector.connect(name, stream).await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
            Err(error) => Err(failed(from_io(error))),
        }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let built = match &self.trust {
            Trust::Roots { roots, extra } => config::build(*roots, extra)?,
            Trust::Config(config) => config::with_alpn(ClientConfig::clone(config)),
        };
        // The first one counts: there is one cache of sessions for all.
        Ok(Arc::clone(self.config.get_or_init(|| built)))
    }
}

/// What rustls found wrong travels inside an `io::Error`.
fn from_io(error: io::Error) -> TlsError {
    match error.downcast::<rustls::Error>() {
        Ok(rustls::Error::InvalidMessage(invalid)) => TlsError::NotTls(invalid.into()),
        Ok(error) => TlsError::Handshake(error),
        Err(error) => TlsError::Io(error),
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Tls");
        match &self.trust {
            Trust::Roots { roots, extra } => {
                shown.field("roots", roots).field("extra_roots", &extra.len()).finish()
            }
            Trust::Config(_) => shown.finish_non_exhaustive(),
        }
    }
}
