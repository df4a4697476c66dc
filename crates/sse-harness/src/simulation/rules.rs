//! What the application says about events: its predicates. They go by the data alone, so that the model knows what they
//! say.

use sse_driver::{Event, EventRef, RequestBuilder};

use super::network::Network;
use super::world::Dice;
use crate::MockTimer;

/// The data of the event that says it is the last one.
pub(super) const DONE: &str = "[DONE]";

/// Which predicates are set. Each looks for its own letter at the end of the first line of the data, and those that
/// finish know [`DONE`], too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    fail_when: bool,
    finish_before: bool,
    skip_when: bool,
    finish_after: bool,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Deliver,
    Skip,
    Last,
    Finish,
    Fail,
}

impl Verdict {
    /// As it is counted.
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
        mut request: RequestBuilder<Network, MockTimer>,
    ) -> RequestBuilder<Network, MockTimer> {
        if self.finish_after {
            request = request.finish_after(|event| ends(event, 'a'));
        }
        if self.skip_when {
            request = request.skip_when(|event| says(event, 's'));
        }
        if self.finish_before {
            request = request.finish_before(|event| ends(event, 'b'));
        }
        if self.fail_when {
            request = request.fail_when(|event| says(event, 'f').then(|| event.data.to_owned()));
        }
        request
    }

    /// Whether an end of the stream is an error, unless an event said that it comes.
    pub(super) fn expect_an_end(self) -> bool {
        self.finish_before || self.finish_after
    }

    /// The first predicate that answers decides.
    pub(super) fn verdict(self, event: &Event) -> Verdict {
        let event = EventRef::from(event);
        for (is_set, answers, verdict) in [
            (self.fail_when, says(event, 'f'), Verdict::Fail),
            (self.finish_before, ends(event, 'b'), Verdict::Finish),
            (self.skip_when, says(event, 's'), Verdict::Skip),
            (self.finish_after, ends(event, 'a'), Verdict::Last),
        ] {
            if is_set && answers {
                return verdict;
            }
        }
        Verdict::Deliver
    }

    /// Whether the application never sees the event.
    pub(super) fn take(self, event: &Event) -> bool {
        matches!(self.verdict(event), Verdict::Skip | Verdict::Finish | Verdict::Fail)
    }

    /// Whether the event, which lacks its blank line, ends the stream as it should.
    pub(super) fn end_with(self, event: &Event) -> bool {
        self.expect_an_end() && matches!(self.verdict(event), Verdict::Finish | Verdict::Last)
    }
}

/// The letters of an event: none for most.
pub(super) fn letters(dice: &mut Dice) -> String {
    let most = if dice.percent(20) { 2 } else { 0 };
    (0..most).map(|_| dice.pick(&['f', 'b', 's', 's', 'a'])).collect()
}

fn says(event: EventRef<'_>, letter: char) -> bool {
    let first = event.data.split('\n').next().unwrap_or_default();
    first.rsplit_once(' ').is_some_and(|(_, letters)| letters.contains(letter))
}

fn ends(event: EventRef<'_>, letter: char) -> bool {
    event.data == DONE || says(event, letter)
}
