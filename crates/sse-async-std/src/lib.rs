//! A [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) client
//! for async-std.
//!
//! [`Client`] opens sessions. A [`Session`] is a stream of events that outlives its connections:
//! when one is lost, it connects again and resumes after the last event. This crate re-exports
//! everything that a program needs, so it is the only one of the family to add.
//!
//! async-std is discontinued (RUSTSEC-2025-0052), and its authors recommend smol. `sse-smol` has
//! the same types; this crate is for programs that have not moved yet.
//!
//! ```no_run
//! fn main() -> Result<(), sse_async_std::Error> {
//!     async_std::task::block_on(async {
//!         let client = sse_async_std::Client::new();
//!         let mut session = client.get("http://localhost:8080/events").open().await?;
//!         while let Some(event) = session.next().await {
//!             let event = event?;
//!             println!("{}: {}", event.event_type, event.data);
//!         }
//!         Ok(())
//!     })
//! }
//! ```
//!
//! Guides, from a first stream to reconnection, errors and tests, are in the documentation of
//! `sse-tokio`, in its module `guide`; with this crate, only the crate's name changes. The features
//! are those of `sse-tokio`: `tls` (on by default: `ring` and `platform-verifier`), `aws-lc-rs`,
//! `webpki-roots`, `json` and `tracing`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(unix)]
mod unix;

use core::net::SocketAddr;
use core::pin::Pin;
use core::time::Duration;
use std::io;

use async_std::net::{TcpStream, ToSocketAddrs};
use async_std::task::sleep;
use sse_http::{configure_socket, happy_eyeballs};

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

/// The transport of a [`Client`]: HTTP/1.1 over async-std's TCP, with TLS and proxies. See
/// [`sse_http::Http`] for its settings.
pub type Http = sse_http::Http<AsyncStdDial>;
/// Opens sessions on async-std's network and clock. Its methods are those of
/// [`sse_driver::Client`], which takes any transport.
pub type Client = sse_driver::Client<Http, AsyncStdTimer>;
/// Builds a [`Client`]: see [`sse_driver::ClientBuilder`] for the settings.
pub type ClientBuilder = sse_driver::ClientBuilder<Http, AsyncStdTimer>;
/// Builds a request of a [`Client`]: see [`sse_driver::RequestBuilder`].
pub type RequestBuilder = sse_driver::RequestBuilder<Http, AsyncStdTimer>;
/// A stream of events that outlives its connections: see [`sse_driver::Session`].
pub type Session = sse_driver::Session<Http, AsyncStdTimer>;

/// Connects over async-std's network: the [`Dial`](sse_http::Dial) of [`Http`]. Names are resolved
/// by the operating system on async-std's blocking threads, and the addresses of a host are raced
/// (Happy Eyeballs, RFC 8305).
///
/// ```
/// let transport = sse_async_std::Http::new(sse_async_std::AsyncStdDial);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStdDial;

impl sse_http::Dial for AsyncStdDial {
    type Stream = TcpStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        happy_eyeballs((host, port).to_socket_addrs().await?, connect, sleep).await
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        sleep(time)
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    configure_socket(&stream);
    Ok(stream)
}

/// Measures time since the timer was made, and sleeps by async-std's timers.
///
/// ```
/// use std::time::Duration;
/// use sse_async_std::{AsyncStdTimer, Timer};
///
/// let timer = AsyncStdTimer::default();
/// let soon = timer.now() + Duration::from_millis(1);
/// async_std::task::block_on(timer.sleep_until(soon));
/// assert!(timer.now() >= soon);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AsyncStdTimer {
    origin: std::time::Instant,
}

impl Default for AsyncStdTimer {
    fn default() -> Self {
        Self { origin: std::time::Instant::now() }
    }
}

impl Timer for AsyncStdTimer {
    /// Boxed, since async-std does not name the type of its sleep.
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Self::Sleep {
        Box::pin(sleep(deadline.saturating_duration_since(self.now())))
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
