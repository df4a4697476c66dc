//! The life of an event source, row by row, with invented time.
#![allow(missing_docs)]

use std::time::Duration;

use bytes::Bytes;
use sse_proto::{
    Backoff, Cause, CloseReason, Config, Disconnect, Event, EventSource, Frame, Instant, Limits, Output,
    ReadyState, ReconnectPolicy, ResponseHead, Resume,
};

const EVENT_STREAM: Option<&[u8]> = Some(b"text/event-stream");

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn at(n: u64) -> Instant {
    Instant::ZERO + seconds(n)
}

fn policy() -> ReconnectPolicy {
    ReconnectPolicy { jitter_percent: 0, ..ReconnectPolicy::default() }
}

fn config() -> Config {
    Config { policy: policy(), ..Config::default() }
}

fn head(status: u16) -> ResponseHead<'static> {
    ResponseHead { status, content_type: EVENT_STREAM, retry_after: None }
}

fn drain(source: &mut EventSource) -> Vec<Output> {
    let mut outputs = Vec::new();
    loop {
        let output = source.poll_output();
        let last = matches!(output, Output::Wait(_) | Output::Closed(_));
        outputs.push(output);
        if last {
            return outputs;
        }
    }
}

fn last(source: &mut EventSource) -> Output {
    drain(source).pop().expect("there is always an output")
}

/// An event source that waits for its first response.
fn connecting(config: Config) -> EventSource {
    let mut source = EventSource::new(config, at(0));
    assert!(matches!(drain(&mut source)[..], [Output::Connect(_), Output::Wait(_)]));
    source
}

fn open(config: Config) -> EventSource {
    let mut source = connecting(config);
    source.handle_response(at(0), head(200));
    assert!(matches!(drain(&mut source)[..], [Output::Opened, Output::Wait(_)]));
    source
}

fn waiting(config: Config) -> EventSource {
    let mut source = open(config);
    source.handle_disconnect(at(0), Disconnect::Eof);
    assert!(matches!(drain(&mut source)[..], [Output::Disconnected { .. }, Output::Wait(Some(_))]));
    source
}

fn closed(config: Config) -> EventSource {
    let mut source = open(config);
    source.close();
    source
}

/// Ends the present connection; says when the next attempt is due, or why there is none.
fn lose(source: &mut EventSource, now: Instant, how: Disconnect) -> Result<Instant, CloseReason> {
    source.handle_disconnect(now, how);
    due(source)
}

fn due(source: &mut EventSource) -> Result<Instant, CloseReason> {
    match last(source) {
        Output::Wait(Some(time)) => Ok(time),
        Output::Closed(reason) => Err(reason),
        output => panic!("neither waiting nor closed: {output:?}"),
    }
}

fn reopen(source: &mut EventSource, now: Instant) {
    source.handle_timeout(now);
    assert!(matches!(drain(source)[..], [Output::Connect(_), Output::Wait(_)]));
    source.handle_response(now, head(200));
    drain(source);
}

fn event(data: &str, id: &str) -> Output {
    Output::Frame(Frame::Event(Event {
        event_type: "message".into(),
        data: data.to_owned().into(),
        last_event_id: id.to_owned().into(),
    }))
}

fn send(source: &mut EventSource, now: Instant, data: &'static str) -> Vec<Output> {
    source.handle_data(now, Bytes::from(data));
    drain(source)
}

#[test]
fn what_a_first_response_comes_to() {
    let html: Option<&[u8]> = Some(b"text/html");
    let failed = |status| Some(CloseReason::Failed(Cause::Status(status)));
    for (status, content_type, reason) in [
        (200, EVENT_STREAM, None),
        (200, Some(&b"Text/Event-Stream; charset=utf-8"[..]), None),
        (200, Some(b"text/html, text/event-stream"), None),
        (200, html, Some(CloseReason::ContentType(Some("text/html".into())))),
        (200, None, Some(CloseReason::ContentType(None))),
        (204, None, Some(CloseReason::NoContent)),
        (204, EVENT_STREAM, Some(CloseReason::NoContent)),
        (408, html, failed(408)),
        (425, html, failed(425)),
        (429, html, failed(429)),
        (500, html, failed(500)),
        (502, html, failed(502)),
        (503, html, failed(503)),
        (504, html, failed(504)),
        (201, EVENT_STREAM, Some(CloseReason::Status(201))),
        (301, html, Some(CloseReason::Status(301))),
        (401, html, Some(CloseReason::Status(401))),
        (404, EVENT_STREAM, Some(CloseReason::Status(404))),
        (501, html, Some(CloseReason::Status(501))),
        (0, None, Some(CloseReason::Status(0))),
        (u16::MAX, None, Some(CloseReason::Status(u16::MAX))),
    ] {
        let mut source = connecting(config());
        source.handle_response(at(1), ResponseHead { status, content_type, retry_after: None });
        let expected =
            reason.map_or(vec![Output::Opened, Output::Wait(None)], |why| vec![Output::Closed(why)]);
        assert_eq!(drain(&mut source), expected, "{status} {content_type:?}");
    }
}

