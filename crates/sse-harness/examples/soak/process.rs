//! The resources of this process, as Linux reports them.

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(100);

static TASKS_LEFT: AtomicUsize = AtomicUsize::new(0);

/// Returns the number of tasks that the runtimes so far have left.
pub(crate) fn tasks_left() -> usize {
    TASKS_LEFT.load(Ordering::Relaxed)
}

/// Counts the tasks that a runtime has left, after at most ten seconds in which they may end.
pub(crate) fn leave_tasks(alive: impl Fn() -> usize, wait: impl Fn(Duration)) {
    let start = Instant::now();
    while alive() > 0 && start.elapsed() < Duration::from_secs(10) {
        wait(LOOK);
    }
    TASKS_LEFT.fetch_add(alive(), Ordering::Relaxed);
}

#[derive(Debug)]
pub(crate) struct Holdings {
    sockets: usize,
    threads: u64,
    resident_kib: u64,
}

impl Holdings {
    pub(crate) fn now() -> Self {
        Self { sockets: sockets(), threads: status("Threads:"), resident_kib: status("VmRSS:") }
    }

    /// Waits until the resources match the predicate, or until `time` has passed, and returns them.
    pub(crate) fn settled(matches: impl Fn(&Self) -> bool, time: Duration) -> Self {
        let start = Instant::now();
        loop {
            let now = Self::now();
            if matches(&now) || start.elapsed() > time {
                return now;
            }
            thread::sleep(LOOK);
        }
    }

    pub(crate) fn with_sockets_of(self, other: &Self) -> Self {
        Self { sockets: other.sockets, ..self }
    }

    pub(crate) fn is_no_more_than(&self, before: &Self) -> bool {
        let most_kib = before.resident_kib + before.resident_kib / 4 + 16 * 1024;
        self.sockets <= before.sockets && self.threads <= before.threads && self.resident_kib <= most_kib
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sockets, threads, resident_kib } = self;
        write!(f, "{sockets} sockets, {threads} threads, {} MiB resident", resident_kib / 1024)
    }
}

fn sockets() -> usize {
    let Ok(files) = fs::read_dir("/proc/self/fd") else { return 0 };
    let targets = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

/// Returns the number on the line of `/proc/self/status` that starts with `name`.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value =
        status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    value.unwrap_or(0)
}
