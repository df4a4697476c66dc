//! Certificates, good and bad, and the authorities that sign them: made once for each process.

use std::sync::{Arc, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::version::{TLS12, TLS13};

use crate::TlsSettings;

/// What a [`TlsServer`](crate::TlsServer) shows. All but one of them differ from the good one in one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For `localhost`, `127.0.0.1` and `::1`, signed by the authority of [`root_pem`].
    Good,
    /// It was valid up to the year 2001.
    Expired,
    /// It will be valid from the year 3000 on.
    NotYetValid,
    /// It is for `elsewhere.example` and 192.0.2.1.
    WrongName,
    /// It is signed by an authority that has the same name, and another key.
    UnknownRoot,
    /// It is signed by nobody but itself.
    SelfSigned,
    /// The same, and it says that it may sign others (CA:TRUE), as `openssl req -x509` makes it.
    SelfSignedAuthority,
    /// The same, and it was valid up to the year 2001.
    ExpiredAuthority,
}

/// The certificate of the authority that a client has to trust, as PEM.
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
    CertifiedIssuer::self_signed(params, key()).expect("the parameters are complete")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}

/// A server's configuration, with a certificate made for it, and that as PEM.
pub(crate) fn server_config(settings: &TlsSettings) -> (Arc<ServerConfig>, String) {
    let versions = if settings.tls13 { [&TLS13] } else { [&TLS12] };
    let (certificate, key) = leaf(settings.certificate);
    let chain = vec![certificate.der().clone()];
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&versions)
        .expect("the provider has suites for both")
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("the key is that of the certificate");
    config.alpn_protocols = settings.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    (Arc::new(config), certificate.pem())
}

fn leaf(kind: Certificate) -> (rcgen::Certificate, KeyPair) {
    let names = match kind {
        Certificate::WrongName => vec!["elsewhere.example".into(), "192.0.2.1".into()],
        _ => ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec(),
    };
    let mut params = CertificateParams::new(names).expect("they are names and addresses");
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
    (signed.expect("the parameters are complete"), key)
}