#[test]
fn what_a_later_response_comes_to() {
    for (status, retried) in [(503, true), (429, true), (404, false), (204, false)] {
        let mut source = waiting(config());
        source.handle_timeout(at(3));
        drain(&mut source);
        source.handle_response(at(3), head(status));
        assert_eq!(due(&mut source).is_ok(), retried, "{status}");
    }
    let policy = ReconnectPolicy { retry_initial: true, ..ReconnectPolicy::whatwg() };
    let mut source = connecting(Config { policy, ..Config::default() });
    source.handle_response(at(0), head(503));
    assert_eq!(due(&mut source), Err(CloseReason::Status(503)));
}

#[test]
fn failures_before_the_first_open() {
    for (retry_initial, expected) in [(false, Err(CloseReason::Failed(Cause::Transport))), (true, Ok(at(3)))]
    {
        let policy = ReconnectPolicy { retry_initial, ..policy() };
        let mut source = connecting(Config { policy, ..Config::default() });
        assert_eq!(lose(&mut source, at(0), Disconnect::Transport), expected);
    }
}

#[test]
fn delays_grow_to_the_cap_and_start_over_with_progress() {
    let mut source = open(config());
    let mut now = at(0);
    for delay in [3, 6, 12, 24, 48, 60, 60] {
        let next = lose(&mut source, now, Disconnect::Eof).expect("no end of attempts");
        assert_eq!(next, now + seconds(delay));
        now = next;
        reopen(&mut source, now);
    }
    // An event is progress.
    send(&mut source, now, "data: a\n\n");
    let next = lose(&mut source, now, Disconnect::Eof).expect("no end of attempts");
    assert_eq!(next, now + seconds(3));
    // A comment and a 200 are none.
    reopen(&mut source, next);
    send(&mut source, next, ": a\nretry: 3000\ndata: half");
    let again = lose(&mut source, next, Disconnect::Eof).expect("no end of attempts");
    assert_eq!(again, next + seconds(6));
    // Having been open for long is.
    reopen(&mut source, again);
    let later = again + seconds(60);
    assert_eq!(lose(&mut source, later, Disconnect::Transport), Ok(later + seconds(3)));
}

#[test]
fn accept_and_close_runs_out_of_attempts() {
    let policy = ReconnectPolicy { max_attempts: Some(3), ..policy() };
    let mut source = open(Config { policy, ..Config::default() });
    let mut now = at(0);
    for _ in 0..3 {
        now = lose(&mut source, now, Disconnect::Eof).expect("an attempt is left");
        reopen(&mut source, now);
    }
    let reason = CloseReason::GaveUp { attempts: 3, last: Cause::Eof };
    assert_eq!(lose(&mut source, now, Disconnect::Eof), Err(reason));
}

#[test]
fn no_reconnection_at_all() {
    for (how, reason) in [
        (Disconnect::Eof, CloseReason::EndOfStream),
        (Disconnect::Transport, CloseReason::GaveUp { attempts: 0, last: Cause::Transport }),
    ] {
        let mut source = open(Config { policy: ReconnectPolicy::never(), ..Config::default() });
        assert_eq!(lose(&mut source, at(0), how), Err(reason));
    }
}

