//! Whether a decoder says what this workspace's says.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use sse_proto::{Decoder, Event, FrameRef};

use crate::decode::Sink;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same events.
    Right,
    /// Other events: the first difference.
    Wrong(String),
    /// An error: its text.
    Fails(String),
    /// A panic: its text.
    Panics(String),
}

impl Verdict {
    /// One word for a table; `None` where there is nothing to remark.
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

/// The events of a stream, by this workspace's decoder.
///
/// # Panics
///
/// When an event is over the default limit, which those of the workloads are not.
#[must_use]
pub fn events(stream: &Bytes) -> Vec<Event> {
    let mut decoder = Decoder::default();
    let mut rest: &[u8] = stream;
    let mut events = Vec::new();
    while let Some(frame) = decoder.decode(&mut rest).expect("it is within the limit") {
        if let FrameRef::Event(event) = frame {
            events.push(event.to_owned());
        }
    }
    events
}

/// Compares events as they come with those that were expected.
#[derive(Debug)]
pub struct Check<'e> {
    expected: &'e [Event],
    seen: usize,
    difference: Option<String>,
}

impl<'e> Check<'e> {
    /// Nothing has come yet.
    #[must_use]
    pub fn new(expected: &'e [Event]) -> Self {
        Self { expected, seen: 0, difference: None }
    }

    /// The first difference, once everything has come.
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
    Some(format!("event {}: {name} {} and not {}", nth + 1, short(got), short(wanted.as_bytes())))
}

/// The first few characters, and the length where that is not all.
fn short(text: &[u8]) -> String {
    const LEN: usize = 16;
    let shown: String = String::from_utf8_lossy(text).chars().take(LEN).collect();
    let more = if text.len() > shown.len() { format!(".. ({} bytes)", text.len()) } else { String::new() };
    format!("`{}`{more}", shown.replace(char::is_control, " "))
}

/// Runs a check, whatever becomes of it.
pub(crate) fn judge(check: impl FnOnce() -> Result<Option<String>, String>) -> Verdict {
    match catch_unwind(AssertUnwindSafe(check)) {
        Ok(Ok(None)) => Verdict::Right,
        Ok(Ok(Some(difference))) => Verdict::Wrong(difference),
        Ok(Err(error)) => Verdict::Fails(error),
        Err(panic) => Verdict::Panics(text_of(&*panic)),
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(stream: &'static [u8], come: &[(&str, &str, &str)]) -> Verdict {
        let expected = events(&Bytes::from_static(stream));
        judge(|| {
            let mut check = Check::new(&expected);
            come.iter().for_each(|(event_type, data, id)| check.event(event_type, data.as_bytes(), id));
            Ok(check.difference())
        })
    }

    #[test]
    fn tells_the_first_difference() {
        let stream = b"id: 1\ndata: a\n\nevent: t\ndata: b\n\n";
        assert_eq!(verdict(stream, &[("message", "a", "1"), ("t", "b", "1")]), Verdict::Right);
        let wrong = |come: &[_], why: &str| assert_eq!(verdict(stream, come), Verdict::Wrong(why.into()));
        wrong(&[("message", "a", "1"), ("t", "c", "")], "event 2: data `c` and not `b`");
        wrong(&[("message", "a", "")], "event 1: id `` and not `1`");
        wrong(&[("message", "a", "1")], "1 events of 2");
        wrong(&[("message", "a", "1"), ("t", "b", "1"), ("t", "b", "1")], "more than 2 events");
    }
}
