//! Delays before attempts, and limits on their number.

use std::time::Duration;

use sse_proto::{Backoff, ReconnectPolicy, ResponseHead};

use crate::life::{Life, at, config, head, longest_policy, millis, policy, seconds, with};

/// The delays after consecutive failures.
fn delays(policy: ReconnectPolicy, seed: u64) -> impl Iterator<Item = Duration> {
    let mut backoff = Backoff::new(policy, seed);
    std::iter::from_fn(move || backoff.next_delay())
}

#[test]
fn delays_grow_to_the_maximum() {
    let policy = |reconnection_time, factor, max_delay| {
        policy().reconnection_time(millis(reconnection_time)).factor(factor).max_delay(millis(max_delay))
    };
    for (policy, expected) in [
        (policy(3000, 2, 60_000), [3000, 6000, 12_000, 24_000, 48_000, 60_000, 60_000]),
        (policy(1000, 3, 20_000), [1000, 3000, 9000, 20_000, 20_000, 20_000, 20_000]),
        (policy(500, 1, 60_000), [500; 7]),
        // A factor of 0 means no growth, like 1.
        (policy(500, 0, 60_000), [500; 7]),
        // A reconnection time above the maximum still applies.
        (policy(90_000, 2, 60_000), [90_000; 7]),
        (policy(0, 2, 60_000), [0; 7]),
        (policy(1, u32::MAX, 60_000), [1, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000]),
    ] {
        let expected = expected.map(millis);
        assert!(delays(policy.clone(), 0).take(7).eq(expected), "{policy:?}");
        assert_eq!(delays(policy, 0).nth(1_000), Some(expected[6]), "after a thousand failures");
    }
}

#[test]
fn jitter_only_adds_to_the_delay() {
    for (percent, max) in [(0, 3000), (20, 3600), (100, 6000), (250, 10_500)] {
        let policy = || policy().jitter_percent(percent);
        let firsts = || (0..5000).map(|seed| delays(policy(), seed).next().expect("attempts are unlimited"));
        let (floor, ceiling) = (millis(3000), millis(max));
        let hundredth = (ceiling - floor) / 100;
        assert!(firsts().all(|delay| floor <= delay && delay <= ceiling), "{percent} %");
        assert!(firsts().any(|delay| delay <= floor + hundredth), "{percent} %: close to the floor");
        assert!(firsts().any(|delay| delay >= ceiling - hundredth), "{percent} %: close to the ceiling");
    }
    // Jitter is added to the maximum too, and differs for each delay.
    let capped: Vec<_> = delays(ReconnectPolicy::default(), 7).skip(10).take(100).collect();
    assert!(capped.iter().all(|delay| (seconds(60)..=seconds(72)).contains(delay)));
    assert!(capped.windows(2).all(|pair| pair[0] != pair[1]));
    // The same seed gives the same delays.
    assert!(delays(ReconnectPolicy::default(), 7).skip(10).take(100).eq(capped));
}

#[test]
fn the_seed_of_the_configuration_determines_the_jitter() {
    let wait = |seed| Life::open(with(ReconnectPolicy::default()).seed(seed)).eof();
    assert_eq!(wait(1), wait(1));
    assert_ne!(wait(1), wait(2));
}

#[test]
fn growth_starts_over_with_an_event() {
    let mut life = Life::open(config());
    for delay in [3, 6, 12] {
        let next = life.now + seconds(delay);
        assert!(life.eof().ends_with(&format!("wait until {:?}", next.since_origin())));
        assert_eq!(life.reopen(), next);
    }
    // At 21 s. A 200, comments, a reconnection time and half an event with its ID are no progress.
    assert_eq!(life.data(": c\nretry: 3000\n\nid: 1\ndata: half"), "wait");
    assert_eq!(life.break_off(), "lost Transport until 45s, wait until 45s");
    life.reopen();
    assert_eq!(life.data("data: a\n\n"), "message \"a\" #, wait");
    assert_eq!(life.break_off(), "lost Transport until 48s, wait until 48s");
    // The event belongs to the previous connection.
    life.reopen();
    assert_eq!(life.eof(), "lost Eof until 54s, wait until 54s");
}

