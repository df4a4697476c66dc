//! Timeouts, early and late calls, and extreme times.

use std::time::Duration;

use sse_proto::{Config, Instant, ResponseHead};

use crate::life::{Life, at, config, head, longest_policy, seconds, with};

fn idle_after(timeout: u64) -> Config {
    config().idle_timeout(seconds(timeout))
}

fn answered_within(timeout: u64) -> Config {
    config().response_timeout(seconds(timeout))
}

#[test]
fn any_byte_resets_the_idle_timeout() {
    let mut life = Life::open(idle_after(10));
    assert_eq!(life.drain(), "wait until 10s");
    assert_eq!(life.at(9).data(":\n"), "wait until 19s", "a comment that is not shown");
    assert_eq!(life.at(18).data("d"), "wait until 28s", "a part of a line");
    assert_eq!(life.at(27).data("\n"), "wait until 37s", "a blank line");
    assert_eq!(life.at(28).data(""), "wait until 37s", "an empty chunk");
    assert_eq!(life.at(36).timeout(), "wait until 37s");
    assert_eq!(life.at(37).timeout(), "lost IdleTimeout until 40s, wait until 40s");
}

#[test]
fn the_idle_timeout_starts_with_each_connection() {
    let mut life = Life::open(idle_after(10));
    assert_eq!(life.at(10).timeout(), "lost IdleTimeout until 13s, wait until 13s");
    assert_eq!(life.at(13).timeout(), "connect, wait", "it does not run without a connection");
    assert_eq!(life.at(20).response(200), "opened, wait until 30s");
    assert_eq!(life.at(29).timeout(), "wait until 30s");
    assert_eq!(life.at(30).timeout(), "lost IdleTimeout until 33s, wait until 33s");
}

#[test]
fn the_response_timeout_ends_an_attempt() {
    let mut life = Life::connecting(answered_within(5));
    assert_eq!(life.at(4).timeout(), "wait until 5s");
    assert_eq!(life.at(5).timeout(), "closed Failed(ResponseTimeout)");

    let mut life = Life::waiting(answered_within(5));
    assert_eq!(life.at(3).timeout(), "connect, wait until 8s");
    assert_eq!(life.at(8).timeout(), "lost ResponseTimeout until 14s, wait until 14s");
    assert_eq!(life.at(14).timeout(), "connect, wait until 19s");
    assert_eq!(life.at(18).response(200), "opened, wait", "it ends with the response");
}

/// A driver may keep an earlier timer running, and may be late.
#[test]
fn early_late_and_repeated_timeouts_are_harmless() {
    let mut life = Life::waiting(config());
    for now in [0, 1, 2, 2] {
        assert_eq!(life.at(now).timeout(), "wait until 3s");
    }
    assert_eq!(life.at(500).timeout(), "connect, wait");
    for _ in 0..3 {
        assert_eq!(life.at(500).timeout(), "wait");
    }
    assert_eq!(life.response(200), "opened, wait");
    assert_eq!(life.at(9000).timeout(), "wait", "no timeout is set");
}

/// The response timeout starts when the driver handles the attempt, even if that is late.
#[test]
fn a_late_driver_gets_the_whole_response_timeout() {
    let mut life = Life::waiting(answered_within(5));
    assert_eq!(life.at(100).timeout(), "connect, wait until 105s");
}

#[test]
fn a_timeout_of_zero_expires_at_once() {
    let mut life = Life::connecting(config().idle_timeout(Duration::ZERO));
    assert_eq!(life.response(200), "opened, wait until 0ns");
    assert_eq!(life.timeout(), "lost IdleTimeout until 3s, wait until 3s");
}

/// Data that arrived before the driver noticed the timeout is delivered.
#[test]
fn data_before_a_timeout_is_delivered() {
    let mut life = Life::open(idle_after(10));
    life.source.handle_data(at(1), "data: a\n\ndata: half".into());
    life.source.handle_timeout(at(11));
    assert_eq!(life.drain(), "message \"a\" #, lost IdleTimeout until 14s, wait until 14s");
}

#[test]
fn time_may_run_backwards() {
    let mut life = Life::open(idle_after(10));
    assert_eq!(life.at(50).data("a"), "wait until 60s");
    assert_eq!(life.at(20).data("b"), "wait until 30s");
    assert_eq!(life.at(10).timeout(), "wait until 30s");
    // The connection ended before it opened.
    assert_eq!(life.at(0).eof(), "lost Eof until 3s, wait until 3s");
    life.reopen();
    assert_eq!(life.at(1).eof(), "lost Eof until 7s, wait until 7s");
}

#[test]
fn the_longest_times_do_not_overflow() {
    let max = Duration::MAX;
    let policy = longest_policy().jitter_percent(u32::MAX).reset_after(max).retry_initial(true);
    let timeout = Some(max);
    let mut life = Life::connecting(with(policy).response_timeout(max).idle_timeout(max));
    let end = Instant::ZERO + max;
    let until = |cause| format!("lost {cause} until {max:?}, wait until {max:?}");
    for now in [end, at(0), end] {
        for _ in 0..3 {
            life.now = now;
            assert_eq!(life.head(ResponseHead { retry_after: timeout, ..head(503) }), until("Status(503)"));
            life.now = end;
            assert_eq!(life.timeout(), format!("connect, wait until {max:?}"));
            assert_eq!(life.response(200), format!("opened, wait until {max:?}"));
            life.now = now;
            assert_eq!(life.data("retry: 18446744073709551615\n"), format!("wait until {max:?}"));
            assert_eq!(life.eof(), until("Eof"));
            life.now = end;
            life.timeout();
        }
    }
}
