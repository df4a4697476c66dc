//! The resources that this process uses, as Linux reports them.

use std::fs;
use std::time::Duration;

/// The CPU time and sleeps of all current threads.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    cpu: Duration,
    sleeps: u64,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let mut usage = Self { cpu: Duration::ZERO, sleeps: 0 };
        let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        for thread in threads.map(|entry| entry.path()) {
            // The time in user space and in the kernel, in nanoseconds.
            let schedule = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
            usage.cpu += Duration::from_nanos(first_number(&schedule).unwrap_or(0));
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            usage.sleeps += number_after(&status, "voluntary_ctxt_switches:").unwrap_or(0);
        }
        usage
    }

    pub(crate) fn cpu_since(self, start: Self) -> Duration {
        self.cpu.saturating_sub(start.cpu)
    }

    pub(crate) fn sleeps_since(self, start: Self) -> u64 {
        self.sleeps.saturating_sub(start.sleeps)
    }
}

#[cfg(feature = "live-bytes")]
#[global_allocator]
static HEAP: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// Returns the allocated bytes, if the feature `live-bytes` counts them.
pub(crate) fn live_bytes() -> Option<f64> {
    #[cfg(feature = "live-bytes")]
    return Some(HEAP.current_usage() as f64);
    #[cfg(not(feature = "live-bytes"))]
    None
}

/// Returns the resident memory in KiB.
pub(crate) fn resident_kib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    number_after(&status, "VmRSS:").map_or(f64::NAN, |kib| kib as f64)
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    first_number(text.lines().find_map(|line| line.strip_prefix(name))?)
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}