/// A server for polling sends only an ID and a reconnection time, then ends the stream.
#[test]
fn growth_starts_over_when_the_last_event_id_moves() {
    let mut life = Life::waiting(with(policy().max_attempts(1)));
    for (id, drained) in [(7, true), (8, false), (9, true), (10, false)] {
        let at = life.reopen();
        let stream = format!("id: {id}\nretry: 500\n\n");
        if drained {
            assert_eq!(life.data(stream), "wait");
        } else {
            life.source.handle_data(life.now, stream.into());
        }
        let next = (at + millis(500)).since_origin();
        assert_eq!(life.eof(), format!("lost Eof until {next:?}, wait until {next:?}"), "id {id}");
    }
    // The same ID again is no progress.
    life.reopen();
    assert_eq!(life.data("id: 10\n\n"), "wait");
    assert_eq!(life.eof(), "closed GaveUp { attempts: 1, last: Eof }");
}

/// The progress of a connection does not count for the attempt after it.
#[test]
fn a_failed_attempt_makes_no_progress() {
    let mut life = Life::open(config());
    assert_eq!(life.data("id: 7\n\n"), "wait");
    assert_eq!(life.eof(), "lost Eof until 3s, wait until 3s");
    life.at(3).timeout();
    assert_eq!(life.response(503), "lost Status(503) until 9s, wait until 9s");
    life.at(9).timeout();
    assert_eq!(life.break_off(), "lost Transport until 21s, wait until 21s");
}

#[test]
fn growth_starts_over_after_a_long_connection() {
    for (open_for, delay) in [(0, 6), (9, 6), (10, 3), (16, 3), (55, 3), (1000, 3)] {
        let mut life = Life::waiting(config());
        life.reopen();
        let (lost, next) = (3 + open_for, 3 + open_for + delay);
        assert_eq!(life.at(lost).eof(), format!("lost Eof until {next}s, wait until {next}s"));
    }
    // A long wait for a response does not count.
    let mut life = Life::waiting(config());
    life.at(3).timeout();
    assert_eq!(life.at(1000).break_off(), "lost Transport until 1006s, wait until 1006s");
}

#[test]
fn accept_and_close_runs_out_of_attempts() {
    let mut life = Life::open(with(policy().max_attempts(3)));
    for _ in 0..3 {
        life.eof();
        life.reopen();
    }
    assert_eq!(life.eof(), "closed GaveUp { attempts: 3, last: Eof }");
}

#[test]
fn consecutive_failures_of_any_kind_use_up_attempts() {
    let limited = || with(policy().max_attempts(2));
    let mut life = Life::waiting(limited());
    life.at(3).timeout();
    assert_eq!(life.response(503), "lost Status(503) until 9s, wait until 9s");
    life.at(9).timeout();
    assert_eq!(life.break_off(), "closed GaveUp { attempts: 2, last: Transport }");

    let mut life = Life::waiting(limited());
    for _ in 0..10 {
        life.reopen();
        assert!(life.data("data: a\n\n").starts_with("message"));
        assert!(life.eof().starts_with("lost Eof"), "progress each time, so attempts do not run out");
    }
}

#[test]
fn the_never_policy_does_not_reconnect() {
    let open = || Life::open(with(ReconnectPolicy::never()));
    assert_eq!(open().eof(), "closed EndOfStream");
    assert_eq!(open().break_off(), "closed GaveUp { attempts: 0, last: Transport }");
    let mut life = open();
    assert_eq!(life.data("data: a\n\n"), "message \"a\" #, wait");
    assert_eq!(life.eof(), "closed EndOfStream");
}

