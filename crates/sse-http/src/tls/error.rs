//! Errors of TLS settings and of the handshake.

use core::error::Error as StdError;
use core::fmt;
use std::io;

use rustls::pki_types::pem;

/// The reason why TLS could not be established.
///
/// ```
/// use sse_http::TlsError;
///
/// assert_eq!(TlsError::NoCertificate.to_string(), "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// No crypto provider is compiled in, and the program has installed none.
    NoProvider,
    /// No root certificates are compiled in, and none were added.
    NoRoots,
    /// The text passed as PEM is not valid PEM.
    Pem(pem::Error),
    /// The PEM text contains no certificate.
    NoCertificate,
    /// A certificate is invalid and cannot be used as a root.
    Root(rustls::Error),
    /// The operating system's certificate verifier cannot be used: it has no root certificates, for
    /// example.
    Platform(rustls::Error),
    /// The settings contradict each other.
    Config(rustls::Error),
    /// The URL's host is not a name that a certificate can contain.
    Name,
    /// The server's response to the handshake is not TLS.
    NotTls(rustls::Error),
    /// The handshake failed: the certificate is for another host, expired or not trusted, or client
    /// and server share no version, cipher suite or protocol.
    Handshake(rustls::Error),
    /// The connection failed or ended during the handshake.
    Io(io::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProvider => {
                "no crypto provider is built in: enable the feature `ring` or `aws-lc-rs`, or install one"
            }
            Self::NoRoots => {
                "no root certificates: enable the feature `platform-verifier` or `webpki-roots`, or add roots"
            }
            Self::Pem(_) => "expected certificates as PEM",
            Self::NoCertificate => {
                "expected PEM with a certificate (-----BEGIN CERTIFICATE-----), found none"
            }
            Self::Root(_) => "invalid root certificate",
            Self::Platform(_) => "cannot use the certificate verifier of the operating system",
            Self::Config(_) => "invalid TLS configuration",
            Self::Name => "expected a host name or address that a certificate can contain",
            Self::NotTls(_) => "the server does not speak TLS",
            Self::Handshake(_) => "the handshake failed",
            Self::Io(_) => "the connection failed during the handshake",
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
