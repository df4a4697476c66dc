//! The table of wire cases: what bytes come to what frames, written by hand from WHATWG HTML 9.2.5 and 9.2.6.
//!
//! A decoder passes when it gives [`Case::expected`] for each row, however the input is cut
//! ([`chunking`](crate::chunking)).

mod comments;
mod ends;
mod fields;
mod ids;
mod large;
mod limits;
mod line_ends;
mod retries;
mod skips;
mod text;

use core::time::Duration;

use sse_proto::{Event, Frame};

pub use large::large_cases;

use crate::reference::Outcome;

/// The limit of a row that sets none, in bytes: 16 MiB.
const USUAL_LIMIT: usize = 16 << 20;

/// One row of the table.
///
/// ```
/// use sse_harness::{reference, wire};
///
/// for case in wire::cases() {
///     let outcome = reference::decode(&case.input, case.limit, case.skip, case.resumed_from.into());
///     assert_eq!(outcome, case.expected, "{}", case.name);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Case {
    /// What the row shows; no two rows share a name.
    pub name: &'static str,
    /// The whole stream.
    pub input: Vec<u8>,
    /// The most bytes that may be held for one event.
    pub limit: usize,
    /// Whether an event over the limit is dropped; otherwise it ends the stream.
    pub skip: bool,
    /// The last event ID before the stream began.
    pub resumed_from: &'static str,
    /// What the stream comes to.
    pub expected: Outcome,
}

/// Every row whose input is small enough to be cut in each possible way.
#[must_use]
pub fn cases() -> Vec<Case> {
    [
        line_ends::cases(),
        fields::cases(),
        ids::cases(),
        retries::cases(),
        comments::cases(),
        text::cases(),
        ends::cases(),
        limits::cases(),
        skips::cases(),
    ]
    .concat()
}

fn case<const N: usize>(name: &'static str, input: impl Into<Vec<u8>>, frames: [Frame; N]) -> Case {
    let expected =
        Outcome { frames: frames.into(), last_event_id: String::new(), too_long: false, unfinished: None };
    Case { name, input: input.into(), limit: USUAL_LIMIT, skip: false, resumed_from: "", expected }
}

impl Case {
    fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// The stream ends, because an event is over `limit`.
    fn too_long_for(self, limit: usize) -> Self {
        let expected = Outcome { too_long: true, ..self.expected };
        Self { limit, expected, ..self }
    }

    /// What is over `limit` is dropped.
    fn skips_over(self, limit: usize) -> Self {
        Self { limit, skip: true, ..self }
    }

    fn resumed_from(self, resumed_from: &'static str) -> Self {
        Self { resumed_from, ..self }
    }

    /// The stream ends within an event, which is this one if the end of the stream ends it.
    fn leaves(mut self, unfinished: Frame) -> Self {
        let Frame::Event(event) = unfinished else { panic!("{unfinished:?} is no event") };
        self.expected.unfinished = Some(event);
        self
    }

    /// The last event ID that the stream ends with.
    fn leaves_id(mut self, id: &str) -> Self {
        self.expected.last_event_id = id.into();
        self
    }
}

/// A "message" without an ID.
fn event(data: &str) -> Frame {
    typed("message", data)
}

fn typed(event_type: &str, data: &str) -> Frame {
    Frame::Event(Event::new(event_type, data))
}

/// A "message" whose block set this ID.
fn with_id(data: &str, id: &str) -> Frame {
    full("message", data, id)
}

fn full(event_type: &str, data: &str, id: &str) -> Frame {
    let mut event = Event::new(event_type, data);
    event.set_id(id);
    Frame::Event(event)
}

/// A "message" with an ID that was set before its block.
fn inheriting(data: &str, id: &str) -> Frame {
    let mut event = Event::new("message", data);
    event.last_event_id = id.into();
    Frame::Event(event)
}

fn comment(text: &str) -> Frame {
    Frame::Comment(text.into())
}

/// In milliseconds.
fn retry(ms: u64) -> Frame {
    Frame::Retry(Duration::from_millis(ms))
}

fn discarded(len: u64) -> Frame {
    Frame::Discarded { len }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::reference;

    /// Each row that the reference does not agree with; of its frames only the beginning, since some are megabytes.
    fn disagreements(cases: &[Case]) -> Vec<String> {
        let differs = |case: &Case| {
            let got = reference::decode(&case.input, case.limit, case.skip, case.resumed_from.into());
            let shown = || format!("{}: {:.400}", case.name, format!("{got:?}"));
            (got != case.expected).then(shown)
        };
        cases.iter().filter_map(differs).collect()
    }

    #[test]
    fn the_reference_agrees_with_every_row() {
        assert_eq!(disagreements(&cases()), [""; 0]);
    }

    #[test]
    fn the_reference_agrees_with_every_large_row() {
        assert_eq!(disagreements(&large_cases()), [""; 0]);
    }

    #[test]
    fn names_are_unique() {
        let cases = [cases(), large_cases()].concat();
        let names: HashSet<_> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
    }
}
