//! Ends of an event source, `reconnect`, and frames that are shown on request.

use bytes::Bytes;
use sse_proto::{
    Cause, CloseReason, DecodeError, Disconnect, FrameRef, Limits, Output, Oversize, ReadyState,
    ReconnectPolicy,
};

use crate::life::{Life, at, config, head, millis, policy, with};

const TWO_EVENTS: &str = "data: a\n\ndata: b\n\n";

#[test]
fn close_and_finish_deliver_nothing_more() {
    for (end, outputs) in
        [(Life::close as fn(&mut Life) -> String, "closed Requested"), (Life::finish, "closed Finished")]
    {
        for make in [Life::new, Life::connecting, Life::open, Life::waiting] {
            let mut life = make(config());
            life.source.handle_data(at(0), TWO_EVENTS.into());
            assert_eq!(end(&mut life), outputs);
            assert_eq!(life.source.ready_state(), ReadyState::Closed);
            // It stays closed, with the first reason.
            assert_eq!(life.drain(), outputs);
            assert_eq!(life.finish(), outputs);
            assert_eq!(life.close(), outputs);
        }
    }
}

#[test]
fn close_between_two_events_of_a_chunk_drops_the_second() {
    for (end, outputs) in
        [(Life::close as fn(&mut Life) -> String, "closed Requested"), (Life::finish, "closed Finished")]
    {
        let mut life = Life::open(config());
        life.source.handle_data(at(0), TWO_EVENTS.into());
        life.source.handle_disconnect(at(0), Disconnect::Eof);
        assert!(matches!(life.source.poll_output(), Output::Frame(_)));
        assert_eq!(end(&mut life), outputs);
    }
    // Before `Opened` is polled.
    let mut life = Life::connecting(config());
    life.source.handle_response(at(0), head(200));
    assert_eq!(life.close(), "closed Requested");
}

#[test]
fn close_reason_returns_the_reason() {
    let mut life = Life::open(config());
    assert_eq!(life.source.close_reason(), None);
    life.close();
    assert_eq!(life.source.close_reason(), Some(&CloseReason::Requested));
}

#[test]
fn an_event_over_the_limit_closes_or_is_skipped() {
    const STREAM: &str = "data: a\n\ndata: too long for it\n\ndata: b\n\n";
    let limited = |oversize| config().limits(Limits::default().max_event_len(10).oversize(oversize));
    let mut life = Life::open(limited(Oversize::Fail));
    assert_eq!(life.data(STREAM), "message \"a\" #, closed TooLong { limit: 10 }");
    let mut life = Life::open(limited(Oversize::Skip));
    assert_eq!(life.data(STREAM), "message \"a\" #, Discarded { len: 22 }, message \"b\" #, wait");
    // Also if the connection is lost before the event is decoded.
    let mut life = Life::open(limited(Oversize::Fail));
    life.source.handle_data(at(0), STREAM.into());
    assert_eq!(life.eof(), "message \"a\" #, closed TooLong { limit: 10 }");
}

#[test]
fn a_discarded_event_is_no_progress() {
    let limits = Limits::default().max_event_len(10).oversize(Oversize::Skip);
    let mut life = Life::waiting(config().limits(limits));
    life.reopen();
    assert_eq!(life.data("data: too long for it\n\n"), "Discarded { len: 22 }, wait");
    assert_eq!(life.eof(), "lost Eof until 9s, wait until 9s");
}

#[test]
fn reconnect_connects_at_once_and_does_not_count_as_a_failure() {
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
    assert_eq!(life.at(1).reconnect(), "connect, wait", "it ends the wait");
    assert_eq!(life.break_off(), "lost Transport until 7s, wait until 7s", "earlier failures still count");
}

/// As if the server had dropped the connection: complete events are delivered, a partial one is
/// dropped, and the last event ID stays.
#[test]
fn reconnect_in_the_middle_of_a_chunk_drops_the_partial_event() {
    let mut life = Life::open(config());
    life.source.handle_data(at(0), "id: 1\ndata: a\n\nid: 2\ndata: half".into());
    assert_eq!(life.reconnect(), "message \"a\" #1, lost Reconnect until 0ns, connect from 1, wait");
    // Data from the old connection is ignored.
    assert_eq!(life.data(TWO_EVENTS), "wait");
    assert_eq!(life.response(200), "opened, wait");
}

/// The application may reconnect while it reads the last events of a lost connection.
#[test]
fn reconnect_replaces_a_loss_that_is_not_polled_yet() {
    let mut life = Life::open(config());
    life.source.handle_data(at(0), TWO_EVENTS.into());
    life.source.handle_disconnect(at(0), Disconnect::Transport);
    assert!(matches!(life.source.poll_output(), Output::Frame(_)));
    assert_eq!(life.at(1).reconnect(), "message \"b\" #, lost Reconnect until 1s, connect, wait");
}

