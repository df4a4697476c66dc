//! How it ends, what is shown on the way, and beginning again.

use sse_proto::{
    Cause, CloseReason, DecodeError, Disconnect, Limits, Output, Oversize, ReadyState, ReconnectPolicy,
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
    let limited = |oversize| config().limits(Limits::default().max_event_len(10).oversize(oversize));
    let mut life = Life::open(limited(Oversize::Fail));
    assert_eq!(life.data(STREAM), "message \"a\" #, closed TooLong { limit: 10 }");
    let mut life = Life::open(limited(Oversize::Skip));
    assert_eq!(life.data(STREAM), "message \"a\" #, Discarded { len: 22 }, message \"b\" #, wait");
    // Also where the connection is lost before it is noticed.
    let mut life = Life::open(limited(Oversize::Fail));
    life.source.handle_data(at(0), STREAM.into());
    assert_eq!(life.eof(), "message \"a\" #, closed TooLong { limit: 10 }");
}

/// What was skipped is not delivered, so it is no progress.
#[test]
fn a_discarded_event_is_no_progress() {
    let limits = Limits::default().max_event_len(10).oversize(Oversize::Skip);
    let mut life = Life::waiting(config().limits(limits));
    life.reopen();
    assert_eq!(life.data("data: too long for it\n\n"), "Discarded { len: 22 }, wait");
    assert_eq!(life.eof(), "lost Eof until 9s, wait until 9s");
}

#[test]
fn reconnect_connects_at_once_and_counts_as_no_failure() {
    let policies = [policy().max_attempts(1), ReconnectPolicy::never()];
    for policy in policies {
        for make in [Life::connecting, Life::open] {
            let mut life = make(with(policy.clone()));
            for n in 1..6 {
                let expected = format!("lost Reconnect until {n}s, connect, wait");
                assert_eq!(life.at(n).reconnect(), expected);
            }
        }
    }
    let mut life = Life::waiting(config());
    assert_eq!(life.at(1).reconnect(), "connect, wait", "it cuts the wait short");
    assert_eq!(life.break_off(), "lost Transport until 7s, wait until 7s", "which undoes no failure");
}

/// As if the server had dropped it: what is complete comes, what is not is lost, and the id stays.
#[test]
fn reconnect_in_the_middle_of_a_chunk() {
    let mut life = Life::open(config());
    life.source.handle_data(at(0), "id: 1\ndata: a\n\nid: 2\ndata: half".into());
    assert_eq!(life.reconnect(), "message \"a\" #1, lost Reconnect until 0ns, connect from 1, wait");
    // What the old connection still sends is not from the new one.
    assert_eq!(life.data(TWO_EVENTS), "wait");
    assert_eq!(life.response(200), "opened, wait");
}

/// The application may ask while it reads the last events of a connection that is gone already.
#[test]
fn reconnect_after_the_loss_and_before_the_driver_heard_of_it() {
    let mut life = Life::open(config());
    life.source.handle_data(at(0), TWO_EVENTS.into());
    life.source.handle_disconnect(at(0), Disconnect::Transport);
    assert!(matches!(life.source.poll_output(), Output::Frame(_)));
    assert_eq!(life.at(1).reconnect(), "message \"b\" #, lost Reconnect until 1s, connect, wait");
}

/// How long the connection was open is counted up to the first time that the application asked.
#[test]
fn a_second_reconnect_does_not_move_the_loss() {
    for (first, delay) in [(9, 6), (10, 3)] {
        let mut life = Life::waiting(config());
        life.reopen();
        life.source.reconnect(at(3 + first));
        life.source.reconnect(at(3 + 10));
        let lost = 3 + first;
        assert_eq!(life.drain(), format!("lost Reconnect until {lost}s, connect, wait"));
        let next = 100 + delay;
        let told = life.at(100).break_off();
        assert_eq!(told, format!("lost Transport until {next}s, wait until {next}s"), "open for {first} s");
    }
}

#[test]
fn comments_and_retries_are_shown_when_asked_for() {
    for (show_comments, show_retries, told) in [
        (false, false, "message \"a\" #, wait"),
        (false, true, "Retry(700ms), message \"a\" #, wait"),
        (true, false, "Comment(\"c\"), message \"a\" #, wait"),
        (true, true, "Comment(\"c\"), Retry(700ms), message \"a\" #, wait"),
    ] {
        let mut life = Life::open(config().show_comments(show_comments).show_retries(show_retries));
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
fn each_cause_and_each_reason_says_what_happened() {
    for (cause, text) in [
        (Cause::Eof, "the server ended the stream"),
        (Cause::Transport, "the transport failed"),
        (Cause::ResponseTimeout, "no response came in time"),
        (Cause::IdleTimeout, "the connection was idle for too long"),
        (Cause::Status(503), "the response had status 503"),
        (Cause::ContentType, "the response was no event stream"),
        (Cause::NotAccepted, "the application did not accept the response"),
        (Cause::HookFailed, "a hook of the application failed"),
        (Cause::Futile, "the transport failed, and another attempt cannot mend that"),
        (Cause::Reconnect, "the application asked for a new connection"),
    ] {
        assert_eq!(cause.to_string(), text);
        assert_eq!(CloseReason::Failed(cause).to_string(), text);
        // There was no attempt that could have failed: what ended it is all there is to tell.
        assert_eq!(CloseReason::GaveUp { attempts: 0, last: cause }.to_string(), text);
        let gave_up = CloseReason::GaveUp { attempts: 3, last: cause };
        assert_eq!(gave_up.to_string(), format!("gave up after 3 attempts: {text}"));
    }
    for (reason, text) in [
        (CloseReason::NoContent, "the server has no more content (204)"),
        (CloseReason::EndOfStream, "the server ended the stream"),
        (CloseReason::Finished, "the stream was finished"),
        (CloseReason::Requested, "the application closed the event source"),
        (CloseReason::Status(404), "the response had status 404, not 200"),
        (CloseReason::ContentType(None), "the response had no content type, not text/event-stream"),
        (
            CloseReason::ContentType(Some("text/html".into())),
            "the response had content type \"text/html\", not text/event-stream",
        ),
        (CloseReason::NotAccepted, "the application did not accept the response"),
        (CloseReason::TooLong { limit: 9 }, "an event is longer than the limit of 9 bytes"),
    ] {
        assert_eq!(reason.to_string(), text);
    }
    let error = DecodeError::TooLong { limit: 9 };
    assert_eq!(error.to_string(), "an event is longer than the limit of 9 bytes");
}

#[test]
fn nothing_is_lost_when_the_driver_does_not_drain() {
    let mut life = Life::connecting(config().show_comments(true));
    life.source.handle_response(at(0), head(200));
    for data in ["data: a\n", "\nda", "", "ta: b\n\n:", " c\r", "\ndata: half"] {
        life.source.handle_data(at(0), data.into());
    }
    let told = "opened, message \"a\" #, message \"b\" #, Comment(\"c\"), lost Eof until 3s, wait until 3s";
    assert_eq!(life.eof(), told);
}
