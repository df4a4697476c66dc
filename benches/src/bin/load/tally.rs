//! The counters of the application.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use sse_benches::load::{EVENT_LEN, sent_at};

const DATA_LEN: u64 = (EVENT_LEN - b"data: \n\n".len()) as u64;

/// The counters of all sessions in a process. All tasks run on one thread, so loads and stores are
/// enough to count.
#[derive(Default)]
pub(crate) struct Tally {
    opened: AtomicU64,
    events: AtomicU64,
    bytes: AtomicU64,
    /// The delay of each event in nanoseconds, if delays are measured.
    delays: Option<Mutex<Vec<u64>>>,
}

impl Tally {
    pub(crate) fn with_delays() -> Self {
        Self { delays: Some(Mutex::default()), ..Self::default() }
    }

    pub(crate) fn open(&self) {
        add(&self.opened, 1);
    }

    /// Counts events whose data the client ignores.
    pub(crate) fn count(&self, events: u64) {
        add(&self.events, events);
        add(&self.bytes, events * DATA_LEN);
    }

    pub(crate) fn event(&self, data: &str) {
        add(&self.events, 1);
        add(&self.bytes, data.len() as u64);
        if let Some(delays) = &self.delays {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
            let sent = sent_at(data).expect("the load server sent the event");
            delays.lock().expect("no thread panics").push(now.saturating_sub(sent));
        }
    }

    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Relaxed)
    }

    /// Returns the number of events so far. Panics if their data has the wrong length.
    pub(crate) fn events(&self) -> u64 {
        let events = self.events.load(Relaxed);
        assert_eq!(self.bytes.load(Relaxed), events * DATA_LEN, "the data is not what was sent");
        events
    }

    /// Returns the delays since the last call.
    pub(crate) fn take_delays(&self) -> Vec<u64> {
        self.delays
            .as_ref()
            .map(|delays| std::mem::take(&mut *delays.lock().expect("no thread panics")))
            .unwrap_or_default()
    }
}

fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Relaxed) + more, Relaxed);
}
