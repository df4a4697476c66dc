//! A [Server-Sent Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) client
//! for smol.
//!
//! [`Client`] opens sessions. A [`Session`] is a stream of events that outlives its connections:
//! when one is lost, it connects again and resumes after the last event. This crate re-exports
//! everything that a program needs, so it is the only one of the family to add.
//!
//! ```no_run
//! fn main() -> Result<(), sse_smol::Error> {
//!     smol::block_on(async {
//!         let client = sse_smol::Client::new();
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
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;

use smol::net::{TcpStream, resolve};
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

/// The transport of a [`Client`]: HTTP/1.1 over smol's TCP, with TLS and proxies. See
/// [`sse_http::Http`] for its settings.
pub type Http = sse_http::Http<SmolDial>;
/// Opens sessions on smol's network and clock. Its methods are those of [`sse_driver::Client`],
/// which takes any transport.
pub type Client = sse_driver::Client<Http, SmolTimer>;
/// Builds a [`Client`]: see [`sse_driver::ClientBuilder`] for the settings.
pub type ClientBuilder = sse_driver::ClientBuilder<Http, SmolTimer>;
/// Builds a request of a [`Client`]: see [`sse_driver::RequestBuilder`].
pub type RequestBuilder = sse_driver::RequestBuilder<Http, SmolTimer>;
/// A stream of events that outlives its connections: see [`sse_driver::Session`].
pub type Session = sse_driver::Session<Http, SmolTimer>;

/// Connects over smol's network: the [`Dial`](sse_http::Dial) of [`Http`]. Names are resolved by
/// the operating system on smol's blocking threads, and the addresses of a host are raced (Happy
/// Eyeballs, RFC 8305).
///
/// ```
/// let transport = sse_smol::Http::new(sse_smol::SmolDial);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SmolDial;

impl sse_http::Dial for SmolDial {
    type Stream = TcpStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        happy_eyeballs(resolve((host, port)).await?, connect, sleep).await
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

fn sleep(time: Duration) -> Sleep {
    Sleep(smol::Timer::after(time))
}

/// Measures time since the timer was made, and sleeps by smol's timers.
///
/// ```
/// use std::time::Duration;
/// use sse_smol::{SmolTimer, Timer};
///
/// let timer = SmolTimer::default();
/// let soon = timer.now() + Duration::from_millis(1);
/// smol::block_on(timer.sleep_until(soon));
/// assert!(timer.now() >= soon);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SmolTimer {
    origin: std::time::Instant,
}

impl Default for SmolTimer {
    fn default() -> Self {
        Self { origin: std::time::Instant::now() }
    }
}

impl Timer for SmolTimer {
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    fn sleep_until(&self, deadline: Instant) -> Sleep {
        sleep(deadline.saturating_duration_since(self.now()))
    }
}

/// Completes at a deadline: the future that [`SmolTimer::sleep_until`](Timer::sleep_until) returns.
///
/// ```
/// use std::time::Duration;
/// use sse_smol::{Instant, Sleep, SmolTimer, Timer};
///
/// let sleep: Sleep = SmolTimer::default().sleep_until(Instant::ZERO);
/// smol::block_on(sleep);
/// ```
#[derive(Debug)]
pub struct Sleep(smol::Timer);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
