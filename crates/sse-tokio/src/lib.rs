//! Server-Sent Events for Tokio: [`sse_driver`]'s client on Tokio's network and clock. This is the one crate to add.
//!
//! ```no_run
//! # async fn follow() -> Result<(), sse_tokio::Error> {
//! let client = sse_tokio::Client::new();
//! let mut session = client.get("http://localhost:8080/events").open().await?;
//! while let Some(event) = session.next().await {
//!     let event = event?;
//!     println!("{}: {}", event.event_type, event.data);
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

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

/// HTTP/1.1 over Tokio's TCP.
pub type Http = sse_http::Http<TokioDial>;
/// A client on Tokio's network and clock. Over another transport it is an [`sse_driver::Client`].
pub type Client = sse_driver::Client<Http, TokioTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = sse_driver::ClientBuilder<Http, TokioTimer>;
/// A request of a [`Client`].
pub type RequestBuilder = sse_driver::RequestBuilder<Http, TokioTimer>;
/// A session of a [`Client`].
pub type Session = sse_driver::Session<Http, TokioTimer>;

/// Reads the events of any [`AsyncRead`]: a file, a pipe, a socket. No HTTP, no reconnection.
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

/// Tokio's network: names by the system's resolver (on Tokio's blocking threads), TCP connections raced as RFC 8305
/// has it.
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

/// Tokio's clock, counted from when the timer was made. It stands still where Tokio's is paused.
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
