//! Checks whether clients can resume after a lost connection: IDs, `Last-Event-ID` and `retry`.

use std::collections::HashSet;
use std::time::Duration;

use super::{Check, Finding};
use crate::doctor::observation::{Answer, Kind, NoAnswer, Observation, Purpose, Stream};
use crate::doctor::plural::plural;
use crate::doctor::resumption::{Resumption, can_be_sent, compare};

/// The shortest reasonable reconnection time.
const TOO_SOON: Duration = Duration::from_millis(500);
/// The longest reasonable reconnection time.
const TOO_LATE: Duration = Duration::from_secs(60);
/// The number of IDs to name in a finding.
const NAMED: usize = 3;

/// Returns the findings about IDs, resuming and the reconnection time.
pub(super) fn findings(observation: &Observation, stream: &Stream) -> Vec<Finding> {
    let mut findings = vec![retry(stream)];
    if stream.events().next().is_some() {
        let ids: Vec<_> = stream.ids().collect();
        findings.push(ids_of(stream, &ids));
        if !ids.is_empty() {
            findings.push(resuming(observation, &ids));
        }
    }
    findings
}

fn ids_of(stream: &Stream, ids: &[&str]) -> Finding {
    let events = stream.events().count();
    if ids.is_empty() {
        return Finding::note(
            Check::Ids,
            "No IDs",
            format!(
                "{} arrived without an ID. A client loses the events that are sent while it reconnects.",
                plural(events, "event")
            ),
        )
        .fix(
            "Give each event an `id:`. When a request has `Last-Event-ID`, send the events after that one.",
        );
    }
    let unsendable: Vec<_> = ids.iter().filter(|id| !can_be_sent(id)).collect();
    if let Some(example) = unsendable.first() {
        let seen = format!(
            "{} of {} with control characters or more than 4 KiB, such as {}, cannot be sent in a header.",
            unsendable.len(),
            plural(ids.len(), "ID"),
            short(example)
        );
        return Finding::error(Check::Ids, "IDs that clients cannot send back", seen)
            .fix("Use short IDs of printable ASCII characters.");
    }
    let distinct = ids.iter().collect::<HashSet<_>>().len();
    if distinct < ids.len() {
        let seen = format!(
            "{} events have {distinct} different IDs. After a reconnection, events with the same ID are lost or repeated.",
            ids.len()
        );
        return Finding::warning(Check::Ids, "Several events have the same ID", seen)
            .fix("Give each event a unique ID.");
    }
    if ids.len() < events {
        return Finding::note(
            Check::Ids,
            "Some events have no ID",
            format!("{} of {events} events have an ID.", ids.len()),
        )
        .fix("Give each event an ID, unless clients may lose it.");
    }
    Finding::ok(Check::Ids, format!("{} events, each with a unique ID.", ids.len()))
}

fn resuming(observation: &Observation, ids: &[&str]) -> Finding {
    if !observation.is_repeatable() {
        return Finding::note(
            Check::Resuming,
            "Not checked",
            format!("A {} is sent only once.", observation.method),
        );
    }
    let visits = observation.visits.iter();
    let mut found = visits.filter_map(|visit| match &visit.purpose {
        Purpose::Resume { after } => Some((after, &visit.outcome)),
        _ => None,
    });
    match found.next_back() {
        None => Finding::note(
            Check::Resuming,
            "Not checked",
            "No ID belongs to one event only, so the events cannot be compared.",
        ),
        Some((after, outcome)) => outcome_of(ids, after, outcome),
    }
}

