//! Plays a recording on one connection.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Position, Recording, Response};
use crate::args::Speed;

/// The time to wait before a drop, so that the bytes before it are sent.
const BEFORE_DROP: Duration = Duration::from_millis(20);

/// The settings with which a recording is played.
pub(crate) struct Settings {
    pub(crate) pace: Pace,
    /// The number of events after which each connection is dropped, in the middle of the next one.
    pub(crate) drop_after: Option<usize>,
    /// The number of connections that are still to be dropped.
    pub(crate) drops: AtomicUsize,
    /// The reconnection time to send, in milliseconds.
    pub(crate) retry: Option<u64>,
}

/// The times at which chunks are sent.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// The recorded times, divided by the speed.
    Recorded(Speed),
    /// A fixed time between two chunks.
    Interval(Duration),
}

impl Settings {
    /// Returns settings without drops and without a reconnection time.
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, drop_after: None, drops: AtomicUsize::new(usize::MAX), retry: None }
    }

    /// Counts one drop, and returns whether it is still allowed.
    fn use_drop(&self) -> bool {
        let fewer = |left: usize| left.checked_sub(1);
        self.drops.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok()
    }
}

/// The playback of a recording on one connection, from a position on.
pub(crate) struct Playback {
    recording: Arc<Recording>,
    settings: Arc<Settings>,
    /// The index of the response.
    response: usize,
    /// The index of the next chunk.
    next: usize,
    /// The number of bytes of the next chunk that the client already has.
    skipped: usize,
    start: Instant,
    /// The recorded time of the first chunk.
    base: Duration,
    /// The number of chunks sent.
    sent: usize,
    /// The number of bytes sent.
    bytes: usize,
    is_dropping: bool,
    has_ended: bool,
}

impl Playback {
    /// Starts a playback at a position.
    pub(crate) fn new(recording: Arc<Recording>, settings: Arc<Settings>, position: Position) -> Self {
        let response = &recording.responses[position.response];
        response.was_played.store(true, Ordering::Relaxed);
        let (mut next, mut skipped) = (0, position.offset);
        while let Some(chunk) = response.chunks.get(next).filter(|chunk| chunk.bytes.len() <= skipped) {
            skipped -= chunk.bytes.len();
            next += 1;
        }
        let is_resumed = position.offset > 0;
        let base = response.chunks.get(next).filter(|_| is_resumed).map_or(Duration::ZERO, |chunk| chunk.at);
        let (response, start) = (position.response, Instant::now());
        Self {
            recording,
            settings,
            response,
            next,
            skipped,
            start,
            base,
            sent: 0,
            bytes: 0,
            is_dropping: false,
            has_ended: false,
        }
    }

    /// Waits as long as the recorded server took for its response.
    pub(crate) async fn wait_for_response(&mut self) {
        if self.base.is_zero() {
            self.wait(self.response().delay).await;
        }
        self.start = Instant::now();
    }

    /// Returns the bytes to send before the recording.
    pub(crate) fn preface(&self) -> Option<Bytes> {
        self.settings.retry.map(|ms| Bytes::from(format!("retry: {ms}\n")))
    }

    /// Waits for the time of the next chunk and returns it. Returns `None` at the end, and an error
    /// to drop the connection.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let Some(chunk) = self.response().chunks.get(self.next).filter(|_| !self.is_dropping) else {
            self.has_ended = true;
            if !self.is_dropping && !self.response().is_dropped {
                return None;
            }
            sleep(BEFORE_DROP).await;
            return Some(Err(io::ErrorKind::ConnectionAborted.into()));
        };
        let at = chunk.at.saturating_sub(self.base);
        let bytes = chunk.bytes.slice(self.skipped..);
        self.wait(at).await;
        if self.settings.drop_after == Some(self.sent) && self.settings.use_drop() {
            self.is_dropping = true;
            return Some(Ok(bytes.slice(..bytes.len() / 2)));
        }
        self.next += 1;
        self.skipped = 0;
        self.sent += 1;
        self.bytes += bytes.len();
        Some(Ok(bytes))
    }

    /// Returns the number of bytes of the recording that were sent.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns `None` while the playback lasts, and then whether it ended with a drop.
    pub(crate) fn end(&self) -> Option<bool> {
        self.has_ended.then(|| self.is_dropping || self.response().is_dropped)
    }

    fn response(&self) -> &Response {
        &self.recording.responses[self.response]
    }

    /// Waits until the time at which to play what was recorded at `recorded_at`. Does not sleep if
    /// that time has passed, because even the shortest sleep takes a millisecond.
    async fn wait(&self, recorded_at: Duration) {
        let after = match self.settings.pace {
            Pace::Interval(interval) => interval.saturating_mul(u32::try_from(self.sent).unwrap_or(u32::MAX)),
            Pace::Recorded(Speed::Max) => Duration::ZERO,
            Pace::Recorded(Speed::Times(factor)) => {
                Duration::try_from_secs_f64(recorded_at.as_secs_f64() / factor).unwrap_or(Duration::MAX)
            }
        };
        match self.start.checked_add(after) {
            Some(due) if due > Instant::now() => sleep_until(due).await,
            Some(_) => {}
            None => std::future::pending().await,
        }
    }
}
