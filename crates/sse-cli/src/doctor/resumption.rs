//! Chooses an event to resume after, and compares the events that follow.

use std::collections::HashSet;

use sse_tokio::proto::Resume;

/// The number of events to request again, if that many arrived.
const AGAIN: usize = 3;

/// Chooses the ID to resume after. Other events should follow it, so that their repetition can be
/// checked. Returns `None` if no ID can be sent and belongs to one event only.
pub(crate) fn resume_after(ids: &[&str]) -> Option<String> {
    let last = ids.len().checked_sub(1)?;
    let candidates = (0..=last.saturating_sub(AGAIN.min(last))).rev();
    let mut found = candidates.filter(|at| can_be_sent(ids[*at]) && is_unique(ids, ids[*at]));
    found.next().map(|at| ids[at].to_owned())
}

/// Returns whether an ID can be sent in `Last-Event-ID`.
pub(crate) fn can_be_sent(id: &str) -> bool {
    matches!(Resume::new(id.to_owned()), Resume::From(_))
}

fn is_unique(ids: &[&str], id: &str) -> bool {
    ids.iter().filter(|other| **other == id).count() == 1
}

/// Returns the IDs that must follow when the stream resumes after this one.
pub(crate) fn expected<'a>(ids: &'a [&'a str], after: &str) -> &'a [&'a str] {
    let at = ids.iter().position(|id| *id == after);
    at.map_or(&[], |at| &ids[at + 1..])
}

/// The reaction of a server to `Last-Event-ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resumption {
    /// The expected events arrived, and no earlier ones.
    Honoured { events: usize },
    /// The stream started again with its first event.
    StartedOver { doubles: usize },
    /// Events arrived that the client already has.
    Doubles { ids: Vec<String> },
    /// Events are missing, although later ones arrived.
    Gap { ids: Vec<String> },
    /// No event arrived.
    Silent { expected: usize },
    /// No event had followed, so none was expected.
    NothingExpected,
}

/// Compares the IDs of the first stream with those after resuming.
pub(crate) fn compare(first: &[&str], after: &str, second: &[&str]) -> Resumption {
    let expected = expected(first, after);
    let had: HashSet<_> = first[..first.len() - expected.len()].iter().copied().collect();
    let came: HashSet<_> = second.iter().copied().collect();
    let doubles: Vec<_> = distinct(second.iter().filter(|id| had.contains(**id)));
    if !doubles.is_empty() {
        let starts_over = had.len() > 1 && second.first() == first.first();
        return match starts_over {
            true => Resumption::StartedOver { doubles: doubles.len() },
            false => Resumption::Doubles { ids: doubles },
        };
    }
    if expected.is_empty() {
        return Resumption::NothingExpected;
    }
    if second.is_empty() {
        return Resumption::Silent { expected: expected.len() };
    }
    // Only an event before a later one is missing. The last ones may not have arrived yet.
    let is_later = |id: &&str| !expected.contains(id);
    let last_came = match second.iter().any(is_later) {
        true => expected.len(),
        false => expected.iter().rposition(|id| came.contains(id)).map_or(0, |at| at + 1),
    };
    let missing = distinct(expected[..last_came].iter().filter(|id| !came.contains(**id)));
    match missing.is_empty() {
        true => Resumption::Honoured { events: expected.iter().filter(|id| came.contains(**id)).count() },
        false => Resumption::Gap { ids: missing },
    }
}

/// Returns the IDs without repetitions.
fn distinct<'a>(ids: impl Iterator<Item = &'a &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    ids.filter(|id| seen.insert(**id)).map(|id| (*id).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_id_is_sendable_unique_and_followed_by_others() {
        for (ids, after) in [
            (&[][..], None),
            (&["1"], Some("1")),
            (&["1", "2"], Some("1")),
            (&["1", "2", "3", "4", "5", "6"], Some("3")),
            (&["1", "2", "\u{1}", "4", "5", "6"], Some("2")),
            (&["1", "1", "1", "1"], None),
            (&["a", "b", "b", "c", "d", "e"], Some("a")),
            (&["\u{1}"], None),
        ] {
            assert_eq!(resume_after(ids).as_deref(), after, "{ids:?}");
        }
    }

    #[test]
    fn each_reaction_of_a_server_is_recognised() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let first = ["1", "2", "3", "4", "5"];
        for (second, resumption) in [
            (&["3", "4", "5", "6"][..], Resumption::Honoured { events: 3 }),
            (&["3", "4"], Resumption::Honoured { events: 2 }),
            (&["2", "3", "4", "5"], Resumption::Doubles { ids: ids(&["2"]) }),
            (&["1", "2", "3", "4", "5"], Resumption::StartedOver { doubles: 2 }),
            (&["1"], Resumption::StartedOver { doubles: 1 }),
            (&["4", "5"], Resumption::Gap { ids: ids(&["3"]) }),
            (&["6", "7"], Resumption::Gap { ids: ids(&["3", "4", "5"]) }),
            (&[], Resumption::Silent { expected: 3 }),
        ] {
            assert_eq!(compare(&first, "2", second), resumption, "{second:?}");
        }
        assert_eq!(compare(&["1"], "1", &["2"]), Resumption::NothingExpected);
        assert_eq!(compare(&["1"], "1", &[]), Resumption::NothingExpected);
        assert_eq!(compare(&["1"], "1", &["1"]), Resumption::Doubles { ids: ids(&["1"]) });
    }
}
