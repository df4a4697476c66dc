//! Server-Sent Events for async-std: [`sse_driver`]'s client on async-std's network and clock. This is the one crate to
//! add.
//!
//! async-std is discontinued (RUSTSEC-2025-0052), and its authors recommend smol, for which there is `sse-smol` with the
//! same types. This crate is for programs that have not moved yet; no other crate here depends on it.
//!
//! ```no_run
//! # fn main() -> Result<(), sse_async_std::Error> {
//! async_std::task::block_on(async {
//!     let client = sse_async_std::Client::new();
//!     let mut session = client.get("http://localhost:8080/events").open().await?;
//!     while let Some(event) = session.next().await {
//!         let event = event?;
//!         println!("{}: {}", event.event_type, event.data);
//!     }
//!     Ok(())
//! })
//! # }
//! ```
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

/// HTTP/1.1 over async-std's TCP.
pub type Http = sse_http::Http<AsyncStdDial>;
/// A client on async-std's network and clock. Over another transport it is an [`sse_driver::Client`].
pub type Client = sse_driver::Client<Http, AsyncStdTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = sse_driver::ClientBuilder<Http, AsyncStdTimer>;
/// A request of a [`Client`].
pub type RequestBuilder = sse_driver::RequestBuilder<Http, AsyncStdTimer>;
/// A session of a [`Client`].
pub type Session = sse_driver::Session<Http, AsyncStdTimer>;

/// async-std's network: names by the system's resolver (on its blocking threads), TCP connections raced as RFC 8305 has
/// it.
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

/// async-std's clock, counted from when the timer was made.
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
    /// async-std has no name for it.
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
