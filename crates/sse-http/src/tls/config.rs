//! The configuration of rustls: cryptography, roots, ALPN.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::TlsError;
use super::named::Named;

/// Whom to trust besides those that are added one by one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Roots {
    #[cfg(feature = "platform-verifier")]
    Platform,
    #[cfg(feature = "webpki-roots")]
    Webpki,
    Nobody,
}

impl Roots {
    #[cfg(feature = "platform-verifier")]
    pub(super) const BUILT_IN: Self = Self::Platform;
    #[cfg(all(feature = "webpki-roots", not(feature = "platform-verifier")))]
    pub(super) const BUILT_IN: Self = Self::Webpki;
    #[cfg(not(any(feature = "webpki-roots", feature = "platform-verifier")))]
    pub(super) const BUILT_IN: Self = Self::Nobody;
}

pub(super) fn build(roots: Roots, extra: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider()?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Config)?;
    let verifier = match roots {
        #[cfg(feature = "platform-verifier")]
        Roots::Platform => Arc::new(by_platform(extra, provider).map_err(TlsError::Platform)?),
        #[cfg(feature = "webpki-roots")]
        Roots::Webpki => by_roots(
            RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            extra,
            provider,
        )?,
        Roots::Nobody if extra.is_empty() => return Err(TlsError::NoRoots),
        Roots::Nobody => by_roots(RootCertStore::empty(), extra, provider)?,
    };
    let verifier = Named::over(verifier, extra);
    Ok(with_alpn(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()))
}

/// The two features of rustls may both be on, by way of other crates too. rustls' own choice then
/// panics, so it is made here.
fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    CryptoProvider::get_default().cloned().or_else(built_in).ok_or(TlsError::NoProvider)
}

#[cfg(feature = "ring")]
fn built_in() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(all(feature = "aws-lc-rs", not(feature = "ring")))]
fn built_in() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
fn built_in() -> Option<Arc<CryptoProvider>> {
    None
}

fn by_roots(
    mut roots: RootCertStore,
    extra: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    for certificate in extra {
        roots.add(certificate.clone()).map_err(TlsError::Root)?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    Ok(verifier.map_err(|error| TlsError::Config(rustls::Error::General(error.to_string())))?)
}

#[cfg(all(feature = "platform-verifier", not(target_os = "android")))]
fn by_platform(
    extra: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, rustls::Error> {
    rustls_platform_verifier::Verifier::new_with_extra_roots(extra.iter().cloned(), provider)
}

/// Android's verifier takes no roots but its own.
#[cfg(all(feature = "platform-verifier", target_os = "android"))]
fn by_platform(
    extra: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, rustls::Error> {
    if !extra.is_empty() {
        return Err(rustls::Error::General("Android's verifier takes no roots but its own".to_owned()));
    }
    rustls_platform_verifier::Verifier::new(provider)
}

/// Without ALPN a server may take the client for one that speaks whatever it likes best, HTTP/2
/// say.
pub(super) fn with_alpn(mut config: ClientConfig) -> Arc<ClientConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// The certificate, if it can be a root at all.
pub(super) fn valid_root(certificate: CertificateDer<'static>) -> Result<CertificateDer<'static>, TlsError> {
    RootCertStore::empty().add(certificate.clone()).map_err(TlsError::Root)?;
    Ok(certificate)
}
