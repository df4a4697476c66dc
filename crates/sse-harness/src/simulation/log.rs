//! The log of the server: numbered entries in their wire form.

use std::time::Duration;

use sse_driver::{Event, Frame, Instant};

use super::rules::{DONE, letters};
use super::settings::Settings;
use super::world::Dice;

/// An entry of the log. Each one has an ID, but not each one is an event.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// Whether the predicates hide the event from the application.
    pub(super) is_hidden: bool,
    pub(super) wire: Vec<u8>,
    /// The marks, each with the number of bytes of the wire form after which it applies.
    pub(super) marks: Vec<(usize, Mark)>,
    /// The time at which the server writes the entry.
    pub(super) at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    /// An ID without data. It changes the last event ID, and the client delivers nothing.
    Id,
    /// An event over the client's limit.
    Oversize,
}

/// A frame or a limit that the client can detect after a part of an entry.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Comment(String),
    Retry(Duration),
    /// The entry is complete. An entry that is no event has `None`.
    Complete(u64, Option<Event>),
    /// The client may have detected the event that is too long.
    TooLong,
    /// The client must have detected the event that is too long.
    Discarded,
}

impl Mark {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Comment(_) => "comment",
            Self::Retry(_) => "retry",
            Self::Complete(_, Some(_)) => "event",
            Self::Complete(_, None) => "id without an event",
            Self::TooLong => "half an event over the limit",
            Self::Discarded => "event over the limit",
        }
    }

    pub(super) fn frame(&self) -> Option<Frame> {
        match self {
            Self::Comment(text) => Some(Frame::Comment(text.as_str().into())),
            Self::Retry(time) => Some(Frame::Retry(*time)),
            Self::Complete(_, event) => event.clone().map(Frame::Event),
            Self::TooLong => None,
            Self::Discarded => Some(Frame::Discarded { len: 0 }),
        }
    }
}

pub(super) fn draw(dice: &mut Dice, settings: &Settings) -> Vec<Entry> {
    let len = 1 + dice.below(12);
    let mut at = Instant::ZERO;
    let gap = dice.pick(&[0, 0, 500, 20_000]);
    (1..=len)
        .map(|id| {
            at = at + dice.millis(gap);
            let kind = match dice.below(20) {
                0 if id < len => Kind::Oversize,
                1 | 2 if id < len => Kind::Id,
                _ => Kind::Event,
            };
            let data = match (kind, settings.rules.expect_an_end() && id == len) {
                (Kind::Id, _) => String::new(),
                (Kind::Oversize, _) => "x".repeat(3 * settings.limits.max_event_len),
                (Kind::Event, true) => DONE.to_owned(),
                (Kind::Event, false) => data(dice, id),
            };
            write(dice, settings, id, kind, &data, at)
        })
        .collect()
}

fn data(dice: &mut Dice, id: u64) -> String {
    let text = ["", "é", "✓ done", "🦀🦀🦀", "a: b", " led by a space", "{\"json\": true}"];
    let lines: Vec<_> = (0..1 + dice.below(3)).map(|_| dice.pick(&text)).collect();
    format!("event {id} {}\n{}", letters(dice), lines.join("\n"))
}

/// Writes the lines of an entry in a random order, with a random line end.
fn write(dice: &mut Dice, settings: &Settings, id: u64, kind: Kind, data: &str, at: Instant) -> Entry {
    let mut writer = Writer { end: dice.pick(&["\n", "\r\n", "\r"]), wire: Vec::new(), marks: Vec::new() };
    let event_type = dice.pick(&["message", "add", "naïve", "open", "error"]);
    // If the end of the stream may complete the event, its ID must come first.
    let id_first = dice.percent(70) || settings.completes_events();
    let small = kind != Kind::Oversize;
    if id_first {
        writer.line(&format!("id: {id}"));
    }
    if small && dice.percent(15) {
        writer.comment("between the lines");
    }
    if small && dice.percent(20) {
        writer.retry(dice.pick(&[0, 1, 250, 3000, 5000, 70_000, 100_000_000, u64::MAX]));
    }
    if kind == Kind::Oversize {
        writer.marks.push((writer.wire.len() + settings.limits.max_event_len / 2, Mark::TooLong));
    }
    if kind != Kind::Id {
        data.split('\n').for_each(|line| writer.line(&format!("data: {line}")));
    }
    if event_type != "message" {
        writer.line(&format!("event: {event_type}"));
    }
    if dice.percent(10) {
        writer.line("unknown: field");
    }
    if !id_first {
        writer.line(&format!("id:{id}"));
    }
    let mut event = Event::new(event_type, data);
    event.set_id(id.to_string());
    let is_hidden = kind == Kind::Event && settings.rules.hide(&event);
    writer.finish(match kind {
        Kind::Event => Mark::Complete(id, Some(event)),
        Kind::Id => Mark::Complete(id, None),
        Kind::Oversize => Mark::Discarded,
    });
    Entry { kind, is_hidden, wire: writer.wire, marks: writer.marks, at }
}

struct Writer {
    end: &'static str,
    wire: Vec<u8>,
    marks: Vec<(usize, Mark)>,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.wire.extend_from_slice(line.as_bytes());
        self.wire.extend_from_slice(self.end.as_bytes());
    }

    /// Adds a mark at the first byte of the line end, because the decoder does not wait for the LF
    /// after a CR.
    fn mark(&mut self, mark: Mark) {
        self.marks.push((self.wire.len() + 1 - self.end.len(), mark));
    }

    fn comment(&mut self, text: &str) {
        self.line(&format!(": {text}"));
        self.mark(Mark::Comment(text.to_owned()));
    }

    fn retry(&mut self, millis: u64) {
        self.line(&format!("retry: {millis}"));
        self.mark(Mark::Retry(Duration::from_millis(millis)));
    }

    fn finish(&mut self, mark: Mark) {
        self.line("");
        self.mark(mark);
    }
}
