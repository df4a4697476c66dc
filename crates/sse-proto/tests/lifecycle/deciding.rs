//! The effect of answers to failures, and its limits.

use sse_proto::{Config, Disconnect, Replay, ResponseHead, Retry};

use crate::life::{Life, at, config, head, millis, policy, seconds, with};

fn asking() -> Config {
    config().ask(true)
}

/// One attempt may fail, consecutively or in total.
fn one_attempt(in_all: bool) -> Config {
    let policy = if in_all { policy().max_total_reconnections(1) } else { policy().max_attempts(1) };
    with(policy).ask(true)
}

/// Returns an event source at the attempt after the first loss.
fn reconnecting(config: Config) -> Life {
    let mut life = Life::open(config);
    life.eof();
    life.at(3).timeout();
    life
}

fn fail(life: &mut Life) {
    life.source.handle_disconnect(life.now, Disconnect::Transport);
}

fn end(life: &mut Life) {
    life.source.handle_disconnect(life.now, Disconnect::Eof);
}

fn busy(life: &mut Life) {
    life.source.handle_response(life.now, head(503));
}

fn fail_hook(life: &mut Life) {
    life.source.handle_disconnect(life.now, Disconnect::HookFailed);
}

fn missing(life: &mut Life) {
    life.source.handle_response(life.now, head(404));
}

fn html(life: &mut Life) {
    life.source.handle_response(life.now, ResponseHead { content_type: Some(b"text/html"), ..head(200) });
}

fn not_accepted(life: &mut Life) {
    life.source.handle_response(life.now, ResponseHead { accept: Some(false), ..head(200) });
}

/// The outputs after no answer and after each answer. `After` is 7 s.
fn outcomes(make: impl Fn() -> Life, failure: fn(&mut Life)) -> (String, [String; 5]) {
    let answers =
        [None, Some(Retry::Default), Some(Retry::Backoff), Some(Retry::After(seconds(7))), Some(Retry::Stop)];
    let mut question = String::new();
    let outcomes = answers.map(|answer| {
        let mut life = make();
        failure(&mut life);
        question = life.poll();
        let outputs = match answer {
            Some(answer) => life.decide(answer),
            None => life.drain(),
        };
        outputs.split(", wait").next().unwrap_or_default().to_owned()
    });
    (question, outcomes)
}

/// A failure, the output that reports it, and the outputs after each answer; no answer means
/// `Default`.
type Row = (fn(&mut Life), &'static str, [&'static str; 4]);

fn check_answers(make: fn() -> Life, rows: &[Row]) {
    for (failure, expected, [default, backoff, after, stop]) in rows {
        let (question, outcomes) = outcomes(make, *failure);
        assert_eq!(question, *expected);
        assert_eq!(outcomes, [default, default, backoff, after, stop].map(|outputs| (*outputs).to_owned()));
    }
}

#[test]
fn answers_override_the_rules_before_the_first_open() {
    check_answers(
        || Life::connecting(asking()),
        &[
            (
                fail,
                "failed Transport close",
                [
                    "closed Failed(Transport)",
                    "lost Transport until 3s",
                    "lost Transport until 7s",
                    "closed Failed(Transport)",
                ],
            ),
            (
                busy,
                "failed Status(503) close",
                [
                    "closed Failed(Status(503))",
                    "lost Status(503) until 3s",
                    "lost Status(503) until 7s",
                    "closed Failed(Status(503))",
                ],
            ),
            (
                missing,
                "failed Status(404) close",
                [
                    "closed Status(404)",
                    "lost Status(404) until 3s",
                    "lost Status(404) until 7s",
                    "closed Status(404)",
                ],
            ),
            (
                html,
                "failed ContentType close",
                [
                    "closed ContentType(Some(\"text/html\"))",
                    "lost ContentType until 3s",
                    "lost ContentType until 7s",
                    "closed ContentType(Some(\"text/html\"))",
                ],
            ),
            (
                not_accepted,
                "failed NotAccepted close",
                [
                    "closed NotAccepted",
                    "lost NotAccepted until 3s",
                    "lost NotAccepted until 7s",
                    "closed NotAccepted",
                ],
            ),
        ],
    );
}

