//! Whether clients that lost their connection can go on: IDs, `Last-Event-ID`, `retry`.

use std::collections::HashSet;
use std::time::Duration;

use super::{Check, Finding};
use crate::doctor::observation::{Answer, Kind, NoAnswer, Observation, Purpose, Stream};
use crate::doctor::plural::plural;
use crate::doctor::resumption::{Resumption, can_be_sent, compare};

const TOO_SOON: Duration = Duration::from_millis(500);
const TOO_LATE: Duration = Duration::from_secs(60);
/// How many IDs are named in a finding.
const NAMED: usize = 3;

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
                "{} came without one: what is sent while a client reconnects is lost to it.",
                plural(events, "event")
            ),
        )
        .fix("Give each event an `id:`, and send what came after it when a request has `Last-Event-ID`.");
    }
    let unsendable: Vec<_> = ids.iter().filter(|id| !can_be_sent(id)).collect();
    if let Some(example) = unsendable.first() {
        let seen = format!(
            "{} of {} with control characters or more than 4 KiB, such as {}: no header can carry that.",
            unsendable.len(),
            plural(ids.len(), "ID"),
            short(example)
        );
        return Finding::error(Check::Ids, "IDs that clients cannot send back", seen)
            .fix("Make IDs of printable ASCII, short ones.");
    }
    let distinct = ids.iter().collect::<HashSet<_>>().len();
    if distinct < ids.len() {
        let seen = format!(
            "{} events have {distinct} different IDs: after a reconnection, events with the same ID are lost or come twice.",
            ids.len()
        );
        return Finding::warning(Check::Ids, "Several events with one ID", seen)
            .fix("Give each event an ID of its own.");
    }
    if ids.len() < events {
        return Finding::note(
            Check::Ids,
            "Some events have no ID",
            format!("{} of {events} have one.", ids.len()),
        )
        .fix("Give each event an ID, or be sure that those without one may be lost.");
    }
    Finding::ok(Check::Ids, format!("{} events, each with an ID of its own.", ids.len()))
}

fn resuming(observation: &Observation, ids: &[&str]) -> Finding {
    if !observation.is_repeatable() {
        return Finding::note(
            Check::Resuming,
            "Not checked",
            format!("A {} is never sent twice.", observation.method),
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
            "No ID names one event alone, so there is nothing to compare.",
        ),
        Some((after, outcome)) => outcome_of(ids, after, outcome),
    }
}

fn outcome_of(ids: &[&str], after: &str, outcome: &Result<Answer, NoAnswer>) -> Finding {
    let asked = format!("Asked for what follows ID {}", short(after));
    let refused = |seen: String| {
        Finding::error(Check::Resuming, "A client that comes back is refused", seen)
            .fix("Accept requests with `Last-Event-ID`, also soon after the last one.")
    };
    let answer = match outcome {
        Err(no_answer) => return refused(format!("{asked}: {}", no_answer.message)),
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
    let fix = "Send what came after the event that `Last-Event-ID` names, in order, and then go on live.";
    match resumption {
        Resumption::Honoured { events } => Finding::ok(
            Check::Resuming,
            format!("{asked}, {} came again, none missing and none before.", plural(events, "known event")),
        ),
        Resumption::NothingExpected => {
            Finding::ok(Check::Resuming, format!("{asked}, no known event came again."))
        }
        Resumption::StartedOver { doubles } => {
            let seen = format!("{asked}, the server began with the first event again: {doubles} came twice.");
            Finding::error(Check::Resuming, "Last-Event-ID is ignored", seen).fix(fix)
        }
        Resumption::Doubles { ids } => {
            let seen = format!("{asked}, {} came again: {}.", plural(ids.len(), "event"), named(&ids));
            Finding::error(Check::Resuming, "Events come twice", seen).fix(fix)
        }
        Resumption::Gap { ids } => {
            let seen = format!("{asked}, {} never came: {}.", plural(ids.len(), "event"), named(&ids));
            Finding::error(Check::Resuming, "Events are lost in a reconnection", seen).fix(fix)
        }
        Resumption::Silent { expected } => {
            let seen = format!("{asked}, no event came at all, though {expected} had followed.");
            Finding::warning(Check::Resuming, "Nothing comes after a reconnection", seen).fix(fix)
        }
    }
}

fn retry(stream: &Stream) -> Finding {
    if let Some(value) = stream.lines.invalid_retries.first() {
        let seen = format!("`retry: {value}`: clients ignore what is not a number of milliseconds.");
        return Finding::error(Check::Retry, "A reconnection time that counts for nothing", seen)
            .fix("Send milliseconds as digits alone: `retry: 3000`.");
    }
    let mut times = stream.items.iter().filter_map(|item| match item.kind {
        Kind::Retry(time) => Some(time),
        _ => None,
    });
    match times.next_back() {
        None => {
            Finding::ok(Check::Retry, "None sent: clients wait as long as they please, 3 to 5 s in browsers.")
        }
        Some(time) if time < TOO_SOON => Finding::warning(
            Check::Retry,
            "Clients reconnect too soon",
            format!(
                "`retry: {}` ms: when the server restarts, all clients come at that pace.",
                time.as_millis()
            ),
        )
        .fix("Ask for a second or more: `retry: 3000`."),
        Some(time) if time > TOO_LATE => Finding::warning(
            Check::Retry,
            "Clients reconnect late",
            format!("`retry: {}` ms: after each interruption nothing comes for so long.", time.as_millis()),
        )
        .fix("`retry` is in milliseconds: `retry: 3000` is 3 s."),
        Some(time) => Finding::ok(Check::Retry, format!("{} ms.", time.as_millis())),
    }
}

fn named(ids: &[String]) -> String {
    let first: Vec<_> = ids.iter().take(NAMED).map(|id| short(id)).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

/// The ID in quotes, at most 32 characters of it.
fn short(id: &str) -> String {
    let beginning: String = id.chars().take(32).collect();
    let more = if beginning.len() < id.len() { "…" } else { "" };
    format!("{beginning:?}{more}")
}
