//! A [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) client
//! for Tokio.
//!
//! [`Client`] opens sessions. A [`Session`] is a stream of events that outlives its connections:
//! when one is lost, it connects again and resumes after the last event.
//!
//! ```no_run
//! use sse_tokio::{Client, Error};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let client = Client::new();
//!     let mut session = client.get("http://localhost:8080/events").open().await?;
//!     while let Some(event) = session.next().await {
//!         let event = event?;
//!         println!("{}: {}", event.event_type, event.data);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! | type | what it is |
//! |---|---|
//! | [`Client`] | settings and a network; cheap to clone, so make one and keep it |
//! | [`RequestBuilder`] | one request: method, URL, headers, body, and every setting of the client again |
//! | [`Session`] | the events: [`next`](sse_driver::Session::next), `json`, [`read`](sse_driver::Session::read) and more |
//! | [`SessionHandle`] | closes or reconnects a session from another task, and watches its state |
//! | [`Events`] | the events of one response, file or pipe, without reconnection |
//! | [`Event`], [`Frame`] | one event; a frame is an event, a comment or a reconnection time |
//! | [`Error`] | why a session could not be opened, or failed; a failure that is retried is not returned |
//!
//! By default, a session that was open reconnects without limit: after 3 s, and then after growing
//! delays of up to 60 s. That the server ends the stream is a reason to reconnect, too. A failure
//! before the stream is first open is an error at once, a POST is not sent again, and there is no
//! limit on how long a server may be silent. The guide to
//! [timeouts and limits](guide::timeouts_and_limits) lists every default.
//!
//! This crate re-exports everything that a program needs, so it is the only one of the family to
//! add. Most items live in [`sse_driver`], the client over any [`Transport`] and [`Timer`]; the
//! names above are its types on Tokio's network and clock.
//!
//! # Guides
//!
//! The module [`guide`] has one for each task:
//!
//! | | |
//! |---|---|
//! | start | a [first stream](guide::first_stream), [LLM streams](guide::llm), [MCP](guide::mcp) |
//! | ship | [reconnection](guide::reconnection), [resuming](guide::resuming), [timeouts and limits](guide::timeouts_and_limits), [errors](guide::errors), [tokens that expire](guide::tokens), [security](guide::security) |
//! | grow | [testing](guide::testing), [custom transports](guide::transports), [browsers](guide::browser), [many sessions](guide::many_sessions) |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `tls` | yes | `https://` URLs: the features `ring` and `platform-verifier` |
//! | `ring` | yes | rustls with the cryptography of ring |
//! | `aws-lc-rs` | no | rustls with the cryptography of AWS-LC, where `ring` is not built in |
//! | `platform-verifier` | yes | trust in the certificates that the operating system trusts |
//! | `webpki-roots` | no | trust in Mozilla's roots, compiled in; used where `platform-verifier` is off |
//! | `json` | no | the methods `json` of requests, sessions and responses, and `json_by_type` of sessions |
//! | `tracing` | no | a span for each session, with events for its states |
//!
//! An `https://` URL needs one of the two features for cryptography and one of the two for trust.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod guide;
#[cfg(unix)]
mod unix;

use core::net::SocketAddr;
use core::time::Duration;
use std::io;

use sse_http::{configure_socket, happy_eyeballs};
use tokio::io::AsyncRead;
use tokio::net::{TcpStream, lookup_host};
use tokio::time;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

pub use sse_driver::{self, *};
#[cfg(any(
    feature = "ring",
    feature = "aws-lc-rs",
    feature = "platform-verifier",
    feature = "webpki-roots"
))]
pub use sse_http::Tls;
pub use sse_http::{self, Proxy};
#[cfg(unix)]
pub use unix::UnixDial;

/// The transport of a [`Client`]: HTTP/1.1 over Tokio's TCP, with TLS and proxies. See
/// [`sse_http::Http`] for its settings.
pub type Http = sse_http::Http<TokioDial>;
/// Opens sessions on Tokio's network and clock. Its methods are those of [`sse_driver::Client`],
/// which takes any transport.
///
/// Poll its sessions inside a Tokio runtime whose I/O and time drivers are enabled. Elsewhere,
/// Tokio panics.
pub type Client = sse_driver::Client<Http, TokioTimer>;
/// Builds a [`Client`]: see [`sse_driver::ClientBuilder`] for the settings.
pub type ClientBuilder = sse_driver::ClientBuilder<Http, TokioTimer>;
/// Builds a request of a [`Client`]: see [`sse_driver::RequestBuilder`].
pub type RequestBuilder = sse_driver::RequestBuilder<Http, TokioTimer>;
/// A stream of events that outlives its connections: see [`sse_driver::Session`].
pub type Session = sse_driver::Session<Http, TokioTimer>;

/// Reads events from an [`AsyncRead`]: a file, a pipe, a socket. There is no HTTP and no
/// reconnection. If reading fails, the last item is [`Error::Stream`] with the I/O error as its
/// source.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), sse_tokio::Error> {
/// let mut events = sse_tokio::read_events(&b"data: one\n\ndata: two\n\n"[..]);
/// assert_eq!(events.next().await.expect("an event")?.data, "one");
/// assert_eq!(events.next().await.expect("an event")?.data, "two");
/// assert!(events.next().await.is_none());
/// # Ok(())
/// # }
/// ```
pub fn read_events<R: AsyncRead>(reader: R) -> Events<Chunks<Compat<R>>> {
    Events::from_reader(reader.compat())
}

/// Connects over Tokio's network: the [`Dial`](sse_http::Dial) of [`Http`]. Names are resolved by
/// the operating system on Tokio's blocking threads, and the addresses of a host are raced (Happy
/// Eyeballs, RFC 8305).
///
/// ```
/// let transport = sse_tokio::Http::new(sse_tokio::TokioDial);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioDial;

impl sse_http::Dial for TokioDial {
    type Stream = Compat<TcpStream>;

    async fn dial(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        happy_eyeballs(lookup_host((host, port)).await?, connect, time::sleep).await
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        time::sleep(time)
    }
}

async fn connect(address: SocketAddr) -> io::Result<Compat<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    configure_socket(&stream);
    Ok(stream.compat())
}

/// Measures time by Tokio's clock: the [`Timer`] of a [`Client`]. It starts at zero when the timer
/// is made, and stands still while a test pauses Tokio's clock (`tokio::time::pause`).
///
/// ```
/// use std::time::Duration;
/// use sse_tokio::{Timer, TokioTimer};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let timer = TokioTimer::default();
/// let later = timer.now() + Duration::from_secs(3600);
/// timer.sleep_until(later).await;
/// assert!(timer.now() >= later);
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer {
    origin: time::Instant,
}

impl Default for TokioTimer {
    fn default() -> Self {
        Self { origin: time::Instant::now() }
    }
}

impl Timer for TokioTimer {
    type Sleep = time::Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> time::Sleep {
        time::sleep(deadline.saturating_duration_since(self.now()))
    }
}

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../../../docs/coming-from.md")]
struct Pages;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