#[test]
fn answers_override_the_rules_after_the_first_open() {
    check_answers(
        || Life::open(asking()),
        &[(
            end,
            "failed Eof retry 3s",
            ["lost Eof until 3s", "lost Eof until 3s", "lost Eof until 7s", "closed EndOfStream"],
        )],
    );
    check_answers(
        || reconnecting(asking()),
        &[
            (
                fail_hook,
                "failed HookFailed close",
                [
                    "closed Failed(HookFailed)",
                    "lost HookFailed until 9s",
                    "lost HookFailed until 10s",
                    "closed Failed(HookFailed)",
                ],
            ),
            (
                busy,
                "failed Status(503) retry 6s",
                [
                    "lost Status(503) until 9s",
                    "lost Status(503) until 9s",
                    "lost Status(503) until 10s",
                    "closed Failed(Status(503))",
                ],
            ),
        ],
    );
}

#[test]
fn no_answer_overrides_a_limit() {
    let never = asking().replay(Replay::Never);
    let resuming = asking().replay(Replay::Resuming);
    let none = |attempts| format!("closed GaveUp {{ attempts: {attempts}, last: Transport }}");
    for (name, make, failure, closed, stopped) in [
        (
            "consecutive attempts",
            &(|| reconnecting(one_attempt(false))) as &dyn Fn() -> Life,
            fail as fn(&mut Life),
            none(1),
            "closed Failed(Transport)",
        ),
        ("total attempts", &|| reconnecting(one_attempt(true)), fail, none(1), "closed Failed(Transport)"),
        (
            "a status",
            &|| reconnecting(one_attempt(false)),
            missing,
            "closed Status(404)".into(),
            "closed Status(404)",
        ),
        ("no replay", &|| Life::open(never.clone()), fail, none(0), "closed Failed(Transport)"),
        (
            "no replay, a clean end",
            &|| Life::open(never.clone()),
            end,
            "closed EndOfStream".into(),
            "closed EndOfStream",
        ),
        (
            "nothing to resume from",
            &|| Life::open(resuming.clone()),
            fail,
            none(0),
            "closed Failed(Transport)",
        ),
    ] {
        let (question, outcomes) = outcomes(make, failure);
        assert!(question.ends_with("close"), "{name}: {question}");
        for (n, outputs) in outcomes.iter().enumerate() {
            assert_eq!(*outputs, if n == 4 { stopped } else { &closed }, "{name}: answer {n}");
        }
    }
}

#[test]
fn replay_resuming_needs_a_sendable_last_event_id() {
    for (stream, drained, outputs) in [
        ("id: 7\n\n", true, "lost Eof until 3s, wait until 3s"),
        ("id: 7\n\n", false, "lost Eof until 3s, wait until 3s"),
        ("id: 7\ndata: half\n", true, "closed EndOfStream"),
        ("id: 7\n\nid\n\n", true, "closed EndOfStream"),
        ("id: a\u{1}b\n\n", true, "closed EndOfStream"),
    ] {
        let mut life = Life::open(config().replay(Replay::Resuming));
        if drained {
            life.data(stream);
        } else {
            life.source.handle_data(at(0), stream.into());
        }
        assert_eq!(life.eof(), outputs, "{stream:?}");
    }
    // The end of the stream completes the event that has the ID.
    let mut life = Life::open(config().replay(Replay::Resuming));
    assert_eq!(life.data("id: 7\ndata: a"), "wait");
    life.source.complete_unfinished();
    assert_eq!(life.eof(), "message \"a\" #7, lost Eof until 3s, wait until 3s");
}

/// `Replay` applies after the first open, and `retry_initial` before it.
#[test]
fn without_replay_the_request_is_retried_until_the_first_open() {
    for replay in [Replay::Never, Replay::Resuming] {
        let config = with(policy().retry_initial(true)).replay(replay);
        let mut life = Life::connecting(config);
        assert_eq!(life.response(429), "lost Status(429) until 3s, wait until 3s");
        life.at(3).timeout();
        assert_eq!(life.break_off(), "lost Transport until 9s, wait until 9s");
        life.at(9).timeout();
        assert_eq!(life.response(200), "opened, wait");
        assert_eq!(life.data("data: a\n\n"), "message \"a\" #, wait");
        assert_eq!(life.break_off(), "closed GaveUp { attempts: 0, last: Transport }");
    }
    // The application may reconnect nevertheless, but that attempt is not retried either.
    let mut life = Life::open(config().replay(Replay::Never));
    assert_eq!(life.reconnect(), "lost Reconnect until 0ns, connect, wait");
    assert_eq!(life.response(503), "closed GaveUp { attempts: 0, last: Status(503) }");
}

