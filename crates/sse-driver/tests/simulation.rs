//! Runs ten thousand simulations of the client, and as many of the events of one body: see
//! [`sse_harness::simulation`].
//!
//! `SEEDS=n` runs the first n seeds.
//! `SEED=n cargo test -p sse-driver --test simulation -- --nocapture` replays one seed and prints a
//! trace: when the network, the client and the application did what. `BODY_SEED=n` does the same for
//! the simulation of one body.
#![allow(missing_docs)]

use sse_harness::simulation::{self, Report};

#[test]
fn every_event_is_delivered_once_and_in_order() {
    if let Some(seed) = number("SEED") {
        simulation::run(seed, true);
        return;
    }
    let seeds = number("SEEDS").unwrap_or(10_000);
    let report = simulation::run_all(0..seeds, simulation::run);
    check_happenings(&report, HAPPENINGS, seeds);
}

#[test]
fn events_of_one_body_are_those_of_the_standard_and_the_predicates() {
    if let Some(seed) = number("BODY_SEED") {
        simulation::run_body(seed, true);
        return;
    }
    let seeds = number("SEEDS").unwrap_or(10_000);
    let report = simulation::run_all(0..seeds, simulation::run_body);
    check_happenings(&report, BODY_HAPPENINGS, seeds);
}

/// Checks that each of these things happened often enough.
fn check_happenings(report: &Report, happenings: &[&str], seeds: u64) {
    println!("{report:#?}");
    for what in happenings {
        let times = report.happenings.get(what).copied().unwrap_or(0);
        assert!(times >= seeds / 50, "{what}: only {times} times in {seeds} simulations");
    }
}

/// What must happen at least once per fifty simulations on average. Otherwise the test proves too
/// little.
#[rustfmt::skip]
const HAPPENINGS: &[&str] = &[
    "clock jump", "close", "closed", "closed by a handle", "comment", "connecting",
    "cut in a character", "cut in an event", "decided: after", "decided: backoff",
    "decided: default", "decided: stop", "drip", "end", "end: content type", "end: end of stream",
    "end: failed", "end: finished", "end: gave up", "end: no content", "end: requested",
    "end: status", "end: too long", "event", "event over the limit", "event without its blank line",
    "event: delivered", "event: fails", "event: finishes after", "event: finishes before",
    "event: skipped", "failure", "failure before the head", "finish",
    "half an event over the limit", "id without an event", "last event without its blank line",
    "leave", "lost: end", "lost: idle timeout", "lost: response timeout", "lost: restart",
    "lost: status", "lost: transport", "next dropped", "open", "opening dropped", "pause",
    "read: error", "read: fail", "read: finish", "read: item", "read: last", "read: skip",
    "reconnect", "reconnected by a handle", "redirect", "refusal", "retry", "retry-after",
    "session", "silence", "silence before the head", "stream",
];

const BODY_HAPPENINGS: &[&str] = &[
    "body: end",
    "body: failure",
    "body: idle timeout",
    "body: rejected",
    "body: stopped by the reader",
    "body: too long",
    "body: truncated",
];

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}
