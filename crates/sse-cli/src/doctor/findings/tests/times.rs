//! Findings from the times of arrival.

use super::build::Scenario;
use super::{Check, Severity, assert_rows, diagnose, row};
use crate::doctor::observation::End;

/// The start of the stream by the server's clock, which is an hour fast.
const CLOCK: u64 = 1_764_122_489_000 + 3_600_000;

/// Returns events that contain these times in milliseconds.
fn made(times: impl IntoIterator<Item = u64>) -> String {
    times.into_iter().map(|time| format!("id: {time}\ndata: {}\n\n", CLOCK + time)).collect()
}

fn every(step: u64, from: u64, to: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |number| from + number * step).take_while(move |time| *time < to)
}

fn watched(pieces: Vec<(u64, String)>) -> Scenario {
    Scenario::healthy().pieces(pieces)
}

fn buffering_of(scenario: &Scenario) -> (Severity, String) {
    let findings = diagnose(&scenario.observation());
    let found = findings.iter().find(|finding| finding.check == Check::Buffering).expect("it is checked");
    (found.severity, found.seen.clone())
}

#[test]
fn buffered_events_are_reported() {
    let bursts = |step| {
        (1..6).map(|burst| (burst * 5000, made(every(step, (burst - 1) * 5000, burst * 5000)))).collect()
    };
    let heartbeats = (1..6).map(|burst| (burst * 5000, ":\n\n:\n\n:\n\n".to_owned())).collect();
    // Bursts of 100 bytes, from a stream of events of 30 bytes.
    let stream = "id: 1\ndata: abcdefghijklmnopq\n\n".repeat(40);
    let cut =
        (0..10).map(|burst| (1000 + burst as u64 * 2000, stream[burst * 100..][..100].to_owned())).collect();
    assert_rows(vec![
        row(
            "own times",
            watched(bursts(200)),
            Severity::Error,
            Check::Buffering,
            "made over 4.8 s arrived at once",
        ),
        row(
            "two at once",
            watched(bursts(2500)),
            Severity::Error,
            Check::Buffering,
            "made over 2.5 s arrived at once",
        ),
        row("heartbeats", watched(heartbeats), Severity::Error, Check::Buffering, "up to 3 of them"),
        row("cut", watched(cut), Severity::Error, Check::Buffering, "bursts ended in the middle of an event"),
    ]);
}

#[test]
fn a_first_burst_of_buffered_events_is_reported() {
    let date = "Wed, 26 Nov 2025 03:01:29 GMT"; // CLOCK
    let scenario =
        |times: Vec<u64>| watched(vec![(9000, made(times)), (9500, ":\n".to_owned())]).header("date", date);
    let (severity, seen) = buffering_of(&scenario(every(500, 500, 9000).collect()));
    assert_eq!(severity, Severity::Error, "{seen}");
    assert!(seen.contains("Nothing arrived for 9.0 s, and then 17 events and comments at once"), "{seen}");
    // These events were made before the request, so they are a replay.
    let past =
        watched(vec![(9000, made(every(500, 500, 9000)))]).header("date", "Wed, 26 Nov 2025 04:01:29 GMT");
    assert_eq!(buffering_of(&past).0, Severity::Note);
}

#[test]
fn unbuffered_events_are_not_reported() {
    let steady = |late: u64| watched(every(200, 0, 20_000).map(|time| (time + late, made([time]))).collect());
    let history =
        watched(vec![(10, made(every(1000, 0, 9000))), (9500, made([9500])), (19_500, made([19_500]))]);
    // The events contain old times that are unrelated to the time of sending.
    let archive =
        watched((1..9).map(|n| (n * 1000, made([n * 1_000_000, n * 1_000_000 + 900_000]))).collect());
    // The server made the events of each burst in one moment.
    let bursts = watched((1..9).map(|n| (n * 1000, made(every(2, n * 1000, n * 1000 + 10)))).collect());
    let one_write =
        watched((1..9).map(|n| (n * 5000, "id: 1\n: two\n: comments\ndata: x\n\n".to_owned())).collect());
    for (name, scenario) in [
        ("steady", steady(0)),
        ("steady, far away", steady(700)),
        ("history", history),
        ("archive", archive),
        ("comments in events", one_write),
    ] {
        let (severity, seen) = buffering_of(&scenario);
        assert_eq!(severity, Severity::Ok, "{name}: {seen}");
    }
    let (severity, seen) = buffering_of(&bursts);
    assert_eq!(severity, Severity::Warning, "{seen}");
}

#[test]
fn an_empty_stream_or_one_burst_is_undecided() {
    for pieces in [vec![], vec![(5000, made([0, 100, 200]))]] {
        let (severity, seen) = buffering_of(&watched(pieces));
        assert_eq!(severity, Severity::Note, "{seen}");
    }
}

#[test]
fn long_silences_are_reported() {
    let at = |times: &[u64], end| {
        watched(times.iter().map(|time| (*time, made([*time]))).collect()).end(end, End::Watched)
    };
    let ended = |end_at, end| watched(vec![(1000, made([1000]))]).end(end_at, end);
    let broken = End::Broken("reset".to_owned());
    assert_rows(vec![
        row("nothing", watched(vec![]), Severity::Warning, Check::Heartbeat, "Nothing arrived in 30.0 s"),
        row("70 s at the end", at(&[1000], 71_000), Severity::Error, Check::Heartbeat, "70.0 s"),
        row("50 s between", at(&[1000, 51_000], 60_000), Severity::Warning, Check::Heartbeat, "50.0 s"),
        row(
            "60 s, then the end",
            ended(61_200, End::Eof),
            Severity::Error,
            Check::Heartbeat,
            "60 s of silence",
        ),
        row(
            "55 s, then a reset",
            ended(56_000, broken),
            Severity::Error,
            Check::Heartbeat,
            "55 s of silence",
        ),
        row(
            "100 s, then the end",
            ended(101_000, End::Eof),
            Severity::Error,
            Check::Heartbeat,
            "100 s of silence",
        ),
    ]);
    let events_alone = at(&[1000, 2000, 3000], 4000);
    let findings = diagnose(&events_alone.observation());
    let found = findings.iter().find(|finding| finding.check == Check::Heartbeat).expect("it is checked");
    assert_eq!(found.severity, Severity::Note);
}
