//! One connection's way through a recording.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Position, Recording, Take};
use crate::args::Speed;

/// What was sent before a drop has to leave first.
const BEFORE_DROP: Duration = Duration::from_millis(20);

/// How recordings are played.
pub(crate) struct Settings {
    pub(crate) pace: Pace,
    /// Each connection is dropped after so many events, in the middle of the next one.
    pub(crate) drop_after: Option<usize>,
    /// How many connections are still to be dropped.
    pub(crate) drops: AtomicUsize,
    /// The reconnection time to ask for, in milliseconds.
    pub(crate) retry: Option<u64>,
}

/// When each chunk is sent.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As it was recorded, or so many times as fast.
    Recorded(Speed),
    /// With this time between two of them.
    Interval(Duration),
}

impl Settings {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, drop_after: None, drops: AtomicUsize::new(usize::MAX), retry: None }
    }

    fn takes_a_drop(&self) -> bool {
        let fewer = |left: usize| left.checked_sub(1);
        self.drops.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer).is_ok()
    }
}

/// What is sent on one connection, from a position on.
pub(crate) struct Playing {
    recording: Arc<Recording>,
    settings: Arc<Settings>,
    take: usize,
    next: usize,
    /// What of the next chunk was sent to this client before.
    skipped: usize,
    start: Instant,
    /// When the first chunk came.
    base: Duration,
    sent: usize,
    bytes: usize,
    is_dropping: bool,
    has_ended: bool,
}

impl Playing {
    pub(crate) fn new(recording: Arc<Recording>, settings: Arc<Settings>, position: Position) -> Self {
        let take = &recording.takes[position.take];
        take.was_played.store(true, Ordering::Relaxed);
        let (mut next, mut skipped) = (0, position.offset);
        while let Some(chunk) = take.chunks.get(next).filter(|chunk| chunk.bytes.len() <= skipped) {
            skipped -= chunk.bytes.len();
            next += 1;
        }
        let is_resumed = position.offset > 0;
        let base = take.chunks.get(next).filter(|_| is_resumed).map_or(Duration::ZERO, |chunk| chunk.at);
        let (take, start) = (position.take, Instant::now());
        Self {
            recording,
            settings,
            take,
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
    pub(crate) async fn respond(&mut self) {
        if self.base.is_zero() {
            self.wait(self.take().delay).await;
        }
        self.start = Instant::now();
    }

    /// What is sent before the recording.
    pub(crate) fn preface(&self) -> Option<Bytes> {
        self.settings.retry.map(|ms| Bytes::from(format!("retry: {ms}\n")))
    }

    /// The next chunk, when it is time; `None` at the end, and an error where the connection is to
    /// be dropped.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let Some(chunk) = self.take().chunks.get(self.next).filter(|_| !self.is_dropping) else {
            self.has_ended = true;
            if !self.is_dropping && !self.take().is_dropped {
                return None;
            }
            sleep(BEFORE_DROP).await;
            return Some(Err(io::ErrorKind::ConnectionAborted.into()));
        };
        let at = chunk.at.saturating_sub(self.base);
        let bytes = chunk.bytes.slice(self.skipped..);
        self.wait(at).await;
        if self.settings.drop_after == Some(self.sent) && self.settings.takes_a_drop() {
            self.is_dropping = true;
            return Some(Ok(bytes.slice(..bytes.len() / 2)));
        }
        self.next += 1;
        self.skipped = 0;
        self.sent += 1;
        self.bytes += bytes.len();
        Some(Ok(bytes))
    }

    /// How many bytes of the recording were handed out.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is nothing more; `Some(true)` if the connection was dropped.
    pub(crate) fn end(&self) -> Option<bool> {
        self.has_ended.then(|| self.is_dropping || self.take().is_dropped)
    }

    fn take(&self) -> &Take {
        &self.recording.takes[self.take]
    }

    /// Waits until something is to happen that was recorded at this time. Where there is nothing to
    /// wait for it does not: even the shortest sleep takes a millisecond.
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
