//! Many connections to which little is written, from one thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How often the thread looks for new connections while there is nothing to write.
const LOOK: Duration = Duration::from_millis(1);
/// A client that does not read for so long is given up, so that the others are not kept waiting.
const PATIENCE: Duration = Duration::from_secs(1);

/// The thread that writes to all of them.
pub(super) struct Paced {
    connections: Sender<TcpStream>,
}

impl Paced {
    /// Writes what `piece` says to each connection `every` so often, beginning within the first
    /// such time: wherever the connections came in a rush, their pieces do not.
    pub(super) fn start(every: Duration, piece: fn() -> Vec<u8>) -> Self {
        let (connections, added) = mpsc::channel();
        thread::spawn(move || write(&added, every, piece));
        Self { connections }
    }

    pub(super) fn add(&self, connection: TcpStream) {
        // Without a write timeout one client can stop them all, but it is still served.
        let _ = connection.set_write_timeout(Some(PATIENCE));
        let _ = self.connections.send(connection);
    }
}

fn write(added: &Receiver<TcpStream>, every: Duration, piece: fn() -> Vec<u8>) {
    let mut connections = Vec::new();
    let mut due = BinaryHeap::new();
    loop {
        for connection in added.try_iter() {
            due.push(Reverse((Instant::now() + phase(connections.len(), every), connections.len())));
            connections.push(connection);
        }
        while due.peek().is_some_and(|Reverse((time, _))| *time <= Instant::now()) {
            let Some(Reverse((time, number))) = due.pop() else { break };
            // One that failed is gone and has no next time.
            if (&connections[number]).write_all(&piece()).is_ok() {
                due.push(Reverse((time + every, number)));
            }
        }
        let next =
            due.peek().map_or(LOOK, |Reverse((time, _))| time.saturating_duration_since(Instant::now()));
        thread::sleep(next.min(LOOK));
    }
}

/// Multiples of the golden ratio lie evenly between 0 and 1 however many there are.
fn phase(number: usize, every: Duration) -> Duration {
    every.mul_f64((number as f64 * 0.618_033_988_749_895).fract())
}
