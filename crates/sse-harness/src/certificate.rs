//! Valid and invalid certificates, and the authorities that sign them, generated once per process.

use std::sync::{Arc, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::version::{TLS12, TLS13};

use crate::TlsSettings;

/// The certificate of a [`TlsServer`](crate::TlsServer). Each invalid one differs from the valid
/// one in one property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// It is valid for `localhost`, `127.0.0.1` and `::1`, and signed by the authority of
    /// [`root_pem`].
    Good,
    /// It expired in 2001.
    Expired,
    /// It is not valid before the year 3000.
    NotYetValid,
    /// It is for `elsewhere.example` and 192.0.2.1.
    WrongName,
    /// It is signed by an authority with the same name but another key.
    UnknownRoot,
    /// It is self-signed.
    SelfSigned,
    /// It is self-signed and a certificate authority (CA:TRUE), as `openssl req -x509` makes it.
    SelfSignedAuthority,
    /// It is self-signed, a certificate authority, and expired in 2001.
    ExpiredAuthority,
}

/// Returns the root certificate that a client has to trust, as PEM.
///
/// ```
/// assert!(sse_harness::root_pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// ```
#[must_use]
pub fn root_pem() -> String {
    trusted().pem()
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn trusted() -> &'static Authority {
    static TRUSTED: OnceLock<Authority> = OnceLock::new();
    TRUSTED.get_or_init(authority)
}

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "An authority for tests");
    CertifiedIssuer::self_signed(params, key()).expect("valid parameters")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system provides randomness")
}

/// Creates a server's configuration with a new certificate, and returns that as PEM too.
pub(crate) fn server_config(settings: &TlsSettings) -> (Arc<ServerConfig>, String) {
    let versions = if settings.tls13 { [&TLS13] } else { [&TLS12] };
    let (certificate, key) = leaf(settings.certificate);
    let chain = vec![certificate.der().clone()];
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&versions)
        .expect("the provider supports both versions")
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("the key matches the certificate");
    config.alpn_protocols = settings.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    (Arc::new(config), certificate.pem())
}

fn leaf(kind: Certificate) -> (rcgen::Certificate, KeyPair) {
    let names = match kind {
        Certificate::WrongName => vec!["elsewhere.example".into(), "192.0.2.1".into()],
        _ => ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec(),
    };
    let mut params = CertificateParams::new(names).expect("valid names and addresses");
    match kind {
        Certificate::Expired | Certificate::ExpiredAuthority => params.not_after = date_time_ymd(2001, 1, 1),
        Certificate::NotYetValid => params.not_before = date_time_ymd(3000, 1, 1),
        _ => {}
    }
    if matches!(kind, Certificate::SelfSignedAuthority | Certificate::ExpiredAuthority) {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = key();
    let signed = match kind {
        Certificate::SelfSigned | Certificate::SelfSignedAuthority | Certificate::ExpiredAuthority => {
            params.self_signed(&key)
        }
        Certificate::UnknownRoot => params.signed_by(&key, &authority()),
        _ => params.signed_by(&key, trusted()),
    };
    (signed.expect("valid parameters"), key)
}
