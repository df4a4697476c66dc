//! The predicates of the application. They depend only on the data, so that the model can evaluate
//! them.

use sse_driver::{Event, EventRef, Events, RequestBuilder};

use super::network::Network;
use super::world::Dice;
use crate::MockTimer;

/// The data of the last event.
pub(super) const DONE: &str = "[DONE]";

/// The predicates that are set. Each looks for its own letter at the end of the first line of the
/// data. `finish_before` and `finish_after` match [`DONE`], too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    fail_when: bool,
    finish_before: bool,
    skip_when: bool,
    finish_after: bool,
}

/// The decision of the predicates about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Deliver,
    Skip,
    Last,
    Finish,
    Fail,
}

impl Verdict {
    /// Returns the name under which a report counts the verdict.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Deliver => "event: delivered",
            Self::Skip => "event: skipped",
            Self::Last => "event: finishes after",
            Self::Finish => "event: finishes before",
            Self::Fail => "event: fails",
        }
    }
}

/// Sets the predicates on a request or on events, whose setters have the same names.
macro_rules! set_predicates {
    ($rules:expr, $on:expr) => {{
        let (rules, mut on) = ($rules, $on);
        if rules.finish_after {
            on = on.finish_after(|event| is_final(event, 'a'));
        }
        if rules.skip_when {
            on = on.skip_when(|event| has_letter(event, 's'));
        }
        if rules.finish_before {
            on = on.finish_before(|event| is_final(event, 'b'));
        }
        if rules.fail_when {
            on = on.fail_when(|event| has_letter(event, 'f').then(|| event.data.to_owned()));
        }
        on
    }};
}

impl Rules {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        Self {
            fail_when: dice.percent(25),
            finish_before: dice.percent(20),
            skip_when: dice.percent(25),
            finish_after: dice.percent(20),
        }
    }

    pub(super) fn set(
        self,
        request: RequestBuilder<Network, MockTimer>,
    ) -> RequestBuilder<Network, MockTimer> {
        set_predicates!(self, request)
    }

    pub(super) fn set_on_events<S>(self, events: Events<S, MockTimer>) -> Events<S, MockTimer> {
        set_predicates!(self, events)
    }

    /// Returns whether an end of the stream without a final event is an error.
    pub(super) fn expect_an_end(self) -> bool {
        self.finish_before || self.finish_after
    }

    /// Returns the verdict of the first predicate that matches.
    pub(super) fn verdict(self, event: &Event) -> Verdict {
        let event = EventRef::from(event);
        for (is_set, matches, verdict) in [
            (self.fail_when, has_letter(event, 'f'), Verdict::Fail),
            (self.finish_before, is_final(event, 'b'), Verdict::Finish),
            (self.skip_when, has_letter(event, 's'), Verdict::Skip),
            (self.finish_after, is_final(event, 'a'), Verdict::Last),
        ] {
            if is_set && matches {
                return verdict;
            }
        }
        Verdict::Deliver
    }

    /// Returns whether the application never sees the event.
    pub(super) fn hide(self, event: &Event) -> bool {
        matches!(self.verdict(event), Verdict::Skip | Verdict::Finish | Verdict::Fail)
    }

    /// Returns whether the event, which lacks its blank line, is one that ends the stream.
    pub(super) fn end_with(self, event: &Event) -> bool {
        self.expect_an_end() && matches!(self.verdict(event), Verdict::Finish | Verdict::Last)
    }
}

/// Draws the letters of an event. Four of five events have none.
pub(super) fn letters(dice: &mut Dice) -> String {
    let most = if dice.percent(20) { 2 } else { 0 };
    (0..most).map(|_| dice.pick(&['f', 'b', 's', 's', 'a'])).collect()
}

fn has_letter(event: EventRef<'_>, letter: char) -> bool {
    let first = event.data.split('\n').next().unwrap_or_default();
    first.rsplit_once(' ').is_some_and(|(_, letters)| letters.contains(letter))
}

fn is_final(event: EventRef<'_>, letter: char) -> bool {
    event.data == DONE || has_letter(event, letter)
}
