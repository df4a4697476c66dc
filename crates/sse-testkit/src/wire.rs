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
/// use sse_testkit::{reference, wire};
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

fn case<const N: usize>(name: &'static str, input: impl Into<Vec<u8>>, frames: [Frame<String>; N]) -> Case {
    let expected = Outcome { frames: frames.into(), last_event_id: String::new(), too_long: false };
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

    /// The last event ID that the stream ends with.
    fn leaves_id(mut self, id: &str) -> Self {
        self.expected.last_event_id = id.into();
        self
    }
}

/// A "message" without an id.
fn event(data: &str) -> Frame<String> {
    full("message", data, "")
}

fn typed(event_type: &str, data: &str) -> Frame<String> {
    full(event_type, data, "")
}

fn with_id(data: &str, id: &str) -> Frame<String> {
    full("message", data, id)
}

fn full(event_type: &str, data: &str, id: &str) -> Frame<String> {
    Frame::Event(Event { event_type: event_type.into(), data: data.into(), last_event_id: id.into() })
}

fn comment(text: &str) -> Frame<String> {
    Frame::Comment(text.into())
}

/// In milliseconds.
fn retry(ms: u64) -> Frame<String> {
    Frame::Retry(Duration::from_millis(ms))
}

fn discarded(len: u64) -> Frame<String> {
    Frame::Discarded { len }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::reference;

    fn agrees_with_the_reference(case: &Case) {
        let outcome = reference::decode(&case.input, case.limit, case.skip, case.resumed_from.into());
        // Not assert_eq: the outcome of a large row is megabytes.
        assert!(
            outcome == case.expected,
            "{}: {:.2000}",
            case.name,
            format!("{outcome:?}, not {:?}", case.expected)
        );
    }

    #[test]
    fn the_reference_agrees_with_every_row() {
        cases().iter().for_each(agrees_with_the_reference);
    }

    #[test]
    fn the_reference_agrees_with_every_large_row() {
        large_cases().iter().for_each(agrees_with_the_reference);
    }

    #[test]
    fn names_are_unique() {
        let cases = [cases(), large_cases()].concat();
        let names: HashSet<_> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
    }
}