#[test]
fn each_retry_counts_as_a_failure() {
    for answer in [Retry::Backoff, Retry::After(seconds(1))] {
        let mut life = Life::connecting(with(policy().max_attempts(2)).ask(true));
        for _ in 0..2 {
            life.source.handle_response(life.now, head(404));
            assert_eq!(life.poll(), "failed Status(404) close");
            assert!(life.decide(answer).starts_with("lost Status(404)"));
            life.now = life.now + seconds(60);
            life.timeout();
        }
        life.source.handle_disconnect(life.now, Disconnect::Transport);
        assert_eq!(life.poll(), "failed Transport close");
        assert_eq!(life.decide(answer), "closed Failed(Transport)");
        assert_eq!(life.source.failures(), 3);
    }
}

/// The delay is at least `min_delay`, and starts at the answer.
#[test]
fn the_application_can_set_the_delay() {
    for (time, until) in
        [(0, millis(2100)), (99, millis(2100)), (100, millis(2100)), (86_400_000, seconds(86_402))]
    {
        let mut life = Life::open(asking());
        life.source.handle_disconnect(at(0), Disconnect::Eof);
        assert_eq!(life.poll(), "failed Eof retry 3s");
        life.at(2);
        let outputs = life.decide(Retry::After(millis(time)));
        assert_eq!(outputs, format!("lost Eof until {until:?}, wait until {until:?}"));
    }
}

/// `Retry-After` sets the delay even if the policy would close.
#[test]
fn backoff_follows_retry_after() {
    let mut life = Life::connecting(asking());
    life.source.handle_response(at(0), ResponseHead { retry_after: Some(seconds(50)), ..head(404) });
    assert_eq!(life.poll(), "failed Status(404) close");
    assert_eq!(life.decide(Retry::Backoff), "lost Status(404) until 50s, wait until 50s");
}

#[test]
fn ends_that_cannot_be_retried_are_not_reported_as_failed() {
    assert_eq!(Life::connecting(asking()).response(204), "closed NoContent");
    assert_eq!(Life::connecting(asking()).futile(), "closed Failed(Futile)");
    assert_eq!(Life::open(asking()).finish(), "closed Finished");
    assert_eq!(Life::open(asking()).close(), "closed Requested");
    assert_eq!(Life::open(asking()).reconnect(), "lost Reconnect until 0ns, connect, wait");
    let limits = sse_proto::Limits::default().max_event_len(4);
    assert_eq!(Life::open(asking().limits(limits)).data("data: long\n\n"), "closed TooLong { limit: 4 }");
}

#[test]
fn a_failure_is_reported_after_the_frames_of_its_connection() {
    let mut life = Life::open(asking());
    life.source.handle_data(at(0), "data: a\n\n".into());
    assert_eq!(life.eof(), "message \"a\" #, failed Eof retry 3s, lost Eof until 3s, wait until 3s");
}

#[test]
fn an_answer_without_a_failure_does_nothing() {
    let mut life = Life::open(asking());
    assert_eq!(life.decide(Retry::Stop), "wait");
    life.source.handle_disconnect(at(0), Disconnect::Eof);
    life.source.decide(at(0), Retry::Stop);
    assert_eq!(life.drain(), "failed Eof retry 3s, lost Eof until 3s, wait until 3s");
    // An answer does not apply to the next failure.
    life.at(3).timeout();
    life.source.handle_response(at(3), head(503));
    assert_eq!(life.poll(), "failed Status(503) retry 6s");
    assert_eq!(life.decide(Retry::After(seconds(1))), "lost Status(503) until 4s, wait until 4s");
    life.at(4).timeout();
    life.source.handle_response(at(4), head(503));
    assert_eq!(life.drain(), "failed Status(503) retry 12s, lost Status(503) until 16s, wait until 16s");
}
