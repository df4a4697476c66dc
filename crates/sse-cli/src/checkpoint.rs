//! Keeps the last event ID in a file without delaying the stream.

mod file;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sse_tokio::proto::Resume;
use tokio::sync::Notify;

use file::CheckpointFile;

/// The shortest time between two writes.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest time to wait for the last write, so that a broken disk cannot block the exit.
const LAST_WRITE: Duration = Duration::from_secs(10);

/// A checkpoint, which a thread of its own writes. Clones share the same file and thread.
#[derive(Clone)]
pub(crate) struct Checkpoint {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    failed: Notify,
}

#[derive(Default)]
struct State {
    /// The ID to write next.
    id: Option<String>,
    is_ending: bool,
    /// Whether the thread has ended.
    has_ended: bool,
    error: Option<io::Error>,
}

impl Checkpoint {
    /// Opens the file and returns the ID in it. The file `printed` is synced to disk before each ID
    /// is written.
    pub(crate) fn open(path: &Path, printed: Option<File>) -> io::Result<(Self, String)> {
        let (file, id) = CheckpointFile::open(path)?;
        let (state, changed, failed) = (Mutex::default(), Condvar::new(), Notify::new());
        let shared = Arc::new(Shared { state, changed, failed });
        let (writing, written) = (Arc::clone(&shared), id.clone());
        thread::Builder::new().name("checkpoint".to_owned()).spawn(move || {
            let result = writing.write_all(&file, printed.as_ref(), written);
            writing.lock().error = result.err();
            writing.lock().has_ended = true;
            writing.changed.notify_all();
            writing.failed.notify_one();
        })?;
        Ok((Self { shared }, id))
    }

    /// Schedules a write of the ID. Ignores an ID that cannot be sent, so that the file keeps the
    /// last one that can.
    pub(crate) fn set(&self, id: String) {
        if matches!(Resume::new(id.clone()), Resume::Unsendable(_)) {
            return;
        }
        self.shared.lock().id = Some(id);
        self.shared.changed.notify_all();
    }

    /// Waits until a write fails.
    pub(crate) async fn failed(&self) -> io::Error {
        loop {
            self.shared.failed.notified().await;
            if let Some(error) = self.shared.lock().error.take() {
                return error;
            }
        }
    }

    /// Waits until the last ID is written, and ends the thread.
    pub(crate) fn finish(&self) -> io::Result<()> {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_all();
        let is_running = |state: &mut State| !state.has_ended;
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), LAST_WRITE, is_running);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        state.error.take().map_or(Ok(()), Err)
    }
}

impl Shared {
    /// Writes each new ID until the checkpoint ends.
    fn write_all(
        &self,
        file: &CheckpointFile,
        printed: Option<&File>,
        mut written: String,
    ) -> io::Result<()> {
        while let Some(id) = self.next() {
            if id != written {
                printed.map_or(Ok(()), File::sync_data)?;
                file.write(&id)?;
                written = id;
                self.pause();
            }
        }
        Ok(())
    }

    /// Waits for the next ID to write. Returns `None` at the end.
    fn next(&self) -> Option<String> {
        let is_idle = |state: &mut State| state.id.is_none() && !state.is_ending;
        let waited = self.changed.wait_while(self.lock(), is_idle);
        waited.unwrap_or_else(PoisonError::into_inner).id.take()
    }

    /// Waits between two writes, but not if the checkpoint is ending.
    fn pause(&self) {
        let until = Instant::now() + PAUSE;
        let mut state = self.lock();
        while !state.is_ending {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
