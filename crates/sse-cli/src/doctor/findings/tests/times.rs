//! What the times of arrival lead to.

use super::build::Invented;
use super::{Check, Severity, diagnose, hold, row};
use crate::doctor::observation::End;

/// The server's clock is an hour off.
const CLOCK: u64 = 1_764_122_489_000 + 3_600_000;

/// Events that were made at these milliseconds.
fn made(times: impl IntoIterator<Item = u64>) -> String {
    times.into_iter().map(|time| format!("id: {time}\ndata: {}\n\n", CLOCK + time)).collect()
}

fn every(step: u64, from: u64, to: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |number| from + number * step).take_while(move |time| *time < to)
}

fn watched(pieces: Vec<(u64, String)>) -> Invented {
    Invented::healthy().pieces(pieces)
}

fn buffering_of(observed: &Invented) -> (Severity, String) {
    let findings = diagnose(&observed.observation());
    let found = findings.iter().find(|finding| finding.check == Check::Buffering).expect("it is checked");
    (found.severity, found.seen.clone())
}

#[test]
fn events_that_were_held_back() {
    let lumps =
        |step| (1..6).map(|lump| (lump * 5000, made(every(step, (lump - 1) * 5000, lump * 5000)))).collect();
    let heartbeats = (1..6).map(|lump| (lump * 5000, ":\n\n:\n\n:\n\n".to_owned())).collect();
    // Lumps of 100 bytes of a stream of events of 30.
    let stream = "id: 1\ndata: abcdefghijklmnopq\n\n".repeat(40);
    let cut =
        (0..10).map(|lump| (1000 + lump as u64 * 2000, stream[lump * 100..][..100].to_owned())).collect();
    hold(vec![
        row(
            "own times",
            watched(lumps(200)),
            Severity::Error,
            Check::Buffering,
            "made over 4.8 s came at once",
        ),
        row(
            "two at once",
            watched(lumps(2500)),
            Severity::Error,
            Check::Buffering,
            "made over 2.5 s came at once",
        ),
        row("heartbeats", watched(heartbeats), Severity::Error, Check::Buffering, "up to 3 of them"),
        row("cut", watched(cut), Severity::Error, Check::Buffering, "lumps ended in the middle of an event"),
    ]);
}

#[test]
fn all_that_came_was_held_back_since_the_opening() {
    let date = "Wed, 26 Nov 2025 03:01:29 GMT"; // CLOCK
    let observed =
        |times: Vec<u64>| watched(vec![(9000, made(times)), (9500, ":\n".to_owned())]).header("date", date);
    let (severity, seen) = buffering_of(&observed(every(500, 500, 9000).collect()));
    assert_eq!(severity, Severity::Error, "{seen}");
    assert!(seen.contains("Nothing came for 9.0 s, and then at once 17"), "{seen}");
    // Made before the request: a replay of the past, after which the server had nothing to say.
    let past =
        watched(vec![(9000, made(every(500, 500, 9000)))]).header("date", "Wed, 26 Nov 2025 04:01:29 GMT");
    assert_eq!(buffering_of(&past).0, Severity::Note);
}

#[test]
fn events_that_were_not_held_back() {
    let steady = |late: u64| watched(every(200, 0, 20_000).map(|time| (time + late, made([time]))).collect());
    let history =
        watched(vec![(10, made(every(1000, 0, 9000))), (9500, made([9500])), (19_500, made([19_500]))]);
    // Old news, written as it comes: its own times have nothing to do with now.
    let archive =
        watched((1..9).map(|n| (n * 1000, made([n * 1_000_000, n * 1_000_000 + 900_000]))).collect());
    // A burst that was made in one moment.
    let bursts = watched((1..9).map(|n| (n * 1000, made(every(2, n * 1000, n * 1000 + 10)))).collect());
    let one_write =
        watched((1..9).map(|n| (n * 5000, "id: 1\n: two\n: comments\ndata: x\n\n".to_owned())).collect());
    for (name, observed) in [
        ("steady", steady(0)),
        ("steady, far away", steady(700)),
        ("history", history),
        ("archive", archive),
        ("comments in events", one_write),
    ] {
        let (severity, seen) = buffering_of(&observed);
        assert_eq!(severity, Severity::Ok, "{name}: {seen}");
    }
    let (severity, seen) = buffering_of(&bursts);
    assert_eq!(severity, Severity::Warning, "{seen}");
}

#[test]
fn nothing_or_one_lump_says_nothing_of_buffers() {
    for pieces in [vec![], vec![(5000, made([0, 100, 200]))]] {
        let (severity, seen) = buffering_of(&watched(pieces));
        assert_eq!(severity, Severity::Note, "{seen}");
    }
}

#[test]
fn silences() {
    let at = |times: &[u64], end| {
        watched(times.iter().map(|time| (*time, made([*time]))).collect()).end(end, End::Watched)
    };
    let ended = |end_at, end| watched(vec![(1000, made([1000]))]).end(end_at, end);
    let broken = End::Broken("reset".to_owned());
    hold(vec![
        row("nothing", watched(vec![]), Severity::Warning, Check::Heartbeat, "Nothing came in 30.0 s"),
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
