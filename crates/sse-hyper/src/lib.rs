//! HTTP/1.1 for [`sse_driver`], in any async runtime: [hyper]'s client connection over the byte streams of a [`Dial`].
//!
//! Most programs use it through the crate of their runtime (`sse-tokio`, say), which brings the [`Dial`]. This one is
//! for those that bring their own. It depends on no runtime; hyper uses the channels of the `tokio` crate (its `sync`
//! feature), which need none.
//!
//! What [`Http`] does for a request:
//!
//!  - It dials, within the request's [`ConnectTimeout`](sse_driver::ConnectTimeout), sends the request with `Host`,
//!    `Content-Length` and `Accept-Encoding: identity`, and gives back the response head. The response's [`Body`] owns
//!    the connection and drives it. Dropping the future or the body closes the socket at once.
//!  - It follows 301, 302, 303, 307 and 308 as Fetch does, at most ten in a row, never from https down to http. After
//!    301 and 302 a POST becomes a GET, after 303 everything but HEAD does. At the first redirect to another origin
//!    (scheme, host, port) the body and all headers but `Accept`, `Accept-Language`, `User-Agent` and
//!    `Cache-Control: no-cache` are dropped for the rest of the chain; the method stays. The URL that answered is the
//!    response's [`EffectiveUrl`](sse_driver::EffectiveUrl).
//!  - It never sends the user name and password of a URL, neither the request's nor a `Location`'s.
//!  - It never decodes. A 200 with a `Content-Encoding` is [`Error::Encoded`]; the body of another status, which is for
//!    people to read, comes as it is.
//!  - It holds little: at most 16 KiB of what a server sent, and so a response head of at most 16 KiB and 100 headers.
//!
//! Only `http://` is spoken.
//!
//! [hyper]: https://docs.rs/hyper
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod body;
mod dial;
mod error;
mod exchange;
mod http;
mod io;
mod outgoing;
mod redirect;
mod tcp;

pub use body::Body;
pub use dial::Dial;
pub use error::{Error, RedirectError};
pub use http::Http;
pub use tcp::{happy_eyeballs, tune};