#[test]
fn the_server_sets_the_reconnection_time_within_bounds() {
    for (stream, delay) in [
        ("retry: 5000\n", millis(5000)),
        ("retry: 100\n", millis(100)),
        ("retry: 99\n", millis(100)),
        ("retry: 0\n", millis(100)),
        ("retry: 120000\n", seconds(120)),
        ("retry: 3600001\n", seconds(3600)),
        ("retry: 99999999999999999999999999\n", seconds(3600)),
        ("retry: 7000\nretry: 8000\n", seconds(8)),
        ("retry: 7000", seconds(3)),
        ("retry: 7000 \n", seconds(3)),
        ("retry: -1\n", seconds(3)),
    ] {
        let mut life = Life::open(config());
        assert_eq!(life.data(stream), "wait");
        assert_eq!(life.source.reconnection_time(), delay, "{stream:?}");
        assert_eq!(life.eof(), format!("lost Eof until {delay:?}, wait until {delay:?}"), "{stream:?}");
        // It stays in effect, and the delay grows from it.
        life.reopen();
        let next = life.now + delay.saturating_mul(2).min(seconds(60).max(delay));
        assert!(life.eof().ends_with(&format!("until {:?}", next.since_origin())), "{stream:?}");
    }
}

#[test]
fn bounds_for_servers_do_not_apply_to_the_policy() {
    let policy = policy().reconnection_time(millis(1));
    assert_eq!(Backoff::new(policy.clone(), 0).next_delay(), Some(millis(1)));
    // If they contradict each other, the minimum applies.
    let mut backoff = Backoff::new(policy.min_delay(seconds(9)).max_server_delay(seconds(1)), 0);
    backoff.handle_retry(seconds(5));
    assert_eq!(backoff.reconnection_time(), seconds(9));
}

#[test]
fn each_setter_of_the_policy_sets_its_field() {
    let mut policy = ReconnectPolicy::default();
    (policy.reconnection_time, policy.factor) = (seconds(1), 3);
    (policy.max_delay, policy.min_delay, policy.max_server_delay) = (seconds(4), seconds(5), seconds(6));
    (policy.jitter_percent, policy.reset_after) = (7, seconds(8));
    (policy.max_attempts, policy.max_total_reconnections) = (Some(9), Some(10));
    (policy.retry_initial, policy.retry_status) = (true, false);
    let set = ReconnectPolicy::default()
        .reconnection_time(seconds(1))
        .factor(3)
        .max_delay(seconds(4))
        .min_delay(seconds(5))
        .max_server_delay(seconds(6))
        .jitter_percent(7)
        .reset_after(seconds(8))
        .max_attempts(9)
        .max_total_reconnections(10)
        .retry_initial(true)
        .retry_status(false);
    assert_eq!(set, policy);
}

#[test]
fn total_reconnections_are_limited() {
    let mut life = Life::open(with(policy().max_total_reconnections(2).max_attempts(9)));
    for _ in 0..2 {
        assert_eq!(life.data("data: a\n\n"), "message \"a\" #, wait");
        assert!(life.eof().starts_with("lost Eof"));
        life.reopen();
    }
    // Calls of `reconnect` do not count.
    assert!(life.reconnect().starts_with("lost Reconnect"));
    assert!(life.response(200).starts_with("opened"));
    assert_eq!(life.data("data: a\n\n"), "message \"a\" #, wait");
    assert_eq!(life.eof(), "closed GaveUp { attempts: 2, last: Eof }");

    let none = with(policy().max_total_reconnections(0));
    assert_eq!(Life::open(none.clone()).eof(), "closed EndOfStream");
    assert_eq!(Life::open(none).break_off(), "closed GaveUp { attempts: 0, last: Transport }");
    // Attempts before the first open count.
    let mut life = Life::connecting(with(policy().retry_initial(true).max_total_reconnections(1)));
    assert_eq!(life.response(503), "lost Status(503) until 3s, wait until 3s");
    life.at(3).timeout();
    assert_eq!(life.response(503), "closed GaveUp { attempts: 1, last: Status(503) }");
}

