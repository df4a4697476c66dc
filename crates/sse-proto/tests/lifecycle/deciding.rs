//! What an answer to a failure changes, and what it cannot.

use sse_proto::{Config, Disconnect, Replay, ResponseHead, Retry};

use crate::life::{Life, at, config, head, millis, policy, seconds, with};

fn asking() -> Config {
    config().ask(true)
}

/// One attempt may fail, in a row or in all.
fn one_attempt(in_all: bool) -> Config {
    let policy = if in_all { policy().max_total_reconnections(1) } else { policy().max_attempts(1) };
    with(policy).ask(true)
}

/// At the attempt after the first loss.
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

fn call_off(life: &mut Life) {
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

/// Each answer, the one that is not given included; `After` asks for 7 s.
fn outcomes(make: impl Fn() -> Life, failure: fn(&mut Life)) -> (String, [String; 5]) {
    let answers =
        [None, Some(Retry::Default), Some(Retry::Backoff), Some(Retry::After(seconds(7))), Some(Retry::Stop)];
    let mut question = String::new();
    let outcomes = answers.map(|answer| {
        let mut life = make();
        failure(&mut life);
        question = life.poll();
        let told = match answer {
            Some(answer) => life.decide(answer),
            None => life.drain(),
        };
        told.split(", wait").next().unwrap_or_default().to_owned()
    });
    (question, outcomes)
}

/// An answer goes before statuses, content types and the rule for what happens before the first open.
#[test]
fn an_answer_goes_before_the_rules() {
    let first = || Life::connecting(asking());
    let open = || Life::open(asking());
    let second = || reconnecting(asking());
    type Row = (fn(&mut Life), &'static str, [&'static str; 4]);
    let check = |make: &dyn Fn() -> Life, rows: &[Row]| {
        for (failure, expected, [default, backoff, after, stop]) in rows {
            let (question, outcomes) = outcomes(make, *failure);
            assert_eq!(question, *expected);
            assert_eq!(outcomes, [default, default, backoff, after, stop].map(|told| (*told).to_owned()));
        }
    };
    check(
        &first,
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
    check(
        &open,
        &[(
            end,
            "failed Eof retry 3s",
            ["lost Eof until 3s", "lost Eof until 3s", "lost Eof until 7s", "closed EndOfStream"],
        )],
    );
    check(
        &second,
        &[
            (
                call_off,
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

/// It gets no attempt that a limit rules out.
#[test]
fn no_answer_goes_beyond_a_limit() {
    let never = asking().replay(Replay::Never);
    let resuming = asking().replay(Replay::Resuming);
    let none = |attempts| format!("closed GaveUp {{ attempts: {attempts}, last: Transport }}");
    for (name, make, failure, closed, stopped) in [
        (
            "in a row",
            &(|| reconnecting(one_attempt(false))) as &dyn Fn() -> Life,
            fail as fn(&mut Life),
            none(1),
            "closed Failed(Transport)",
        ),
        ("in all", &|| reconnecting(one_attempt(true)), fail, none(1), "closed Failed(Transport)"),
        (
            "a status",
            &|| reconnecting(one_attempt(false)),
            missing,
            "closed Status(404)".into(),
            "closed Status(404)",
        ),
        ("no replay", &|| Life::open(never.clone()), fail, none(0), "closed Failed(Transport)"),
        (
            "no replay, an end",
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
        for (n, told) in outcomes.iter().enumerate() {
            assert_eq!(*told, if n == 4 { stopped } else { &closed }, "{name}: answer {n}");
        }
    }
}

#[test]
fn what_may_be_replayed_only_to_resume() {
    for (stream, drained, told) in [
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
        assert_eq!(life.eof(), told, "{stream:?}");
    }
    // The end of the stream completes the event that has the ID.
    let mut life = Life::open(config().replay(Replay::Resuming));
    assert_eq!(life.data("id: 7\ndata: a"), "wait");
    life.source.complete_unfinished();
    assert_eq!(life.eof(), "message \"a\" #7, lost Eof until 3s, wait until 3s");
}

/// Whether the request may be sent again is for what comes after an open, and `retry_initial` for what comes before.
#[test]
fn a_request_that_is_not_replayed_is_retried_until_it_is_open() {
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
    // The application may ask for it all the same; the attempt is as little replayed as the one before it.
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

/// A time of the application's own is kept to, but for the shortest delay, and runs from the answer.
#[test]
fn an_answer_with_a_time() {
    for (time, until) in
        [(0, millis(2100)), (99, millis(2100)), (100, millis(2100)), (86_400_000, seconds(86_402))]
    {
        let mut life = Life::open(asking());
        life.source.handle_disconnect(at(0), Disconnect::Eof);
        assert_eq!(life.poll(), "failed Eof retry 3s");
        life.at(2);
        let told = life.decide(Retry::After(millis(time)));
        assert_eq!(told, format!("lost Eof until {until:?}, wait until {until:?}"));
    }
}

/// `Retry-After` is the delay also where the policy alone would close.
#[test]
fn backoff_keeps_to_retry_after() {
    let mut life = Life::connecting(asking());
    life.source.handle_response(at(0), ResponseHead { retry_after: Some(seconds(50)), ..head(404) });
    assert_eq!(life.poll(), "failed Status(404) close");
    assert_eq!(life.decide(Retry::Backoff), "lost Status(404) until 50s, wait until 50s");
}

#[test]
fn some_ends_are_no_question() {
    assert_eq!(Life::connecting(asking()).response(204), "closed NoContent");
    assert_eq!(Life::connecting(asking()).futile(), "closed Failed(Futile)");
    assert_eq!(Life::open(asking()).finish(), "closed Finished");
    assert_eq!(Life::open(asking()).close(), "closed Requested");
    assert_eq!(Life::open(asking()).reconnect(), "lost Reconnect until 0ns, connect, wait");
    let limits = sse_proto::Limits::default().max_event_len(4);
    assert_eq!(Life::open(asking().limits(limits)).data("data: long\n\n"), "closed TooLong { limit: 4 }");
}

/// What is complete comes before the question about the connection that it came by.
#[test]
fn the_question_comes_after_the_frames() {
    let mut life = Life::open(asking());
    life.source.handle_data(at(0), "data: a\n\n".into());
    assert_eq!(life.eof(), "message \"a\" #, failed Eof retry 3s, lost Eof until 3s, wait until 3s");
}

#[test]
fn an_answer_without_a_question_does_nothing() {
    let mut life = Life::open(asking());
    assert_eq!(life.decide(Retry::Stop), "wait");
    life.source.handle_disconnect(at(0), Disconnect::Eof);
    life.source.decide(at(0), Retry::Stop);
    assert_eq!(life.drain(), "failed Eof retry 3s, lost Eof until 3s, wait until 3s");
    // The answer to one question is none to the next.
    life.at(3).timeout();
    life.source.handle_response(at(3), head(503));
    assert_eq!(life.poll(), "failed Status(503) retry 6s");
    assert_eq!(life.decide(Retry::After(seconds(1))), "lost Status(503) until 4s, wait until 4s");
    life.at(4).timeout();
    life.source.handle_response(at(4), head(503));
    assert_eq!(life.drain(), "failed Status(503) retry 12s, lost Status(503) until 16s, wait until 16s");
}
