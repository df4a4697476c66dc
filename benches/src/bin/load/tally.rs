//! What the application behind a client counts.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

use sse_benches::load::sent_at;

/// Shared by all sessions of a process, whose tasks are all on one thread: a store is enough to count.
#[derive(Default)]
pub(crate) struct Tally {
    opened: AtomicU64,
    events: AtomicU64,
    bytes: AtomicU64,
    /// How late each event was, in nanoseconds; `None` where nobody asks.
    delays: Option<Mutex<Vec<u64>>>,
}

impl Tally {
    pub(crate) fn with_delays() -> Self {
        Self { delays: Some(Mutex::default()), ..Self::default() }
    }

    pub(crate) fn open(&self) {
        add(&self.opened, 1);
    }

    pub(crate) fn event(&self, data: &str) {
        add(&self.events, 1);
        add(&self.bytes, data.len() as u64);
        if let Some(delays) = &self.delays {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
            let sent = sent_at(data).expect("it is an event of the load server");
            delays.lock().expect("nobody panics").push(now.saturating_sub(sent));
        }
    }

    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Relaxed)
    }

    /// How many there were so far. All of them were whole, or this panics.
    pub(crate) fn events(&self) -> u64 {
        let events = self.events.load(Relaxed);
        let data_len = sse_benches::load::EVENT_LEN - b"data: \n\n".len();
        assert_eq!(self.bytes.load(Relaxed), events * data_len as u64, "the data is not what was sent");
        events
    }

    /// The delays since the last call.
    pub(crate) fn take_delays(&self) -> Vec<u64> {
        self.delays
            .as_ref()
            .map(|delays| std::mem::take(&mut *delays.lock().expect("nobody panics")))
            .unwrap_or_default()
    }
}

fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Relaxed) + more, Relaxed);
}
