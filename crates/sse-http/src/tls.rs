//! TLS settings, and the handshake by rustls (RFC 8446, RFC 5246).

mod config;
mod error;
mod self_signed;

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
use crate::stream::{Secured, Stream};
use config::Roots;

pub use error::TlsError;

/// The TLS settings of a transport: which root certificates it trusts.
///
/// A transport verifies the server's certificate for the host of the URL, which may be a name or an
/// address. It sends the name (SNI) but no address, and negotiates `http/1.1` (ALPN) with TLS 1.3
/// or 1.2.
///
/// The cryptography comes from the default [`CryptoProvider`](rustls::crypto::CryptoProvider) of
/// the process if the program has installed one, otherwise from ring or AWS-LC, depending on the
/// enabled features.
///
/// The first request for an `https://` URL reads the root certificates. All connections of this
/// value and its clones share them, and can resume each other's TLS sessions.
///
/// ```
/// use sse_http::{Dial, Http, Tls, TlsError};
///
/// /// Also trusts the company's own certificate authority.
/// fn intranet<D: Dial>(dial: D, pem: &[u8]) -> Result<Http<D>, TlsError> {
///     Ok(Http::new(dial).tls(Tls::default().add_roots_pem(pem)?))
/// }
/// ```
#[derive(Clone)]
pub struct Tls {
    trust: Trust,
    /// Built from `trust` when it is first needed.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

#[derive(Clone)]
enum Trust {
    Roots { roots: Roots, extra: Vec<CertificateDer<'static>> },
    Config(Arc<ClientConfig>),
}

/// Trusts the root certificates of the operating system (feature `platform-verifier`), otherwise
/// Mozilla's (feature `webpki-roots`), otherwise none.
impl Default for Tls {
    fn default() -> Self {
        Self::roots(Roots::BUILT_IN)
    }
}

impl Tls {
    /// Trusts the root certificates of the operating system. They are read when they are first
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

    /// Trusts Mozilla's root certificates, as compiled in with the crate `webpki-roots`.
    ///
    /// ```
    /// let tls = sse_http::Tls::webpki();
    /// ```
    #[cfg(feature = "webpki-roots")]
    #[must_use]
    pub fn webpki() -> Self {
        Self::roots(Roots::Webpki)
    }

    /// Trusts only the roots that [`add_roots_pem`](Self::add_roots_pem) adds.
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
        Self::roots(Roots::Empty)
    }

    /// Uses a rustls configuration as it is, for features that this type lacks, such as client
    /// certificates and pinning. Only its ALPN protocols are replaced, with `http/1.1`.
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

    /// Also trusts the certificates in a PEM text as roots. A server may use such a certificate
    /// itself, for example a self-signed one.
    ///
    /// # Errors
    /// Returns [`TlsError::Pem`] if the text is not valid PEM, [`TlsError::NoCertificate`] if it
    /// contains no certificate, [`TlsError::Root`] if a certificate is invalid, and
    /// [`TlsError::Config`] after [`from_config`](Self::from_config), to which roots cannot be
    /// added.
    ///
    /// ```
    /// use sse_http::{Tls, TlsError};
    ///
    /// assert!(matches!(Tls::default().add_roots_pem(b"no certificate"), Err(TlsError::NoCertificate)));
    /// ```
    pub fn add_roots_pem(self, pem: &[u8]) -> Result<Self, TlsError> {
        let Trust::Roots { roots, mut extra } = self.trust else {
            return Err(TlsError::Config(rustls::Error::General(
                "roots cannot be added to a configuration from `Tls::from_config`".to_owned(),
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

    /// Performs the TLS handshake with a host over a stream. Dropping the future drops the stream.
    pub(crate) async fn handshake<S>(&self, host: &str, stream: Tunnel<S>) -> Result<Stream<S>, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let failed = |source| Error::Tls { host: host.to_owned(), source };
        let name = ServerName::try_from(host.to_owned()).map_err(|_| failed(TlsError::Name))?;
        let connector = TlsConnector::from(self.config().map_err(failed)?);
        match connector.connect(name, stream).await {
            Ok(stream) => Ok(Stream::Tls(Box::new(Secured::new(stream)))),
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
        // Keep the first config so that clones share its session cache.
        Ok(Arc::clone(self.config.get_or_init(|| built)))
    }
}

/// Takes rustls' own error out of the `io::Error` that wraps it.
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
