//! Server-Sent Events for wasm32: `sse-driver`'s client on fetch, in a window, in a worker and in
//! Node (20 or later). This is the one crate to add.
//!
#![cfg_attr(target_arch = "wasm32", doc = "```no_run")]
#![cfg_attr(not(target_arch = "wasm32"), doc = "```ignore")]
//! # async fn follow() -> Result<(), sse_web::Error> {
//! let client = sse_web::Client::new();
//! let mut session = client.get("https://localhost/events").bearer_auth("token").open().await?;
//! while let Some(event) = session.next().await {
//!     let event = event?;
//!     println!("{}: {}", event.event_type, event.data);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Unlike the browser's `EventSource` it sends headers, bodies and any method, shows the response that was refused, and
//! leaves to the application what is retried. Dropping a session aborts its request.
//!
//! Nothing here is `Send`, since promises are not, and neither need hooks be: `before_each` may await a promise. Spawn a
//! session with `wasm_bindgen_futures::spawn_local`.
//!
//! # Other origins
//!
//! CORS is the browser's (Node has none). The first request of a session needs no permission in advance unless a header,
//! the method or the content type does: by default it has `Accept` alone. (`Cache-Control: no-cache`, which the other
//! adapters send, is fetch's cache mode `no-store` here.) The server has to allow
//!
//!  - the origin, in every response: `Access-Control-Allow-Origin`;
//!  - `Last-Event-ID`, in its answer to `OPTIONS`, since a reconnection after an event with an ID sends it:
//!    `Access-Control-Allow-Headers: last-event-id`. Without that every such reconnection fails. Headers and methods of
//!    the application's own need the same;
//!  - headers that the application wants to see, or that a decision depends on: `Access-Control-Expose-Headers:
//!    retry-after`. `Content-Type` is always seen;
//!  - cookies, where `Fetch::credentials` includes them: `Access-Control-Allow-Credentials: true`.
//!
//! What fails by CORS looks like a server that cannot be reached: the browser tells scripts no more.
//!
//! # What browsers and Node do otherwise
//!
//!  - A browser opens at most six HTTP/1.1 connections to one host, for all its tabs. Further sessions wait for one of
//!    them to end. Over HTTP/2 they share one.
//!  - It sets some headers itself and drops them from requests: `User-Agent` in some, `Cookie`, `Host`, `Origin`,
//!    `Referer`, `Accept-Encoding` in all.
//!  - Redirects are followed by fetch's rules, which drop `Authorization` across origins.
//!  - A compressed stream is decoded before the client sees it.
//!  - The body of a request is sent in one piece; one that is a stream is gathered first.
//!  - Node ends a stream of five minutes without a byte. Where a response has `Connection: close` it takes a broken
//!    connection for a clean end, so `deliver_unfinished` may deliver there what was cut off.
//!  - Timers of a tab in the background are slowed down, to one a minute at worst, and so are reconnections.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(all(doctest, target_arch = "wasm32"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(target_arch = "wasm32")]
mod body;
#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(target_arch = "wasm32")]
mod error;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
mod timer;

#[cfg(target_arch = "wasm32")]
pub use {
    body::Body,
    client::{Client, ClientBuilder, RequestBuilder, Session},
    error::FetchError,
    fetch::Fetch,
    sse_driver::{self, *},
    timer::WebTimer,
    web_sys::{RequestCache, RequestCredentials, RequestMode},
};