/// It may be shorter or longer than the delay of the policy.
#[test]
fn retry_after_sets_only_the_next_delay() {
    let hour = 3600;
    for (retry_after, delay) in [
        (None, seconds(6)),
        (Some(0), millis(100)),
        (Some(2), seconds(2)),
        (Some(30), seconds(30)),
        (Some(u64::MAX), seconds(hour)),
    ] {
        let mut life = Life::waiting(config());
        life.at(3).timeout();
        let next = (at(3) + delay).since_origin();
        let outputs = life.head(ResponseHead { retry_after: retry_after.map(seconds), ..head(503) });
        assert_eq!(outputs, format!("lost Status(503) until {next:?}, wait until {next:?}"));
        assert_eq!(life.source.reconnection_time(), seconds(3));
        life.now = at(3) + delay;
        life.timeout();
        let then = next + seconds(12);
        assert_eq!(life.response(503), format!("lost Status(503) until {then:?}, wait until {then:?}"));
    }
}

#[test]
fn jitter_is_added_to_retry_after() {
    let delays: Vec<_> = (0..1000)
        .map(|seed| {
            let mut backoff = Backoff::new(ReconnectPolicy::default(), seed);
            backoff.handle_retry_after(seconds(10));
            backoff.next_delay().expect("attempts are unlimited")
        })
        .collect();
    assert!(delays.iter().all(|delay| (seconds(10)..=seconds(12)).contains(delay)));
    assert!(delays.iter().any(|delay| *delay > millis(11_500)));
}

#[test]
fn a_second_retry_after_replaces_the_first() {
    let mut backoff = Backoff::new(policy(), 0);
    backoff.handle_retry_after(seconds(3600));
    backoff.handle_retry_after(seconds(2));
    assert_eq!(backoff.next_delay(), Some(seconds(2)));
    assert_eq!(backoff.next_delay(), Some(seconds(6)));
}

/// If the application reconnects before or after the driver drains the failure, `Retry-After` does
/// not delay a later attempt.
#[test]
fn retry_after_is_dropped_by_a_reconnect() {
    for drained in [false, true] {
        let mut life = Life::waiting(config());
        life.at(3).timeout();
        let busy = ResponseHead { retry_after: Some(seconds(3600)), ..head(503) };
        life.source.handle_response(at(3), busy);
        if drained {
            life.drain();
        }
        life.source.reconnect(at(3));
        life.drain();
        assert_eq!(life.response(200), "opened, wait");
        assert_eq!(life.data("data: a\n\n"), "message \"a\" #, wait");
        assert_eq!(life.eof(), "lost Eof until 6s, wait until 6s", "drained: {drained}");
    }
}

#[test]
fn retry_after_is_dropped_when_a_reconnect_ends_its_wait() {
    let mut life = Life::waiting(config());
    life.at(3).timeout();
    life.head(ResponseHead { retry_after: Some(seconds(500)), ..head(429) });
    assert_eq!(life.at(4).reconnect(), "connect, wait");
    assert_eq!(life.break_off(), "lost Transport until 16s, wait until 16s");
}

#[test]
fn retry_after_does_not_make_a_final_response_retried() {
    let mut life = Life::connecting(config());
    assert_eq!(life.head(ResponseHead { retry_after: Some(seconds(5)), ..head(404) }), "closed Status(404)");
    let mut life = Life::connecting(config());
    assert_eq!(
        life.head(ResponseHead { retry_after: Some(seconds(5)), ..head(503) }),
        "closed Failed(Status(503))"
    );
}

#[test]
fn no_sum_of_times_panics() {
    let max = Duration::MAX;
    for jitter_percent in [0, 20, u32::MAX] {
        let policy = longest_policy().jitter_percent(jitter_percent);
        let mut backoff = Backoff::new(policy, 1);
        for _ in 0..5 {
            backoff.handle_retry_after(max);
            assert_eq!(backoff.next_delay(), Some(max));
            backoff.handle_retry(max);
        }
    }
}
