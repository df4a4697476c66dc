//! Happy Eyeballs between a host's addresses, in paused time.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Mutex;

use sse_http::happy_eyeballs;
use tokio::time::{Instant, sleep};

/// How an address behaves: it accepts or refuses after this many milliseconds.
#[derive(Clone, Copy)]
enum Address {
    Answers(u64),
    Refuses(u64),
}
use Address::{Answers, Refuses};

/// The IPv6 (`true`) or IPv4 address with this number.
fn address(number: usize, ipv6: bool) -> SocketAddr {
    let ip = if ipv6 { "::1".parse().unwrap() } else { "127.0.0.1".parse().unwrap() };
    SocketAddr::new(ip, number as u16)
}

/// Returns the winner's number, the milliseconds that the race took, and the start of each attempt.
async fn race(addresses: &[(bool, Address)]) -> (io::Result<u16>, u64, Vec<(u16, u64)>) {
    let (start, attempts) = (Instant::now(), Mutex::new(Vec::new()));
    let elapsed = || start.elapsed().as_millis() as u64;
    let connect = async |at: SocketAddr| {
        attempts.lock().unwrap().push((at.port(), elapsed()));
        let (delay, outcome) = match addresses[usize::from(at.port())].1 {
            Answers(delay) => (delay, Ok(at.port())),
            Refuses(delay) => (delay, Err(io::Error::other(at.port().to_string()))),
        };
        sleep(Duration::from_millis(delay)).await;
        outcome
    };
    let list = addresses.iter().enumerate().map(|(number, (ipv6, _))| address(number, *ipv6));
    let winner = happy_eyeballs(list, connect, sleep).await;
    let time = elapsed();
    (winner, time, attempts.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_first_address_that_accepts_wins() {
    let forever = u64::MAX / 2;
    #[rustfmt::skip]
    let cases = [
        // The first one accepts in time, so there is no other attempt.
        (vec![(true, Answers(100)), (false, Answers(1))], Some(0), 100, vec![(0, 0)]),
        // The first one takes too long, so the next attempt starts after 250 ms.
        (vec![(true, Answers(forever)), (false, Answers(10))], Some(1), 260, vec![(0, 0), (1, 250)]),
        // A slow first attempt may still win.
        (vec![(true, Answers(300)), (false, Answers(forever))], Some(0), 300, vec![(0, 0), (1, 250)]),
        // After a refusal the next attempt starts at once.
        (vec![(true, Refuses(5)), (false, Answers(10))], Some(1), 15, vec![(0, 0), (1, 5)]),
        // The families alternate, starting with the family of the first address.
        (vec![(true, Refuses(1)), (true, Refuses(1)), (true, Refuses(1)), (false, Refuses(1)), (false, Answers(1))],
            Some(4), 4, vec![(0, 0), (3, 1), (1, 2), (4, 3)]),
        (vec![(false, Refuses(1)), (false, Refuses(1)), (true, Answers(1))], Some(2), 2, vec![(0, 0), (2, 1)]),
        // A failure does not end the race while another attempt is pending.
        (vec![(true, Refuses(400)), (false, Answers(500))], Some(1), 750, vec![(0, 0), (1, 250)]),
        (vec![(true, Refuses(1)), (false, Refuses(2))], None, 3, vec![(0, 0), (1, 1)]),
        (vec![], None, 0, vec![]),
    ];
    for (number, (addresses, winner, time, attempts)) in cases.into_iter().enumerate() {
        let (got, got_time, got_attempts) = race(&addresses).await;
        assert_eq!(got.ok(), winner, "case {number}");
        assert_eq!((got_time, got_attempts), (time, attempts), "case {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_is_returned() {
    let (outcome, ..) = race(&[(true, Refuses(1)), (false, Refuses(2))]).await;
    assert_eq!(outcome.unwrap_err().to_string(), "1");
    let (outcome, ..) = race(&[]).await;
    assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::NotFound);
}
