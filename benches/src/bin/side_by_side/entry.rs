//! Decides whether a decoder takes part in the race, by checking it on the start of the stream and
//! then on the whole.

use std::panic;

use sse_benches::{Cut, Subject, Verdict, Workload, check};
use sse_proto::Event;

use crate::race::{LONGEST_PASS, Lane, timed};

/// The length in bytes of the first trial. Very slow decoders are measured on it only.
pub(crate) const TRIAL_LEN: usize = 64 * 1024;

/// The input of all decoders, and the expected events.
pub(crate) struct Input {
    pub(crate) whole: Workload,
    trial: Workload,
    pub(crate) cut: Cut,
    expected: Vec<Event>,
}

impl Input {
    pub(crate) fn new(whole: Workload, cut: Cut) -> Self {
        let trial = whole.prefix(TRIAL_LEN);
        let expected = check::events(&whole.stream);
        Self { whole, trial, cut, expected }
    }

    /// Checks a decoder on the start of the stream and on the whole, and prepares it for timing if
    /// the events are right.
    pub(crate) fn entry(&self, subject: Subject) -> Entry {
        let (verdict, took) = self.check(subject, &self.trial);
        let whole_takes = took * self.whole.events() as f64 / self.trial.events() as f64;
        if verdict != Verdict::Right {
            return Entry::Out(verdict);
        }
        if whole_takes > LONGEST_PASS {
            let pieces = self.trial.pieces(self.cut);
            return Entry::Slow(if took > LONGEST_PASS {
                Lane::known(subject.pass, pieces, took)
            } else {
                Lane::new(subject.pass, pieces)
            });
        }
        match self.check(subject, &self.whole).0 {
            Verdict::Right => Entry::In(Lane::new(subject.pass, self.whole.pieces(self.cut))),
            verdict => Entry::Out(verdict),
        }
    }

    fn check(&self, subject: Subject, workload: &Workload) -> (Verdict, f64) {
        let pieces = workload.pieces(self.cut);
        quietly(|| timed(|| (subject.check)(&pieces, &self.expected[..workload.events()])))
    }
}

pub(crate) enum Entry {
    In(Lane),
    /// The decoder is measured on the start of the stream only.
    Slow(Lane),
    Out(Verdict),
}

impl Entry {
    pub(crate) fn lane(&mut self) -> Option<&mut Lane> {
        match self {
            Self::In(lane) | Self::Slow(lane) => Some(lane),
            Self::Out(_) => None,
        }
    }

    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Self::In(mut lane) => Outcome::Rate(lane.rate()),
            Self::Slow(mut lane) => Outcome::Slow(lane.rate()),
            Self::Out(verdict) => Outcome::Out(verdict),
        }
    }
}

/// The result of a decoder. Rates are in megabytes per second.
pub(crate) enum Outcome {
    Rate(f64),
    Slow(f64),
    Out(Verdict),
}

/// Hides the output of panics in the terminal. The table reports a peer that panics.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = run();
    panic::set_hook(hook);
    result
}
