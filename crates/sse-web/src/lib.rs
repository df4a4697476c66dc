//! A Server-Sent Events client for wasm32.
//!
//! The crate runs the client of `sse-driver` over fetch, in a window, in a worker and in Node (20
//! or later). It re-exports `sse-driver`, so it is the only crate to add.
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
//! Unlike the browser's `EventSource`, the client sends headers, bodies and any method, reports
//! refused responses with their body, and lets the application decide which failures are retried.
//! Dropping a session aborts its request.
//!
//! The types are not `Send`, because promises are not. Hooks need not be `Send` either, so
//! `before_each` may await a promise. Spawn a session with `wasm_bindgen_futures::spawn_local`.
//!
//! # Other origins
//!
//! Browsers enforce CORS, but Node does not. By default, the first request of a session has only
//! the header `Accept` and needs no preflight, unless another header, the method or the content
//! type requires one. (The other adapters send `Cache-Control: no-cache`. This one uses fetch's
//! cache mode `no-store` instead.) The server must allow the following:
//!
//!  - The origin, in every response: `Access-Control-Allow-Origin`.
//!  - `Last-Event-ID`, in its answer to `OPTIONS`: `Access-Control-Allow-Headers: last-event-id`. A
//!    reconnection after an event with an ID sends this header, and fails if it is not allowed. The
//!    same applies to headers and methods that the application sets.
//!  - Response headers that the client or the application reads: `Access-Control-Expose-Headers:
//!    retry-after`. `Content-Type` is always readable.
//!  - Cookies, if `Fetch::credentials` includes them: `Access-Control-Allow-Credentials: true`.
//!
//! A request that CORS forbids fails like a request to an unreachable server, because the browser
//! does not give the reason to scripts.
//!
//! # Behaviour of browsers and Node
//!
//!  - A browser opens at most six HTTP/1.1 connections to a host, across all its tabs. Further
//!    sessions wait until one of them closes. Over HTTP/2, all sessions share one connection.
//!  - A browser sets some headers itself and removes them from requests: `Cookie`, `Host`,
//!    `Origin`, `Referer` and `Accept-Encoding`, and in some browsers `User-Agent`.
//!  - Redirects follow the rules of fetch, which drop `Authorization` across origins.
//!  - The browser or Node decompresses a compressed stream before the client reads it.
//!  - A request body is sent in one piece. A streaming body is collected first.
//!  - Node ends a stream after five minutes without a byte. If a response has `Connection: close`,
//!    Node reports a broken connection as a clean end, so `deliver_unfinished` may deliver a
//!    truncated event.
//!  - Browsers slow down the timers of a background tab, in the worst case to one per minute. This
//!    delays reconnections.
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
