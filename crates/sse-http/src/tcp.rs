//! TCP connections, independent of the runtime: Happy Eyeballs and socket options.

use core::future::poll_fn;
use core::net::SocketAddr;
use core::pin::{Pin, pin};
use core::task::Poll;
use core::time::Duration;
use std::io;

use socket2::{SockRef, TcpKeepalive};

/// How long an attempt may take before the next address is tried too (RFC 8305, section 8).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// How long a connection may be silent before the operating system probes it.
const KEEPALIVE_TIME: Duration = Duration::from_secs(60);
/// The time between two probes, on systems that allow to set it. Linux gives a peer up after nine
/// probes: 60 s + 9 × 15 s.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// Connects to the first of a host's addresses that answers (Happy Eyeballs, RFC 8305).
///
/// It tries the addresses one after another, alternating between IPv6 and IPv4. Each attempt starts
/// 250 ms after the previous one, or as soon as one fails. The first connection wins, and the other
/// attempts are dropped.
///
/// # Errors
/// If all attempts fail, returns the error of the last one to fail. If there is no address, returns
/// an error of kind [`NotFound`](io::ErrorKind::NotFound).
///
/// ```
/// # futures_util::future::FutureExt::now_or_never(async {
/// use std::{future::pending, io, net::SocketAddr};
/// use sse_http::happy_eyeballs;
///
/// let addresses: [SocketAddr; 2] = ["[2001:db8::1]:80".parse()?, "192.0.2.1:80".parse()?];
/// let connect = async |address: SocketAddr| if address.is_ipv4() { Ok(address) } else { Err(io::ErrorKind::HostUnreachable.into()) };
/// assert_eq!(happy_eyeballs(addresses, connect, |_| pending()).await?, addresses[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).expect("nothing waits")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn happy_eyeballs<C, S, T>(
    addresses: impl IntoIterator<Item = SocketAddr>,
    connect: impl Fn(SocketAddr) -> C,
    sleep: impl Fn(Duration) -> S,
) -> io::Result<T>
where
    C: Future<Output = io::Result<T>>,
    S: Future<Output = ()>,
{
    let mut untried = alternating(addresses).into_iter();
    let mut attempts = Vec::new();
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    loop {
        attempts.extend(untried.next().map(|address| Box::pin(connect(address))));
        if attempts.is_empty() {
            return Err(failure);
        }
        let head_start = (untried.len() > 0).then(|| sleep(ATTEMPT_DELAY));
        match first_done(&mut attempts, head_start).await {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) => failure = error,
            None => {}
        }
    }
}

/// Interleaves the address families and keeps the order within each (RFC 8305, section 4).
fn alternating(addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut queue: Vec<_> = addresses.into_iter().collect();
    for at in 1..queue.len() {
        let other = queue[at..].iter().position(|next| next.is_ipv4() != queue[at - 1].is_ipv4());
        queue[at..=at + other.unwrap_or(0)].rotate_right(1);
    }
    queue
}

/// Waits for the first attempt to finish, removes it and returns its outcome. Returns `None` if the
/// head start ends first.
async fn first_done<C: Future>(
    attempts: &mut Vec<Pin<Box<C>>>,
    head_start: Option<impl Future<Output = ()>>,
) -> Option<C::Output> {
    let mut head_start = pin!(head_start);
    poll_fn(|cx| {
        for at in 0..attempts.len() {
            if let Poll::Ready(outcome) = attempts[at].as_mut().poll(cx) {
                drop(attempts.swap_remove(at));
                return Poll::Ready(Some(outcome));
            }
        }
        head_start.as_mut().as_pin_mut().map_or(Poll::Pending, |sleep| sleep.poll(cx).map(|()| None))
    })
    .await
}

/// Configures a TCP socket for an event stream: it sends small writes at once (`TCP_NODELAY`) and
/// probes a silent connection (keepalive, after 60 seconds).
///
/// Errors are ignored, since a socket without these options still carries the stream.
///
/// ```
/// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
/// let stream = std::net::TcpStream::connect(listener.local_addr()?)?;
/// sse_http::configure_socket(&stream);
/// assert!(stream.nodelay()?);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn configure_socket<'s>(socket: impl Into<SockRef<'s>>) {
    let socket = socket.into();
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&keepalive());
}

#[cfg(any(target_os = "android", target_os = "ios", target_os = "linux", target_os = "macos", windows))]
fn keepalive() -> TcpKeepalive {
    TcpKeepalive::new().with_time(KEEPALIVE_TIME).with_interval(KEEPALIVE_INTERVAL)
}

#[cfg(not(any(
    target_os = "android",
    target_os = "ios",
    target_os = "linux",
    target_os = "macos",
    windows
)))]
fn keepalive() -> TcpKeepalive {
    TcpKeepalive::new().with_time(KEEPALIVE_TIME)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use socket2::SockRef;

    #[test]
    fn configure_socket_sets_nodelay_and_keepalive() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        super::configure_socket(&stream);
        let socket = SockRef::from(&stream);
        assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_keepalive_time().unwrap(), super::KEEPALIVE_TIME);
    }
}
