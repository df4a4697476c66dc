//! The wire table: streams and the frames to decode from them, written by hand from WHATWG HTML
//! 9.2.5 and 9.2.6.
//!
//! A decoder must return [`Case::expected`] for each row, for every [`chunking`](crate::chunking)
//! of the input.

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

/// The limit of rows that set none, in bytes.
const DEFAULT_LIMIT: usize = 16 << 20;

/// A row of the table.
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
    /// The unique name of the row.
    pub name: &'static str,
    /// The whole stream.
    pub input: Vec<u8>,
    /// The limit on the length of one event in bytes.
    pub limit: usize,
    /// Whether an event over the limit is skipped. Otherwise it ends the stream.
    pub skip: bool,
    /// The last event ID before the stream.
    pub resumed_from: &'static str,
    /// The expected outcome.
    pub expected: Outcome,
}

/// Returns all rows whose input is small enough to test every split.
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
    Case { name, input: input.into(), limit: DEFAULT_LIMIT, skip: false, resumed_from: "", expected }
}

impl Case {
    fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Expects the stream to end because an event is over `limit`.
    fn too_long_for(self, limit: usize) -> Self {
        let expected = Outcome { too_long: true, ..self.expected };
        Self { limit, expected, ..self }
    }

    /// Skips events over `limit`.
    fn skips_over(self, limit: usize) -> Self {
        Self { limit, skip: true, ..self }
    }

    fn resumed_from(self, resumed_from: &'static str) -> Self {
        Self { resumed_from, ..self }
    }

    /// Expects the stream to end within this event.
    fn leaves(mut self, unfinished: Frame) -> Self {
        let Frame::Event(event) = unfinished else { panic!("expected an event, got {unfinished:?}") };
        self.expected.unfinished = Some(event);
        self
    }

    /// Expects this last event ID at the end of the stream.
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

/// A "message" that sets this ID itself.
fn with_id(data: &str, id: &str) -> Frame {
    full("message", data, id)
}

fn full(event_type: &str, data: &str, id: &str) -> Frame {
    let mut event = Event::new(event_type, data);
    event.set_id(id);
    Frame::Event(event)
}

/// A "message" that inherits this ID.
fn inheriting(data: &str, id: &str) -> Frame {
    let mut event = Event::new("message", data);
    event.last_event_id = id.into();
    Frame::Event(event)
}

fn comment(text: &str) -> Frame {
    Frame::Comment(text.into())
}

/// A reconnection time in milliseconds.
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

    /// Returns the rows on which the reference differs, with the start of its outcome.
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
