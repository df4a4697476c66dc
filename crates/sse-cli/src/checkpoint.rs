//! Keeps a file up to date with the last event ID, without holding up the stream.

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

/// How much time there is between two writes, at least.
const PAUSE: Duration = Duration::from_millis(100);
/// How long the end waits for the last write: a disk that is gone must not make it wait for ever.
const LAST_WRITE: Duration = Duration::from_secs(10);

/// A checkpoint, and the thread that writes it. Clones are the same.
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
    /// What is to be written.
    id: Option<String>,
    is_ending: bool,
    /// The thread is over.
    has_ended: bool,
    error: Option<io::Error>,
}

impl Checkpoint {
    /// Opens the file, and returns the ID in it. What is printed to `printed` is synced before an
    /// ID that follows it.
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

    /// Has the ID written, soon. One that a later run could not resume from is left out, so that
    /// the file keeps the one before.
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

    /// Has the last ID written, and waits for that.
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

    /// The next ID to write; `None` at the end.
    fn next(&self) -> Option<String> {
        let is_idle = |state: &mut State| state.id.is_none() && !state.is_ending;
        let waited = self.changed.wait_while(self.lock(), is_idle);
        waited.unwrap_or_else(PoisonError::into_inner).id.take()
    }

    /// Lets time pass, unless the end is near.
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