#[test]
fn jitter_is_added_and_never_taken_off() {
    let (mut least, mut most) = (Duration::MAX, Duration::ZERO);
    for seed in 0..2000 {
        let delay = Backoff::new(ReconnectPolicy::default(), seed).next_delay().expect("no end of attempts");
        least = least.min(delay);
        most = most.max(delay);
    }
    assert!(least >= seconds(3) && least < Duration::from_millis(3010), "{least:?}");
    assert!(most <= Duration::from_millis(3600) && most > Duration::from_millis(3590), "{most:?}");
}

#[test]
fn the_server_sets_the_reconnection_time_within_bounds() {
    for (retry, delay) in [
        ("retry: 5000\n", seconds(5)),
        ("retry: 0\n", Duration::from_millis(100)),
        ("retry: 99999999999999999999999999\n", seconds(3600)),
        ("retry: 7000", seconds(3)),
        ("retry: 5 \n", seconds(3)),
        ("retry: 120000\n", seconds(120)),
    ] {
        let mut source = open(config());
        send(&mut source, at(0), retry);
        assert_eq!(lose(&mut source, at(1), Disconnect::Eof), Ok(at(1) + delay), "{retry:?}");
        assert_eq!(source.reconnection_time(), delay);
    }
    // Bounds that contradict each other are no panic.
    let policy = ReconnectPolicy { min_delay: seconds(9), max_server_delay: seconds(1), ..policy() };
    let mut backoff = Backoff::new(policy, 0);
    backoff.handle_retry(seconds(5));
    assert_eq!(backoff.reconnection_time(), seconds(9));
}

#[test]
fn retry_after_is_a_floor_for_one_delay() {
    for (retry_after, delay) in [(0, 3), (2, 3), (30, 30), (u64::MAX, 3600)] {
        let mut source = waiting(config());
        source.handle_timeout(at(3));
        drain(&mut source);
        let retry_after = Some(seconds(retry_after));
        source.handle_response(at(3), ResponseHead { retry_after, ..head(503) });
        // It is the second failure in a row, so the delay would be 6 s by itself.
        let next = due(&mut source).expect("503 is retried");
        assert_eq!(next, at(3) + seconds(delay.max(6)));
        source.handle_timeout(next);
        drain(&mut source);
        source.handle_response(next, head(503));
        assert_eq!(due(&mut source), Ok(next + seconds(12)));
    }
}

#[test]
fn any_byte_resets_the_idle_timeout() {
    let config = Config { idle_timeout: Some(seconds(10)), ..config() };
    let mut source = open(config);
    assert_eq!(last(&mut source), Output::Wait(Some(at(10))));
    assert_eq!(send(&mut source, at(9), ":\n"), [Output::Wait(Some(at(19)))]);
    assert_eq!(send(&mut source, at(18), "d"), [Output::Wait(Some(at(28)))]);
    source.handle_data(at(20), Bytes::new());
    source.handle_timeout(at(27));
    assert_eq!(last(&mut source), Output::Wait(Some(at(28))));
    source.handle_timeout(at(28));
    let expected = Output::Disconnected { cause: Cause::IdleTimeout, retry_at: at(31) };
    assert_eq!(drain(&mut source), [expected, Output::Wait(Some(at(31)))]);
}

#[test]
fn a_response_that_does_not_come() {
    let mut source = connecting(Config { response_timeout: Some(seconds(5)), ..config() });
    source.handle_timeout(at(4));
    assert_eq!(last(&mut source), Output::Wait(Some(at(5))));
    source.handle_timeout(at(5));
    assert_eq!(last(&mut source), Output::Closed(CloseReason::Failed(Cause::ResponseTimeout)));
}

#[test]
fn an_event_over_the_limit_is_fatal() {
    let limits = Limits { max_event_len: 10, ..Limits::default() };
    let mut source = open(Config { limits, ..config() });
    let outputs = send(&mut source, at(0), "data: a\n\ndata: too long for it\n\ndata: b\n\n");
    assert_eq!(outputs, [event("a", ""), Output::Closed(CloseReason::TooLong { limit: 10 })]);
}

