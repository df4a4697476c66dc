//! Server-Sent Events for smol: [`sse_driver`]'s client on smol's network and clock. This is the one crate to add.
//!
//! ```no_run
//! # fn main() -> Result<(), sse_smol::Error> {
//! smol::block_on(async {
//!     let client = sse_smol::Client::new();
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

/// HTTP/1.1 over smol's TCP.
pub type Http = sse_http::Http<SmolDial>;
/// A client on smol's network and clock. Over another transport it is an [`sse_driver::Client`].
pub type Client = sse_driver::Client<Http, SmolTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = sse_driver::ClientBuilder<Http, SmolTimer>;
/// A request of a [`Client`].
pub type RequestBuilder = sse_driver::RequestBuilder<Http, SmolTimer>;
/// A session of a [`Client`].
pub type Session = sse_driver::Session<Http, SmolTimer>;

/// smol's network: names by the system's resolver (on smol's blocking threads), TCP connections raced as RFC 8305 has
/// it.
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

/// smol's clock, counted from when the timer was made.
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

/// A pending deadline of a [`SmolTimer`].
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