fn outcome_of(ids: &[&str], after: &str, outcome: &Result<Answer, NoAnswer>) -> Finding {
    let asked = format!("When asked for the events after ID {}", short(after));
    let refused = |seen: String| {
        Finding::error(Check::Resuming, "A client that reconnects is refused", seen)
            .fix("Accept requests with `Last-Event-ID`, even soon after the previous request.")
    };
    let answer = match outcome {
        Err(no_answer) => {
            return refused(format!("{asked}, the server did not answer: {}", no_answer.message));
        }
        Ok(answer) => answer,
    };
    if answer.status == 204 {
        return Finding::note(
            Check::Resuming,
            "The stream is over",
            format!("{asked}, the server answered 204."),
        );
    }
    let Some(stream) = answer.stream() else {
        return refused(format!("{asked}, the server answered {}.", answer.status));
    };
    let came: Vec<_> = stream.ids().collect();
    compared(&asked, compare(ids, after, &came))
}

fn compared(asked: &str, resumption: Resumption) -> Finding {
    let fix = "Send the events after the one that `Last-Event-ID` names, in order, and then new events.";
    match resumption {
        Resumption::Honoured { events } => Finding::ok(
            Check::Resuming,
            format!(
                "{asked}, the server sent {}, without gaps or repetitions.",
                plural(events, "known event")
            ),
        ),
        Resumption::NothingExpected => {
            Finding::ok(Check::Resuming, format!("{asked}, the server repeated no event."))
        }
        Resumption::StartedOver { doubles } => {
            let seen = format!(
                "{asked}, the server started again with the first event and repeated {}.",
                plural(doubles, "event")
            );
            Finding::error(Check::Resuming, "Last-Event-ID is ignored", seen).fix(fix)
        }
        Resumption::Doubles { ids } => {
            let seen =
                format!("{asked}, the server repeated {}: {}.", plural(ids.len(), "event"), named(&ids));
            Finding::error(Check::Resuming, "Events are repeated", seen).fix(fix)
        }
        Resumption::Gap { ids } => {
            let seen =
                format!("{asked}, the server left out {}: {}.", plural(ids.len(), "event"), named(&ids));
            Finding::error(Check::Resuming, "Events are lost in a reconnection", seen).fix(fix)
        }
        Resumption::Silent { expected } => {
            let seen = format!("{asked}, the server sent no event, although {expected} had followed.");
            Finding::warning(Check::Resuming, "No event arrives after a reconnection", seen).fix(fix)
        }
    }
}

fn retry(stream: &Stream) -> Finding {
    if let Some(value) = stream.lines.invalid_retries.first() {
        let seen = format!("`retry: {value}`: clients ignore values that are not a number of milliseconds.");
        return Finding::error(Check::Retry, "The reconnection time is ignored", seen)
            .fix("Send milliseconds, as digits only: `retry: 3000`.");
    }
    let mut times = stream.items.iter().filter_map(|item| match item.kind {
        Kind::Retry(time) => Some(time),
        _ => None,
    });
    match times.next_back() {
        None => Finding::ok(
            Check::Retry,
            "Not sent: clients use their own default, which is 3 to 5 s in browsers.",
        ),
        Some(time) if time < TOO_SOON => Finding::warning(
            Check::Retry,
            "Clients reconnect too soon",
            format!(
                "`retry: {}`: when the server restarts, all clients reconnect at this pace.",
                time.as_millis()
            ),
        )
        .fix("Send a second or more: `retry: 3000`."),
        Some(time) if time > TOO_LATE => Finding::warning(
            Check::Retry,
            "Clients reconnect too late",
            format!(
                "`retry: {}`: clients get no events for that time after each interruption.",
                time.as_millis()
            ),
        )
        .fix("`retry` is in milliseconds: `retry: 3000` is 3 s."),
        Some(time) => Finding::ok(Check::Retry, format!("{} ms.", time.as_millis())),
    }
}

/// Lists the first IDs.
fn named(ids: &[String]) -> String {
    let first: Vec<_> = ids.iter().take(NAMED).map(|id| short(id)).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

/// Returns at most 32 characters of an ID, in quotes.
fn short(id: &str) -> String {
    let beginning: String = id.chars().take(32).collect();
    let more = if beginning.len() < id.len() { "…" } else { "" };
    format!("{beginning:?}{more}")
}