#[test]
fn a_partial_event_and_its_id_do_not_survive() {
    let mut source = open(config());
    assert_eq!(send(&mut source, at(0), "id: 1\ndata: a\n\nid: 2\ndata: half\n")[0], event("a", "1"));
    assert_eq!(lose(&mut source, at(0), Disconnect::Eof), Ok(at(3)));
    source.handle_timeout(at(3));
    let outputs = drain(&mut source);
    let Output::Connect(attempt) = &outputs[0] else { panic!("{outputs:?}") };
    assert_eq!((attempt.number, attempt.failures), (2, 1));
    assert_eq!(attempt.resume, Resume::From("1".into()));
    source.handle_response(at(3), head(200));
    drain(&mut source);
    assert_eq!(send(&mut source, at(3), "\ndata: b\n\n")[0], event("b", "1"));
}

#[test]
fn what_the_attempt_sends() {
    for (id, resume, sent) in [
        ("", Resume::Fresh, None),
        ("7", Resume::From("7".into()), Some("7")),
        ("é", Resume::From("é".into()), Some("é")),
        (" 7", Resume::Unsendable(" 7".into()), None),
        ("7 ", Resume::Unsendable("7 ".into()), None),
        ("a\u{1}b", Resume::Unsendable("a\u{1}b".into()), None),
        ("a\u{7f}b", Resume::Unsendable("a\u{7f}b".into()), None),
        ("a\tb", Resume::Unsendable("a\tb".into()), None),
    ] {
        let mut source = EventSource::new(Config { last_event_id: id.into(), ..config() }, at(0));
        let Output::Connect(attempt) = source.poll_output() else { panic!("the first output") };
        assert_eq!(attempt.resume, resume);
        assert_eq!(attempt.last_event_id(), id);
        let headers: Vec<_> = attempt.headers().collect();
        assert_eq!(headers[..2], [("Accept", &b"text/event-stream"[..]), ("Cache-Control", b"no-cache")]);
        assert_eq!(headers.get(2).copied(), sent.map(|id| ("Last-Event-ID", id.as_bytes())));
    }
    assert!(matches!(Resume::new("x".repeat(4096).into()), Resume::From(_)));
    assert!(matches!(Resume::new("x".repeat(4097).into()), Resume::Unsendable(_)));
}

#[test]
fn an_unsendable_id_does_not_end_the_stream() {
    let mut source = open(config());
    send(&mut source, at(0), "id: a\u{1}b\ndata: x\n\n");
    assert_eq!(lose(&mut source, at(0), Disconnect::Eof), Ok(at(3)));
    source.handle_timeout(at(3));
    assert!(matches!(source.poll_output(), Output::Connect(attempt) if attempt.headers().count() == 2));
}

#[test]
fn comments_and_retries_are_shown_when_asked_for() {
    const STREAM: &str = ": c\nretry: 700\ndata: a\n\n";
    let (comment, retry) = (Frame::Comment("c".into()), Frame::Retry(Duration::from_millis(700)));
    for (show_comments, show_retries) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut source = open(Config { show_comments, show_retries, ..config() });
        let mut expected = Vec::new();
        expected.extend(show_comments.then(|| Output::Frame(comment.clone())));
        expected.extend(show_retries.then(|| Output::Frame(retry.clone())));
        expected.extend([event("a", ""), Output::Wait(None)]);
        assert_eq!(send(&mut source, at(0), STREAM), expected);
        assert_eq!(source.reconnection_time(), Duration::from_millis(700));
    }
}

#[test]
fn event_types_of_the_interface_are_ordinary() {
    let mut source = open(config());
    for (stream, event_type) in [("event: open\ndata: a\n\n", "open"), ("event: error\ndata: a\n\n", "error")]
    {
        let outputs = send(&mut source, at(0), stream);
        assert!(matches!(&outputs[0], Output::Frame(Frame::Event(event)) if event.event_type == event_type));
        assert_eq!(source.ready_state(), ReadyState::Open);
    }
}

#[test]
fn close_and_finish_deliver_nothing_more() {
    for (end, reason) in [
        (EventSource::close as fn(&mut EventSource), CloseReason::Requested),
        (EventSource::finish, CloseReason::Finished),
    ] {
        for make in [connecting, open, waiting] {
            let mut source = make(config());
            source.handle_data(at(0), Bytes::from("data: a\n\ndata: b\n\n"));
            end(&mut source);
            for _ in 0..2 {
                assert_eq!(drain(&mut source), [Output::Closed(reason.clone())]);
            }
            assert_eq!(source.close_reason(), Some(&reason));
            source.close();
            source.finish();
            assert_eq!(drain(&mut source), [Output::Closed(reason.clone())]);
        }
    }
}

