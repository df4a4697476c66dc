//! A Server-Sent Events client for any async runtime and any transport.
//!
//! Most programs use it through the crate for their runtime, such as `sse-tokio`, which re-exports
//! all of it. This crate depends on no runtime and no HTTP library. It drives the core,
//! [`sse_proto`], with a [`Transport`] that moves bytes and a [`Timer`] that keeps time.
//!
//!  - [`Client`] opens sessions, and [`ClientBuilder`] configures it.
//!  - [`RequestBuilder`] configures one request. Its options override those of the client.
//!  - [`Session`] is a stream of events that outlives its connections.
//!  - [`Events`] reads the events of a body that the application already has.
//!
//! A transport can be a closure. With a timer, it makes a complete client:
//!
//! ```
//! use std::{convert::Infallible, future::{Ready, ready}};
//! use bytes::Bytes;
//! use futures_util::stream;
//! use http::{Request, Response};
//! use sse_driver::{Client, Error, Instant, RequestBody, Timer};
//!
//! struct Stopped;
//!
//! impl Timer for Stopped {
//!     type Sleep = Ready<()>;
//!     fn now(&self) -> Instant {
//!         Instant::ZERO
//!     }
//!     fn sleep_until(&self, _: Instant) -> Ready<()> {
//!         ready(())
//!     }
//! }
//!
//! let transport = |_: Request<RequestBody>| {
//!     let body = stream::iter([Ok::<_, Infallible>(Bytes::from("data: hello\n\n"))]);
//!     let response = Response::builder().header("content-type", "text/event-stream").body(body);
//!     ready(Ok(response.expect("the header above is valid")))
//! };
//! let client = Client::builder_with(transport, Stopped).max_reconnection_attempts(0).build();
//! # futures_executor::block_on(async {
//! let mut session = client.get("http://localhost/events").open().await?;
//! assert_eq!(session.next().await.expect("an event")?.data, "hello");
//! assert!(session.next().await.is_none());
//! # Ok::<(), Error>(())
//! # }).unwrap();
//! ```
//!
//! The crate spawns no tasks. A session works only while it is polled, and it yields to other tasks
//! when a server sends without pause. It is `Send` if the future and the body of its transport and
//! the sleep of its timer are. Otherwise it needs a single-threaded executor. Hooks must be `Send`
//! and `Sync` on every target but wasm32: see [`MaybeSend`].
//!
//! # Features
//!
//!  - `json` adds `json` to [`RequestBuilder`], which sends a value, and to [`Session`], which
//!    reads values.
//!  - `tracing` records a span for each session, with events in it.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod body;
mod boxed;
mod budget;
mod client;
mod connection;
mod deadline;
mod diagnostics;
mod drive;
mod endpoint;
mod error;
mod events;
mod failed_response;
mod failure;
mod frames;
mod handle;
mod head;
mod idle;
mod maybe_send;
mod options;
mod packed;
mod predicates;
mod read;
mod reader;
mod redact;
mod request;
mod response;
mod session;
mod state;
mod template;
mod timer;
mod trace;
mod transport;
#[cfg(feature = "json")]
mod typed;
mod updates;

pub use body::{BodyStream, RequestBody};
pub use boxed::{AnyClient, AnySession, BoxBody, BoxTimer, BoxTransport};
pub use client::{Client, ClientBuilder};
pub use diagnostics::{Diagnostics, StreamTail};
pub use endpoint::{Endpoint, IntoUrl};
pub use error::{Error, RequestError};
pub use events::Events;
pub use failed_response::FailedResponse;
pub use failure::{Failure, TokenRequest};
pub use frames::Frames;
pub use handle::SessionHandle;
pub use head::{ResponseHead, is_compressed};
pub use idle::NoTimer;
pub use maybe_send::{MaybeSend, MaybeSync};
pub use read::{EventStream, Read, Reading};
pub use reader::Chunks;
pub use request::RequestBuilder;
pub use response::{Answer, Response};
pub use session::Session;
pub use sse_proto as proto;
pub use sse_proto::{
    Cause, CloseReason, Event, EventRef, EventType, Frame, FrameRef, Instant, Limits, Oversize, ReadyState,
    ReconnectPolicy, Resume, Retry,
};
pub use state::{Attempt, State};
pub use timer::Timer;
pub use transport::{BoxError, ConnectTimeout, EffectiveUrl, Futile, SharedError, Transport};
#[cfg(feature = "json")]
pub use typed::{FromJson, FromJsonByType, TypedEvent};
pub use updates::{Update, Updates};
pub use {bytes, http, url};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
