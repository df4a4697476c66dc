//! Builds the rustls configuration: cryptography, root certificates and ALPN.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::TlsError;
use super::self_signed::AcceptSelfSigned;

/// The root certificates to trust in addition to those that the application adds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Roots {
    #[cfg(feature = "platform-verifier")]
    Platform,
    #[cfg(feature = "webpki-roots")]
    Webpki,
    Empty,
}

impl Roots {
    #[cfg(feature = "platform-verifier")]
    pub(super) const BUILT_IN: Self = Self::Platform;
    #[cfg(all(feature = "webpki-roots", not(feature = "platform-verifier")))]
    pub(super) const BUILT_IN: Self = Self::Webpki;
    #[cfg(not(any(feature = "webpki-roots", feature = "platform-verifier")))]
    pub(super) const BUILT_IN: Self = Self::Empty;
}

pub(super) fn build(roots: Roots, extra: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider()?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Config)?;
    let verifier = match roots {
        #[cfg(feature = "platform-verifier")]
        Roots::Platform => Arc::new(platform_verifier(extra, provider).map_err(TlsError::Platform)?),
        #[cfg(feature = "webpki-roots")]
        Roots::Webpki => webpki_verifier(
            RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            extra,
            provider,
        )?,
        Roots::Empty if extra.is_empty() => return Err(TlsError::NoRoots),
        Roots::Empty => webpki_verifier(RootCertStore::empty(), extra, provider)?,
    };
    let verifier = AcceptSelfSigned::wrap(verifier, extra);
    Ok(with_alpn(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()))
}

/// Chooses the crypto provider. rustls' own choice would panic if both of its features are enabled,
/// which other crates can do too.
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

fn webpki_verifier(
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
fn platform_verifier(
    extra: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, rustls::Error> {
    rustls_platform_verifier::Verifier::new_with_extra_roots(extra.iter().cloned(), provider)
}

/// Android's verifier accepts no additional roots.
#[cfg(all(feature = "platform-verifier", target_os = "android"))]
fn platform_verifier(
    extra: &[CertificateDer<'static>],
    provider: Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, rustls::Error> {
    if !extra.is_empty() {
        return Err(rustls::Error::General("Android's verifier accepts no additional roots".to_owned()));
    }
    rustls_platform_verifier::Verifier::new(provider)
}

/// Sets the ALPN protocol to HTTP/1.1. Without ALPN some servers choose another protocol, such as
/// HTTP/2.
pub(super) fn with_alpn(mut config: ClientConfig) -> Arc<ClientConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Checks that a certificate can be used as a root.
pub(super) fn valid_root(certificate: CertificateDer<'static>) -> Result<CertificateDer<'static>, TlsError> {
    RootCertStore::empty().add(certificate.clone()).map_err(TlsError::Root)?;
    Ok(certificate)
}
