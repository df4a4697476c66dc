//! Writes to many connections at a regular interval, from one thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// The longest sleep of the thread. After it, the thread checks for new connections.
const LONGEST_SLEEP: Duration = Duration::from_millis(1);
/// A client that does not read for this long is dropped, so that it does not delay the others.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Passes new connections to the thread that writes to all of them.
pub(super) struct Paced {
    connections: Sender<TcpStream>,
}

impl Paced {
    /// Starts a thread that calls `piece` and writes the result to each connection, once per
    /// interval. The first writes are spread over one interval, even if the connections were opened
    /// at the same time.
    pub(super) fn start(every: Duration, piece: fn() -> Vec<u8>) -> Self {
        let (connections, added) = mpsc::channel();
        thread::spawn(move || write(&added, every, piece));
        Self { connections }
    }

    pub(super) fn add(&self, connection: TcpStream) {
        // If the timeout cannot be set, the client is still served, but it can delay the others.
        let _ = connection.set_write_timeout(Some(WRITE_TIMEOUT));
        let _ = self.connections.send(connection);
    }
}

fn write(added: &Receiver<TcpStream>, every: Duration, piece: fn() -> Vec<u8>) {
    let mut connections = Vec::new();
    let mut due = BinaryHeap::new();
    loop {
        for connection in added.try_iter() {
            due.push(Reverse((Instant::now() + first_delay(connections.len(), every), connections.len())));
            connections.push(connection);
        }
        while due.peek().is_some_and(|Reverse((time, _))| *time <= Instant::now()) {
            let Some(Reverse((time, number))) = due.pop() else { break };
            // A connection that failed gets no further writes.
            if (&connections[number]).write_all(&piece()).is_ok() {
                due.push(Reverse((time + every, number)));
            }
        }
        let next = due
            .peek()
            .map_or(LONGEST_SLEEP, |Reverse((time, _))| time.saturating_duration_since(Instant::now()));
        thread::sleep(next.min(LONGEST_SLEEP));
    }
}

/// Returns the delay of the first write. The fractional parts of the multiples of the golden ratio
/// are spread evenly between 0 and 1, however many connections there are.
fn first_delay(number: usize, every: Duration) -> Duration {
    every.mul_f64((number as f64 * 0.618_033_988_749_895).fract())
}
