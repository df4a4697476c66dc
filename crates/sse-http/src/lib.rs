//! An HTTP/1.1 transport for [`sse_driver`] that runs in any async runtime. It opens one connection
//! per request, over the byte streams of a [`Dial`], and supports TLS and HTTP proxies.
//!
//! Most programs use the crate of their runtime instead (such as `sse-tokio`), which provides the
//! [`Dial`]. Use this crate to bring your own. It depends on no runtime.
//!
//! For each request, [`Http`]:
//!
//!  - dials, opens a tunnel through the proxy if there is one, and performs the TLS handshake, all
//!    within the request's [`ConnectTimeout`](sse_driver::ConnectTimeout), which starts again with
//!    each redirect. It then sends the request with `Host`, `Content-Length` and `Accept-Encoding: identity`, and returns the
//!    response head. The response's [`Body`] owns the connection and drives it. Dropping the future
//!    or the body closes the socket at once.
//!  - reads while it writes, so it returns a response that arrives before the whole request is
//!    written, even if the server then closes the connection.
//!  - follows redirects (301, 302, 303, 307 and 308) as Fetch does, at most ten in a row and never
//!    from https to http. A 301 or 302 turns a POST into a GET; a 303 turns every method but HEAD
//!    into a GET. The first redirect to another origin (scheme, host and port) drops all headers
//!    for the rest of the chain, except `Accept`, `Accept-Language`, `User-Agent`, and the client's
//!    own `Last-Event-ID` and `Cache-Control: no-cache`. A redirect that would carry a body to
//!    another origin fails with [`RedirectError::BodyToAnotherOrigin`]. A redirect from http to
//!    https of the same host, both on their default ports, drops nothing. The response's
//!    [`EffectiveUrl`](sse_driver::EffectiveUrl) holds the URL that answered.
//!  - never sends the user name and password of a request's URL or of a `Location`. It sends those
//!    of a proxy's URL to that proxy.
//!  - never decompresses: the body is returned as the server sent it.
//!  - uses little memory. All reads of a thread share one buffer of 32 KiB, and an idle connection
//!    owns no buffer. A response head may have at most 64 KiB and 256 header lines, the extensions
//!    of one chunk and all trailers at most 16 KiB each, and at most 100 informational responses
//!    may precede the final one. TLS holds one or two more records of 16 KiB each.
//!  - tolerates what RFC 9112 allows a client to tolerate: header lines that end with a lone LF,
//!    folded header lines, and spaces before a colon. Anything else that is not HTTP/1.0 or
//!    HTTP/1.1 is an [`InvalidResponse`], whose message shows the offending part of a head.
//!
//! # `https://`
//!
//! [rustls](https://docs.rs/rustls) provides TLS. None of these features is enabled by default, and
//! without them a request for an `https://` URL fails with [`Error::Scheme`]. Features are
//! additive:
//!
//! | feature | what it adds |
//! |---|---|
//! | `ring` | cryptography by ring |
//! | `aws-lc-rs` | cryptography by AWS-LC, used unless `ring` is enabled |
//! | `platform-verifier` | the root certificates of the operating system |
//! | `webpki-roots` | Mozilla's root certificates, compiled in, used unless `platform-verifier` is enabled |
//! | `tls` | TLS without cryptography and roots, for programs that install a [`CryptoProvider`] and add their own roots; the other features enable it |
//!
//! `Tls` holds the settings; pass it to `Http::tls`.
//!
//! # Proxies
//!
//! A transport uses the proxies of the environment ([`Proxy::from_env`]) unless [`Http::proxy`]
//! sets others. This is what each side sees:
//!
//! | | the proxy sees | the server sees |
//! |---|---|---|
//! | `http://` | the whole request, with the URL (without user name, password and fragment) as its target, and `Proxy-Authorization` | the request that the proxy forwards |
//! | `https://` | `CONNECT host:port` with `Host` and `Proxy-Authorization`, then TLS | the request, without `Proxy-Authorization` |
//! | no proxy | | the request, without `Proxy-Authorization` |
//!
//! The transport chooses the proxy again for each redirect. If the caller sets a
//! `Proxy-Authorization` header, it goes to the proxy of each hop and replaces the credentials of
//! the proxy's URL.
//!
//! [`CryptoProvider`]: https://docs.rs/rustls/0.23/rustls/crypto/struct.CryptoProvider.html
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod body;
mod buffer;
mod connect;
mod connection;
mod dial;
mod error;
mod exchange;
mod http;
mod pace;
mod proxy;
mod redirect;
mod request;
mod sending;
mod stream;
mod tcp;
#[cfg(feature = "tls")]
mod tls;

pub use body::Body;
pub use dial::Dial;
pub use error::{Error, RedirectError};
pub use exchange::{ExchangeError, InvalidResponse};
pub use http::Http;
pub use proxy::{Proxy, ProxyError};
pub use tcp::{configure_socket, happy_eyeballs};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
