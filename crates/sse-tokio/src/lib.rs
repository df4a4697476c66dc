//! Server-Sent Events for Tokio.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use core::net::SocketAddr;
use core::time::Duration;
use std::io;

use sse_hyper::{happy_eyeballs, tune};
use tokio::net::{TcpStream, lookup_host};
use tokio::time;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

pub use sse_driver::*;
pub use sse_hyper;

/// HTTP/1.1 over Tokio's TCP.
pub type Http = sse_hyper::Http<TokioDial>;

/// Tokio's network: names by the system's resolver, TCP connections raced as RFC 8305 has it.
///
/// ```
/// let transport = sse_tokio::Http::new(sse_tokio::TokioDial);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioDial;

impl sse_hyper::Dial for TokioDial {
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
    tune(&stream);
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
