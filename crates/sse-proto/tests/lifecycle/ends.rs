//! How it ends, what is shown on the way, and beginning again.

use sse_proto::{
    Cause, CloseReason, Config, Disconnect, Limits, Output, Oversize, ReadyState, ReconnectPolicy,
};

use crate::life::{Life, at, config, head, millis, policy, with};

const TWO_EVENTS: &str = "data: a\n\ndata: b\n\n";

#[test]
fn close_and_finish_deliver_nothing_more() {
    for (end, told) in
        [(Life::close as fn(&mut Life) -> String, "closed Requested"), (Life::finish, "closed Finished")]
    {
        for make in [Life::new, Life::connecting, Life::open, Life::waiting] {
            let mut life = make(config());
            life.source.handle_data(at(0), TWO_EVENTS.into());
            assert_eq!(end(&mut life), told);
            assert_eq!(life.source.ready_state(), ReadyState::Closed);
            // For good, and the first reason counts.
            assert_eq!(life.drain(), told);
            assert_eq!(life.finish(), told);
            assert_eq!(life.close(), told);
        }
    }
}

/// In the middle of what one chunk came to.
#[test]
fn close_between_two_events() {
    for (end, told) in
        [(Life::close as fn(&mut Life) -> String, "closed Requested"), (Life::finish, "closed Finished")]
    {
        let mut life = Life::open(config());
        life.source.handle_data(at(0), TWO_EVENTS.into());
        life.source.handle_disconnect(at(0), Disconnect::Eof);
        assert!(matches!(life.source.poll_output(), Output::Frame(_)));
        assert_eq!(end(&mut life), told);
    }
    // Before the driver has heard that it is open.
    let mut life = Life::connecting(config());
    life.source.handle_response(at(0), head(200));
    assert_eq!(life.close(), "closed Requested");
}

#[test]
fn the_reason_is_kept() {
    let mut life = Life::open(config());
    assert_eq!(life.source.close_reason(), None);
    life.close();
    assert_eq!(life.source.close_reason(), Some(&CloseReason::Requested));
}

#[test]
fn an_event_over_the_limit() {
    const STREAM: &str = "data: a\n\ndata: too long for it\n\ndata: b\n\n";
    let limited = |oversize| Config { limits: Limits { max_event_len: 10, oversize }, ..config() };
    let mut life = Life::open(limited(Oversize::Fail));
    assert_eq!(life.data(STREAM), "message \"a\" #, closed TooLong { limit: 10 }");
    let mut life = Life::open(limited(Oversize::Skip));
    assert_eq!(life.data(STREAM), "message \"a\" #, Discarded { len: 21 }, message \"b\" #, wait");
    // Also where the connection is lost before it is noticed.
    let mut life = Life::open(limited(Oversize::Fail));
    life.source.handle_data(at(0), STREAM.into());
    assert_eq!(life.eof(), "message \"a\" #, closed TooLong { limit: 10 }");
}

/// What was skipped is not delivered, so it is no progress.
#[test]
fn a_discarded_event_is_no_progress() {
    let limits = Limits { max_event_len: 10, oversize: Oversize::Skip };
    let mut life = Life::waiting(Config { limits, ..config() });
    life.reopen();
    assert_eq!(life.data("data: too long for it\n\n"), "Discarded { len: 21 }, wait");
    assert_eq!(life.eof(), "lost Eof until 9s, wait until 9s");
}

#[test]
fn restart_connects_at_once_and_counts_as_no_failure() {
    let policies = [ReconnectPolicy { max_attempts: Some(1), ..policy() }, ReconnectPolicy::never()];
    for policy in policies {
        for make in [Life::connecting, Life::open] {
            let mut life = make(with(policy.clone()));
            for n in 1..6 {
                let expected = format!("lost Restart until {n}s, connect, wait");
                assert_eq!(life.at(n).restart(), expected);
            }
        }
    }
    let mut life = Life::waiting(config());
    assert_eq!(life.at(1).restart(), "connect, wait", "it cuts the wait short");
    assert_eq!(life.break_off(), "lost Transport until 7s, wait until 7s", "which undoes no failure");
}

/// As if the server had dropped it: what is complete comes, what is not is lost, and the id stays.
#[test]
fn restart_in_the_middle() {
    let mut life = Life::open(config());
    life.source.handle_data(at(0), "id: 1\ndata: a\n\nid: 2\ndata: half".into());
    assert_eq!(life.restart(), "message \"a\" #1, lost Restart until 0ns, connect from 1, wait");
    // What the old connection still sends is not from the new one.
    assert_eq!(life.data(TWO_EVENTS), "wait");
    assert_eq!(life.response(200), "opened, wait");
}

/// The application may ask while it reads the last events of a connection that is gone already.
#[test]
fn restart_after_the_loss_and_before_the_driver_heard_of_it() {
    let mut life = Life::open(config());
    life.source.handle_data(at(0), TWO_EVENTS.into());
    life.source.handle_disconnect(at(0), Disconnect::Transport);
    assert!(matches!(life.source.poll_output(), Output::Frame(_)));
    assert_eq!(life.at(1).restart(), "message \"b\" #, lost Restart until 1s, connect, wait");
}

#[test]
fn comments_and_retries_are_shown_when_asked_for() {
    for (show_comments, show_retries, told) in [
        (false, false, "message \"a\" #, wait"),
        (false, true, "Retry(700ms), message \"a\" #, wait"),
        (true, false, "Comment(\"c\"), message \"a\" #, wait"),
        (true, true, "Comment(\"c\"), Retry(700ms), message \"a\" #, wait"),
    ] {
        let mut life = Life::open(Config { show_comments, show_retries, ..config() });
        assert_eq!(life.data(": c\nretry: 700\ndata: a\n\n"), told);
        assert_eq!(life.source.reconnection_time(), millis(700), "it takes effect all the same");
    }
}

#[test]
fn event_types_of_the_interface_are_ordinary() {
    let mut life = Life::open(config());
    let told = life.data("event: open\ndata: a\n\nevent: error\ndata: b\n\nevent: close\ndata\n\n");
    assert_eq!(told, "open \"a\" #, error \"b\" #, close \"\" #, wait");
    assert_eq!(life.source.ready_state(), ReadyState::Open);
}

#[test]
fn what_a_normal_end_is() {
    use CloseReason::{
        ContentType, EndOfStream, Failed, Finished, GaveUp, NoContent, Requested, Status, TooLong,
    };
    for reason in [NoContent, EndOfStream, Finished, Requested] {
        assert!(reason.is_normal(), "{reason:?}");
    }
    let last = Cause::Eof;
    for reason in
        [Status(404), ContentType(None), TooLong { limit: 1 }, Failed(last), GaveUp { attempts: 1, last }]
    {
        assert!(!reason.is_normal(), "{reason:?}");
    }
}

#[test]
fn nothing_is_lost_when_the_driver_does_not_drain() {
    let mut life = Life::connecting(Config { show_comments: true, ..config() });
    life.source.handle_response(at(0), head(200));
    for data in ["data: a\n", "\nda", "", "ta: b\n\n:", " c\r", "\ndata: half"] {
        life.source.handle_data(at(0), data.into());
    }
    let told = "opened, message \"a\" #, message \"b\" #, Comment(\"c\"), lost Eof until 3s, wait until 3s";
    assert_eq!(life.eof(), told);
}
