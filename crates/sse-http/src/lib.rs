//! HTTP/1.1 for [`sse_driver`], in any async runtime: one request and one response on one
//! connection, over the byte streams of a [`Dial`], through TLS and HTTP proxies.
//!
//! Most programs use it through the crate of their runtime (`sse-tokio`, say), which brings the
//! [`Dial`]. This one is for those that bring their own. It depends on no runtime.
//!
//! What [`Http`] does for a request:
//!
//!  - It dials, asks the proxy for a tunnel and does the TLS handshake, all within the request's
//!    [`ConnectTimeout`](sse_driver::ConnectTimeout), sends the request with `Host`,
//!    `Content-Length` and `Accept-Encoding: identity`, and gives back the response head. The
//!    response's [`Body`] owns the connection and drives it. Dropping the future or the body closes
//!    the socket at once.
//!  - It reads while it writes, so a response that comes before the request is written counts, also
//!    where the server then closes the connection.
//!  - It follows 301, 302, 303, 307 and 308 as Fetch does, at most ten in a row, never from https
//!    down to http. After 301 and 302 a POST becomes a GET, after 303 everything but HEAD does. At
//!    the first redirect to another origin (scheme, host, port) all headers but `Accept`,
//!    `Accept-Language`, `User-Agent` and the client's own, `Last-Event-ID` and `Cache-Control:
//!    no-cache`, are dropped for the rest of the chain; where the request would carry a body there,
//!    it is [`RedirectError::BodyToAnotherOrigin`]. From http to https of the same host, on the
//!    default ports, nothing is dropped. The URL that answered is the response's
//!    [`EffectiveUrl`](sse_driver::EffectiveUrl).
//!  - It never sends the user name and password of a URL, neither the request's nor a `Location`'s.
//!    Those of a proxy's URL go to that proxy.
//!  - It never decodes: a body comes as it is, compressed or not.
//!  - It holds little. The reads of a thread go through one buffer of 32 KiB, and what was read is
//!    copied out; an idle connection owns no buffer. A response head has at most 64 KiB and 256
//!    header lines, the extensions of a chunk and the trailers at most 16 KiB, and at most 100
//!    informational responses come before the final one. TLS holds a record or two more, of 16 KiB
//!    each.
//!  - It takes what RFC 9112 lets a client take: lone LFs at the ends of header lines, folded
//!    header lines, spaces before a colon. Everything else that is not HTTP/1.0 or 1.1 is an
//!    [`InvalidResponse`], which shows the line.
//!
//! # `https://`
//!
//! TLS is [rustls](https://docs.rs/rustls)'. None of these features is on by itself, and without
//! them an `https://` URL is [`Error::Scheme`]. Each only adds:
//!
//! | feature | what it adds |
//! |---|---|
//! | `ring` | cryptography, by ring |
//! | `aws-lc-rs` | cryptography, by AWS-LC, used where `ring` is not on |
//! | `platform-verifier` | trust in whom the operating system trusts |
//! | `webpki-roots` | trust in Mozilla's roots, compiled in, used where `platform-verifier` is not on |
//! | `tls` | what the others stand on; alone, for programs that install a [`CryptoProvider`] and bring their own roots |
//!
//! `Tls` has the settings, `Http::tls` takes them.
//!
//! # Proxies
//!
//! A transport uses the proxies of the environment ([`Proxy::from_env`]) unless others are set
//! ([`Http::proxy`]). What each side sees:
//!
//! | | the proxy sees | the server sees |
//! |---|---|---|
//! | `http://` | the whole request, with the URL (without user name, password and fragment) as its target, and `Proxy-Authorization` | what the proxy makes of it |
//! | `https://` | `CONNECT host:port` with `Host` and `Proxy-Authorization`, then TLS | the request, without `Proxy-Authorization` |
//! | no proxy | | the request, without `Proxy-Authorization` |
//!
//! Each redirect decides anew whether there is a proxy, and which. A `Proxy-Authorization` of the
//! caller's own goes to the proxy of each hop, in place of the one from its URL.
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
