//! What can go wrong with TLS, before and in the handshake.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use rustls::pki_types::pem;

/// Why there is no TLS.
///
/// ```
/// use sse_http::TlsError;
///
/// assert_eq!(TlsError::NoCertificate.to_string(), "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// No crypto provider is built in, and the process has none installed.
    NoProvider,
    /// No roots are built in, and none were added: nobody would be trusted.
    NoRoots,
    /// A PEM text is none.
    Pem(pem::Error),
    /// A PEM text holds no certificate.
    NoCertificate,
    /// A certificate cannot be a root: it is broken.
    Root(rustls::Error),
    /// The operating system's trust cannot be used: it has no root certificates, say.
    Platform(rustls::Error),
    /// The settings do not go together.
    Config(rustls::Error),
    /// The URL's host is no name that a certificate can be for.
    Name,
    /// What the peer sent is not TLS.
    NotTls(rustls::Error),
    /// The handshake failed: the certificate is not for this host, not valid now, from nobody who
    /// is trusted, or there is no common version, cipher suite or protocol.
    Handshake(rustls::Error),
    /// The connection failed or ended in the handshake.
    Io(io::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProvider => {
                "no crypto provider is built in: enable the feature `ring` or `aws-lc-rs`, or install one"
            }
            Self::NoRoots => {
                "nobody is trusted: enable the feature `platform-verifier` or `webpki-roots`, or add roots"
            }
            Self::Pem(_) => "expected certificates as PEM",
            Self::NoCertificate => {
                "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none"
            }
            Self::Root(_) => "a certificate cannot be a root",
            Self::Platform(_) => "the trust of the operating system cannot be used",
            Self::Config(_) => "the settings do not make a configuration",
            Self::Name => "expected a host that a certificate can be for",
            Self::NotTls(_) => "what the peer sent is not TLS",
            Self::Handshake(_) => "the handshake failed",
            Self::Io(_) => "the connection failed in the handshake",
        })
    }
}

impl StdError for TlsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Pem(source) => Some(source),
            Self::Root(source)
            | Self::Platform(source)
            | Self::Config(source)
            | Self::NotTls(source)
            | Self::Handshake(source) => Some(source),
            Self::Io(source) => Some(source),
            Self::NoProvider | Self::NoRoots | Self::NoCertificate | Self::Name => None,
        }
    }
}
