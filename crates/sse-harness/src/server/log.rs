//! The record of a server: what was asked, and when the peers went.

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use super::RecordedRequest;

#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Mutex<Vec<Entry>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Entry {
    request: RecordedRequest,
    closed: Option<Instant>,
    sent: Arc<AtomicU64>,
}

impl Log {
    /// Records a request, with the count of what is sent in answer, and gives its number.
    pub(super) fn add(&self, request: RecordedRequest, sent: Arc<AtomicU64>) -> usize {
        let mut entries = self.lock();
        entries.push(Entry { request, closed: None, sent });
        self.changed.notify_all();
        entries.len() - 1
    }

    /// Records that the peer of request `number` has closed its connection.
    pub(super) fn close(&self, number: usize) {
        self.lock()[number].closed = Some(Instant::now());
        self.changed.notify_all();
    }

    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().iter().map(|entry| entry.request.clone()).collect()
    }

    pub(super) fn wait_for_request(&self, number: usize, timeout: Duration) -> Option<RecordedRequest> {
        self.wait(timeout, |entries| entries.get(number).map(|entry| entry.request.clone()))
    }

    pub(super) fn wait_for_close(&self, number: usize, timeout: Duration) -> Option<Instant> {
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
