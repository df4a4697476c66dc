//! The selection of measurements on the command line.

use sse_benches::Cut;

/// The selected cuts, workloads and decoders. An empty list selects all.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    cuts: Vec<Cut>,
    workloads: Vec<String>,
    only: Option<String>,
}

impl Selection {
    pub(crate) fn from_args(mut args: impl Iterator<Item = String>) -> Self {
        let mut selection = Self::default();
        while let Some(word) = args.next() {
            if word == "--only" {
                selection.only = args.next();
            } else if let Some(cut) = Cut::ALL.into_iter().find(|cut| cut.to_string() == word) {
                selection.cuts.push(cut);
            } else {
                selection.workloads.push(word);
            }
        }
        selection
    }

    pub(crate) fn is_all(&self) -> bool {
        self.cuts.is_empty() && self.workloads.is_empty() && self.only.is_none()
    }

    pub(crate) fn has_cut(&self, cut: Cut) -> bool {
        self.cuts.is_empty() || self.cuts.contains(&cut)
    }

    /// Matches any part of the name.
    pub(crate) fn has_workload(&self, name: &str) -> bool {
        self.workloads.is_empty() || self.workloads.iter().any(|word| name.contains(word.as_str()))
    }

    /// Matches any part of the name, or the kind: `ours`, `peers` or `bounds`.
    pub(crate) fn has_subject(&self, kind: &str, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == kind || name.contains(only.as_str()))
    }
}
