//! One cell of the tables: all decoders on one workload with one cut.

use sse_benches::{Cut, bounds, ours, peers};

use crate::entry::{Entry, Input, Outcome};
use crate::race::{Lane, race};
use crate::selection::Selection;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    Peer,
    Bound,
}

pub(crate) struct Figure {
    pub(crate) kind: Kind,
    /// Whether the decoder takes `Bytes`, and so pays for dropping them.
    pub(crate) shares: bool,
    pub(crate) name: &'static str,
    pub(crate) outcome: Outcome,
}

impl Figure {
    pub(crate) fn rate(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Rate(rate) | Outcome::Slow(rate) => Some(rate),
            Outcome::Out(_) => None,
        }
    }
}

pub(crate) struct Cell {
    pub(crate) workload: &'static str,
    pub(crate) bytes_per_event: usize,
    pub(crate) cut: Cut,
    pub(crate) figures: Vec<Figure>,
}

impl Cell {
    pub(crate) fn measure(input: &Input, selection: &Selection) -> Self {
        let mut entries = enter(input, selection);
        race(entries.iter_mut().filter_map(|(.., entry)| entry.lane()));
        let figures = entries.into_iter().map(|(kind, shares, name, entry)| Figure {
            kind,
            shares,
            name,
            outcome: entry.outcome(),
        });
        Self {
            workload: input.whole.name,
            bytes_per_event: input.whole.stream.len() / input.whole.events(),
            cut: input.cut,
            figures: figures.collect(),
        }
    }

    pub(crate) fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    pub(crate) fn rate(&self, name: &str) -> Option<f64> {
        self.figure(name)?.rate()
    }

    /// Returns the fastest peer that returns the right events.
    pub(crate) fn best_peer(&self) -> Option<(&'static str, f64)> {
        self.best(|_| true)
    }

    fn best(&self, counts: impl Fn(&Figure) -> bool) -> Option<(&'static str, f64)> {
        let peers = self.figures.iter().filter(|figure| figure.kind == Kind::Peer && counts(figure));
        peers.filter_map(|peer| Some((peer.name, peer.rate()?))).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Returns the ratio of a rate to that of the fastest peer.
    pub(crate) fn to_best_peer(&self, name: &str) -> Option<f64> {
        Some(self.rate(name)? / self.best_peer()?.1)
    }

    /// Returns the ratio of a rate to that of the fastest peer that takes `Bytes`.
    pub(crate) fn to_best_on_bytes(&self, name: &str) -> Option<f64> {
        Some(self.rate(name)? / self.best(|figure| figure.shares)?.1)
    }

    /// Returns the ratio of a rate to that of the bound [`LINES`](bounds::LINES).
    pub(crate) fn to_lines(&self, name: &str) -> Option<f64> {
        Some(self.rate(name)? / self.rate(bounds::LINES)?)
    }
}

fn enter(input: &Input, selection: &Selection) -> Vec<(Kind, bool, &'static str, Entry)> {
    let mut entries = Vec::new();
    let ours = ours::ALL.map(|subject| (Kind::Ours, "ours", subject));
    let peers = peers::all().map(|subject| (Kind::Peer, "peers", subject));
    for (kind, word, subject) in ours.into_iter().chain(peers) {
        if selection.has_subject(word, subject.name) {
            entries.push((kind, subject.shares, subject.name, input.entry(subject)));
        }
    }
    for bound in bounds::ALL.into_iter().filter(|bound| selection.has_subject("bounds", bound.name)) {
        let lane = Lane::new(bound.pass, input.whole.pieces(input.cut));
        entries.push((Kind::Bound, false, bound.name, Entry::In(lane)));
    }
    entries
}
