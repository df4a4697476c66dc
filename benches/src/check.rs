//! Checks that a decoder returns the same events as the decoder of this workspace.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use sse_proto::{Decoder, Event, FrameRef};

use crate::sink::Sink;

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The decoder returned the same events.
    Right,
    /// The decoder returned other events. The text names the first difference.
    Wrong(String),
    /// The decoder returned an error with this message.
    Fails(String),
    /// The decoder panicked with this message.
    Panics(String),
}

impl Verdict {
    /// Returns one word for a table and the details, or `None` if the events are right.
    #[must_use]
    pub fn remark(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Right => None,
            Self::Wrong(why) => Some(("wrong", why)),
            Self::Fails(why) => Some(("fails", why)),
            Self::Panics(why) => Some(("panics", why)),
        }
    }
}

/// Decodes a stream with the decoder of this workspace.
///
/// # Panics
///
/// Panics if an event is over the default limit. Those of the workloads are not.
#[must_use]
pub fn events(stream: &Bytes) -> Vec<Event> {
    let mut decoder = Decoder::default();
    let mut rest: &[u8] = stream;
    let mut events = Vec::new();
    while let Some(frame) = decoder.decode(&mut rest).expect("within the limit") {
        if let FrameRef::Event(event) = frame {
            events.push(event.to_owned());
        }
    }
    events
}

/// Compares events with the expected ones as they arrive.
#[derive(Debug)]
pub struct Check<'e> {
    expected: &'e [Event],
    seen: usize,
    difference: Option<String>,
}

impl<'e> Check<'e> {
    /// Creates a check that has received no event yet.
    #[must_use]
    pub fn new(expected: &'e [Event]) -> Self {
        Self { expected, seen: 0, difference: None }
    }

    /// Returns the first difference. Call it after the last event.
    #[must_use]
    pub fn difference(self) -> Option<String> {
        let (seen, expected) = (self.seen, self.expected.len());
        self.difference.or_else(|| (seen != expected).then(|| format!("{seen} events of {expected}")))
    }
}

impl Sink for Check<'_> {
    fn event(&mut self, event_type: &str, data: &[u8], id: &str) {
        if self.difference.is_none() {
            self.difference = self.expected.get(self.seen).map_or_else(
                || Some(format!("more than {} events", self.seen)),
                |expected| differ(self.seen, expected, event_type, data, id),
            );
        }
        self.seen += 1;
    }
}

fn differ(nth: usize, expected: &Event, event_type: &str, data: &[u8], id: &str) -> Option<String> {
    let fields = [
        ("type", event_type.as_bytes(), &*expected.event_type),
        ("data", data, &*expected.data),
        ("id", id.as_bytes(), &*expected.last_event_id),
    ];
    let (name, got, wanted) = fields.into_iter().find(|(_, got, wanted)| *got != wanted.as_bytes())?;
    Some(format!("event {}: {name} {} and not {}", nth + 1, shortened(got), shortened(wanted.as_bytes())))
}

/// Shows the first few characters, and the length if there are more.
fn shortened(text: &[u8]) -> String {
    const LEN: usize = 16;
    let shown: String = String::from_utf8_lossy(text).chars().take(LEN).collect();
    let more = if text.len() > shown.len() { format!(".. ({} bytes)", text.len()) } else { String::new() };
    format!("`{}`{more}", shown.replace(char::is_control, " "))
}

/// Runs a check and catches its panic.
pub(crate) fn judge(check: impl FnOnce() -> Result<Option<String>, String>) -> Verdict {
    match catch_unwind(AssertUnwindSafe(check)) {
        Ok(Ok(None)) => Verdict::Right,
        Ok(Ok(Some(difference))) => Verdict::Wrong(difference),
        Ok(Err(error)) => Verdict::Fails(error),
        Err(panic) => Verdict::Panics(panic_message(&*panic)),
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown panic message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(stream: &'static [u8], received: &[(&str, &str, &str)]) -> Verdict {
        let expected = events(&Bytes::from_static(stream));
        judge(|| {
            let mut check = Check::new(&expected);
            received.iter().for_each(|(event_type, data, id)| check.event(event_type, data.as_bytes(), id));
            Ok(check.difference())
        })
    }

    #[test]
    fn a_check_finds_the_first_difference() {
        let stream = b"id: 1\ndata: a\n\nevent: t\ndata: b\n\n";
        assert_eq!(verdict(stream, &[("message", "a", "1"), ("t", "b", "1")]), Verdict::Right);
        let wrong =
            |received: &[_], why: &str| assert_eq!(verdict(stream, received), Verdict::Wrong(why.into()));
        wrong(&[("message", "a", "1"), ("t", "c", "")], "event 2: data `c` and not `b`");
        wrong(&[("message", "a", "")], "event 1: id `` and not `1`");
        wrong(&[("message", "a", "1")], "1 events of 2");
        wrong(&[("message", "a", "1"), ("t", "b", "1"), ("t", "b", "1")], "more than 2 events");
    }
}
