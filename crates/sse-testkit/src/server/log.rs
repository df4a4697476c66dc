//! The record of a server: its requests, and when the peers closed their connections.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::RecordedRequest;

#[derive(Debug)]
pub(super) struct Log {
    start: Instant,
    entries: Mutex<Vec<Entry>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Entry {
    request: RecordedRequest,
    closed: Option<Duration>,
    sent: Arc<AtomicU64>,
}

impl Log {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), entries: Mutex::default(), changed: Condvar::new() }
    }

    /// Records a request with the counter of bytes sent in reply, and sets its number and its time.
    pub(super) fn add(&self, request: &mut RecordedRequest, sent: Arc<AtomicU64>) {
        let mut entries = self.lock();
        request.number = entries.len();
        request.received = self.start.elapsed();
        entries.push(Entry { request: request.clone(), closed: None, sent });
        self.changed.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Records that the peer of request `number` has closed its connection.
    pub(super) fn close(&self, number: usize) {
        self.lock()[number].closed = Some(self.start.elapsed());
        self.changed.notify_all();
    }

    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().iter().map(|entry| entry.request.clone()).collect()
    }

    pub(super) fn wait_for_request(&self, number: usize, timeout: Duration) -> Option<RecordedRequest> {
        self.wait(timeout, |entries| entries.get(number).map(|entry| entry.request.clone()))
    }

    pub(super) fn wait_for_close(&self, number: usize, timeout: Duration) -> Option<Duration> {
        self.wait(timeout, |entries| entries.get(number)?.closed)
    }

    pub(super) fn sent(&self, number: usize) -> u64 {
        self.lock().get(number).map_or(0, |entry| entry.sent.load(Ordering::Relaxed))
    }

    fn wait<T>(&self, timeout: Duration, find: impl Fn(&[Entry]) -> Option<T>) -> Option<T> {
        let (entries, _) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |entries| find(entries).is_none())
            .expect("nothing panics while it holds the entries");
        find(&entries)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().expect("nothing panics while it holds the entries")
    }
}