#[test]
fn restart_connects_at_once_and_counts_as_no_failure() {
    let policy = ReconnectPolicy { max_attempts: Some(1), ..policy() };
    for make in [connecting, open] {
        let mut source = make(Config { policy: policy.clone(), ..config() });
        for _ in 0..5 {
            source.restart(at(1));
            let outputs = drain(&mut source);
            assert_eq!(outputs[0], Output::Disconnected { cause: Cause::Restart, retry_at: at(1) });
            assert!(matches!(&outputs[1], Output::Connect(attempt) if attempt.failures == 0));
        }
    }
    let mut source = waiting(config());
    source.restart(at(1));
    assert!(matches!(drain(&mut source)[..], [Output::Connect(_), Output::Wait(None)]));
    let mut source = closed(config());
    source.restart(at(1));
    assert!(matches!(drain(&mut source)[..], [Output::Closed(CloseReason::Requested)]));
}

/// Each input in each state where it makes no sense changes nothing.
#[test]
fn inputs_in_the_wrong_state_are_ignored() {
    type Input = fn(&mut EventSource);
    let response: Input = |source| source.handle_response(at(1), head(200));
    let refusal: Input = |source| source.handle_response(at(1), head(404));
    let data: Input = |source| source.handle_data(at(1), Bytes::from("id: 9\ndata: a\n\n"));
    let end: Input = |source| source.handle_disconnect(at(1), Disconnect::Eof);
    let early: Input = |source| source.handle_timeout(at(1));
    let long_ago: Input = |source| source.handle_timeout(Instant::ZERO);
    type Make = fn(Config) -> EventSource;
    let states: [(Make, &[Input]); 4] = [
        (connecting, &[data, early, long_ago]),
        (open, &[response, refusal, early, long_ago]),
        (waiting, &[response, refusal, data, end, early, long_ago]),
        (closed, &[response, refusal, data, end, early, long_ago]),
    ];
    for (n, (make, inputs)) in states.into_iter().enumerate() {
        for (m, input) in inputs.iter().enumerate() {
            let mut source = make(config());
            let before = (drain(&mut source), source.ready_state());
            for _ in 0..2 {
                input(&mut source);
                assert_eq!((drain(&mut source), source.ready_state()), before, "state {n}, input {m}");
                assert_eq!(source.last_event_id(), "");
            }
        }
    }
}

#[test]
fn nothing_is_lost_when_the_driver_does_not_drain() {
    let mut source = connecting(config());
    source.handle_response(at(0), head(200));
    for data in ["data: a\n", "\nda", "ta: b\n\ndata: half"] {
        source.handle_data(at(0), Bytes::from(data));
    }
    source.handle_disconnect(at(0), Disconnect::Eof);
    let lost = Output::Disconnected { cause: Cause::Eof, retry_at: at(3) };
    let expected = [Output::Opened, event("a", ""), event("b", ""), lost, Output::Wait(Some(at(3)))];
    assert_eq!(drain(&mut source), expected);
}

#[test]
fn no_time_is_too_long_or_runs_the_wrong_way() {
    let policy = ReconnectPolicy {
        reconnection_time: Duration::MAX,
        factor: u32::MAX,
        max_delay: Duration::MAX,
        min_delay: Duration::MAX,
        max_server_delay: Duration::MAX,
        jitter_percent: u32::MAX,
        reset_after: Duration::MAX,
        retry_initial: true,
        ..ReconnectPolicy::default()
    };
    let timeout = Some(Duration::MAX);
    let mut source =
        connecting(Config { policy, response_timeout: timeout, idle_timeout: timeout, ..Config::default() });
    let end = Instant::ZERO + Duration::MAX;
    for now in [end, at(0)] {
        for _ in 0..3 {
            source.handle_response(now, ResponseHead { retry_after: timeout, ..head(503) });
            assert_eq!(due(&mut source), Ok(end));
            source.handle_timeout(end);
            drain(&mut source);
            source.handle_response(now, head(200));
            send(&mut source, at(0), "retry: 18446744073709551615\n");
            assert_eq!(lose(&mut source, now, Disconnect::Eof), Ok(end));
            source.handle_timeout(end);
            drain(&mut source);
        }
    }
}
