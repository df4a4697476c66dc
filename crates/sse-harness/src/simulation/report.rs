//! The counts that show what the simulations covered.

use std::collections::BTreeMap;

/// Counts what happened in one or more simulations.
///
/// ```
/// let report = sse_harness::simulation::run(1, false);
/// assert!(report.happenings.contains_key("open"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The number of events that the client delivered.
    pub events: u64,
    /// The number of times that each kind of thing happened.
    pub happenings: BTreeMap<&'static str, u64>,
}

impl Report {
    pub(super) fn sum(mut self, other: Self) -> Self {
        self.events += other.events;
        for (what, times) in other.happenings {
            *self.happenings.entry(what).or_default() += times;
        }
        self
    }
}