/// The connection counts as open until the first call.
#[test]
fn a_second_reconnect_does_not_change_the_time_of_the_loss() {
    for (first, delay) in [(9, 6), (10, 3)] {
        let mut life = Life::waiting(config());
        life.reopen();
        life.source.reconnect(at(3 + first));
        life.source.reconnect(at(3 + 10));
        let lost = 3 + first;
        assert_eq!(life.drain(), format!("lost Reconnect until {lost}s, connect, wait"));
        let next = 100 + delay;
        let outputs = life.at(100).break_off();
        assert_eq!(
            outputs,
            format!("lost Transport until {next}s, wait until {next}s"),
            "open for {first} s"
        );
    }
}

#[test]
fn comments_and_retries_are_shown_if_configured() {
    for (show_comments, show_retries, outputs) in [
        (false, false, "message \"a\" #, wait"),
        (false, true, "Retry(700ms), message \"a\" #, wait"),
        (true, false, "Comment(\"c\"), message \"a\" #, wait"),
        (true, true, "Comment(\"c\"), Retry(700ms), message \"a\" #, wait"),
    ] {
        let mut life = Life::open(config().show_comments(show_comments).show_retries(show_retries));
        assert_eq!(life.data(": c\nretry: 700\ndata: a\n\n"), outputs);
        assert_eq!(life.source.reconnection_time(), millis(700), "it takes effect in any case");
    }
}

#[test]
fn event_types_of_the_browser_interface_have_no_special_meaning() {
    let mut life = Life::open(config());
    let outputs = life.data("event: open\ndata: a\n\nevent: error\ndata: b\n\nevent: close\ndata\n\n");
    assert_eq!(outputs, "open \"a\" #, error \"b\" #, close \"\" #, wait");
    assert_eq!(life.source.ready_state(), ReadyState::Open);
}

#[test]
fn is_normal_tells_ends_on_purpose_from_failures() {
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
fn causes_and_reasons_display_what_happened() {
    for (cause, text) in [
        (Cause::Eof, "the server ended the stream"),
        (Cause::Transport, "the transport failed"),
        (Cause::ResponseTimeout, "no response arrived in time"),
        (Cause::IdleTimeout, "the connection was idle for too long"),
        (Cause::Status(503), "the response had status 503"),
        (Cause::ContentType, "the response was not an event stream"),
        (Cause::NotAccepted, "the application did not accept the response"),
        (Cause::HookFailed, "a hook of the application failed"),
        (Cause::Futile, "the attempt failed, and another one would fail too"),
        (Cause::Reconnect, "the application asked for a new connection"),
    ] {
        assert_eq!(cause.to_string(), text);
        assert_eq!(CloseReason::Failed(cause).to_string(), text);
        // Without attempts the message is that of the cause.
        assert_eq!(CloseReason::GaveUp { attempts: 0, last: cause }.to_string(), text);
        let gave_up = CloseReason::GaveUp { attempts: 3, last: cause };
        assert_eq!(gave_up.to_string(), format!("gave up after 3 retries: {text}"));
        let gave_up = CloseReason::GaveUp { attempts: 1, last: cause };
        assert_eq!(gave_up.to_string(), format!("gave up after 1 retry: {text}"));
    }
    for (reason, text) in [
        (CloseReason::NoContent, "the server has no more content (204)"),
        (CloseReason::EndOfStream, "the server ended the stream"),
        (CloseReason::Finished, "the stream was finished"),
        (CloseReason::Requested, "the application closed the event source"),
        (CloseReason::Status(404), "expected status 200, got 404"),
        (CloseReason::ContentType(None), "expected content type text/event-stream, got none"),
        (
            CloseReason::ContentType(Some("text/html".into())),
            "expected content type text/event-stream, got \"text/html\"",
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
fn several_inputs_without_draining_lose_nothing() {
    let mut life = Life::connecting(config().show_comments(true));
    life.source.handle_response(at(0), head(200));
    for data in ["data: a\n", "\nda", "", "ta: b\n\n:", " c\r", "\ndata: half"] {
        life.source.handle_data(at(0), data.into());
    }
    let outputs =
        "opened, message \"a\" #, message \"b\" #, Comment(\"c\"), lost Eof until 3s, wait until 3s";
    assert_eq!(life.eof(), outputs);
}

#[test]
fn release_chunk_drops_the_chunk_only_when_it_is_decoded() {
    let mut life = Life::open(config());
    let chunk = Bytes::from(b"data: a\n\ndata: b\n\ndata: half".to_vec());
    life.source.handle_data(at(0), chunk.clone());
    for data in ["a", "b"] {
        life.source.release_chunk();
        assert!(
            matches!(life.source.poll_output(), Output::Frame(FrameRef::Event(event)) if event.data == data)
        );
    }
    assert_eq!(life.source.poll_output(), Output::Wait(None));
    assert!(!chunk.is_unique(), "the latest output may borrow from it");
    life.source.release_chunk();
    assert!(chunk.is_unique());
    assert_eq!(life.data(" of it\n\n"), "message \"half of it\" #, wait");
}
