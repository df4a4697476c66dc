//! Reading: the four predicates, items of the application's types, and borrowed frames. The tests
//! cover sessions and the events of one body.

use std::future::poll_fn;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use sse_driver::{Events, Frame, FrameRef, Read, Retry, State};

use super::*;

/// The names of the predicates that are set. Each one matches data that contains its name.
type Set = &'static [&'static str];

/// Sets predicates on a request or on the events of a body.
macro_rules! set {
    ($on:expr, $set:expr) => {{
        let mut on = $on;
        for name in $set {
            on = match *name {
                "fail" => on.fail_when(|event| event.data.contains("fail").then(|| "it said so")),
                "before" => on.finish_before(|event| event.data.contains("before")),
                "skip" => on.skip_when(|event| event.data.contains("skip")),
                "after" => on.finish_after(|event| event.data.contains("after")),
                "unfinished" => on.deliver_unfinished(true),
                _ => unreachable!("there is no {name}"),
            };
        }
        on
    }};
}

/// The predicates, a stream, and the items and the end that it yields with them.
const ENDS: [(Set, &str, &str); 20] = [
    (&[], "data: a\n\ndata: b\n\n", "a, b, end"),
    (&["after"], "data: a\n\ndata: after\n\ndata: b\n\n", "a, after, end"),
    (&["before"], "data: a\n\ndata: before\n\ndata: b\n\n", "a, end"),
    (&["skip"], "data: a\n\ndata: skip\n\ndata: b\n\n", "a, b, end"),
    (&["fail"], "data: a\n\ndata: fail\n\ndata: b\n\n", "a, error: an event reported an error"),
    (&["fail", "before", "skip", "after"], "data: skip before after\n\n", "end"),
    (&["fail", "before", "skip", "after"], "data: skip after\n\ndata: after\n\n", "after, end"),
    (&["fail", "before"], "data: fail before\n\n", "error: an event reported an error"),
    // The stream ends without the event that the predicates expect.
    (&["after"], "data: a\n\n", "a, error: truncated"),
    (&["before"], "data: a\n\n", "a, error: truncated"),
    (&["skip"], "data: a\n\n", "a, end"),
    (&["before"], "", "error: truncated"),
    // A clean end follows an event that lacks its blank line.
    (&[], "data: a\n\ndata: b", "a, end"),
    (&["unfinished"], "data: a\n\ndata: b", "a, b, end"),
    (&["unfinished"], "data: a\n\nid: 7", "a, end"),
    (&["before"], "data: a\n\ndata: before", "a, end"),
    (&["after"], "data: a\n\ndata: after\n", "a, after, end"),
    (&["before"], "data: a\n\ndata: b", "a, error: truncated"),
    (&["unfinished", "skip"], "data: a\n\ndata: skip", "a, end"),
    (&["unfinished", "after"], "data: a\n\ndata: b", "a, b, error: truncated"),
];

fn summary(items: Vec<String>, end: Result<(), Error>) -> String {
    let end = match end {
        Ok(()) => "end".to_owned(),
        Err(Error::Truncated) => "error: truncated".to_owned(),
        Err(error) => format!("error: {error}"),
    };
    [items, vec![end]].concat().join(", ")
}

#[test]
fn predicates_decide_what_a_session_yields() {
    for (set, stream, expected) in ENDS {
        for piece in [1, 5, usize::MAX] {
            let reply = stream.as_bytes().chunks(piece).fold(events(), |reply, chunk| reply.send(chunk));
            let test = test([reply]);
            let request = set!(test.get().max_reconnection_attempts(0), set);
            let (items, end) = test.read(request);
            assert_eq!(summary(items, end), expected, "{set:?} {stream:?} in pieces of {piece}");
            assert_eq!(test.net.open_connections(), 0, "the connection is closed");
        }
    }
}

#[test]
fn predicates_decide_what_the_events_of_a_body_yield() {
    for (set, stream, expected) in ENDS {
        for piece in [1, 5, usize::MAX] {
            let mut events = set!(body(stream, piece), set);
            let (mut items, mut end) = (Vec::new(), Ok(()));
            futures_executor::block_on(async {
                while let Some(item) = events.next().await {
                    match item {
                        Ok(event) => items.push(event.data),
                        Err(error) => end = Err(error),
                    }
                }
                assert!(events.next().await.is_none(), "nothing follows the end");
            });
            assert_eq!(summary(items, end), expected, "{set:?} {stream:?} in pieces of {piece}");
        }
    }
}

#[test]
fn a_skipped_event_does_not_count_as_delivered() {
    for (stream, delivered) in [("data: skip\n\n", false), ("data: skip\n\ndata: a\n\n", true)] {
        let test = test([events().send(stream).reset()]);
        let request = set!(test.get(), &["skip"]).retry_when(move |failure| {
            assert_eq!(failure.delivered, delivered);
            Retry::Stop
        });
        assert_eq!(test.read(request).0.len(), usize::from(delivered));
    }
}

/// The predicates do not see the event that the failure cut off.
#[test]
fn an_unfinished_event_is_dropped_when_the_connection_fails() {
    for set in [&["unfinished"][..], &["before"], &["after"]] {
        let test = test([events().send("data: a\n\ndata: before after").reset()]);
        let request = set!(test.get().max_reconnection_attempts(0), set);
        let (items, end) = test.read(request);
        assert_eq!(items, ["a"], "{set:?}");
        assert!(matches!(end, Err(Error::Stream(_))), "{set:?}: {end:?}");
    }
}

#[test]
fn an_unfinished_event_changes_the_last_event_id_only_if_it_is_delivered() {
    for (deliver, ids) in [(true, Some("2")), (false, Some("1"))] {
        let test = test([events().send("id: 1\ndata: a\n\nid: 2\ndata: b"), no_content()]);
        let (_, end) = test.read(test.get().deliver_unfinished(deliver));
        end.expect("the server has no more");
        assert_eq!(test.header(1, "last-event-id").as_deref(), ids);
    }
}

fn body(text: &'static str, piece: usize) -> Events<impl futures_util::Stream<Item = io::Result<Bytes>>> {
    let chunks = text.as_bytes().chunks(piece).map(|chunk| Ok(Bytes::from_static(chunk)));
    Events::from_stream(stream::iter(chunks.collect::<Vec<_>>()))
}

const NUMBERS: &str =
    "data: 1\n\nevent: ping\n\nevent: ping\ndata\n\ndata: x\n\ndata: 2\n\nevent: END\ndata: 3\n\ndata: 4\n\n";

fn number(end: fn(u32) -> Read<u32, String>) -> impl FnMut(EventRef<'_>) -> Read<u32, Failure> {
    move |event| match (event.event_type, event.data.parse()) {
        ("ping", _) => Read::Skip,
        ("END", Ok(number)) => match end(number) {
            Read::Item(number) => Read::Item(number),
            Read::Last(number) => Read::Last(number),
            Read::Skip => Read::Skip,
            Read::Finish => Read::Finish,
            Read::Error(error) => Read::Error(Failure(error)),
            Read::Fail(error) => Read::Fail(Failure(error)),
        },
        (_, Ok(number)) => Read::Item(number),
        (_, Err(_)) => Read::Error(Failure(format!("bad {}", event.data))),
    }
}

/// An error type of the application.
#[derive(Debug)]
struct Failure(String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

#[test]
fn a_reader_decides_what_the_stream_yields() {
    type Reader = fn(u32) -> Read<u32, String>;
    let cases: [(Reader, &str); 6] = [
        (Read::Item, "1 bad x 2 3 4"),
        (Read::Last, "1 bad x 2 3"),
        (|_| Read::Skip, "1 bad x 2 4"),
        (|_| Read::Finish, "1 bad x 2"),
        (|_| Read::Error("goes on".into()), "1 bad x 2 goes on 4"),
        (|_| Read::Fail("ends".into()), "1 bad x 2 ends"),
    ];
    let text =
        |item: Result<u32, Failure>| item.map_or_else(|Failure(text)| text, |number| number.to_string());
    for (end, expected) in cases {
        let items: Vec<_> =
            futures_executor::block_on(body(NUMBERS, 7).into_read(number(end)).map(text).collect());
        assert_eq!(items.join(" "), expected, "a body");

        let test = test([events().send(NUMBERS), no_content()]);
        let items: Vec<_> = test.clock.run(async {
            let mut session = test.get().open().await.expect("open");
            session.read(number(end)).map(text).collect().await
        });
        assert_eq!(items.join(" "), expected, "a session");
        assert_eq!(test.net.open_connections(), 0, "the connection is closed");
    }
}

#[test]
fn a_reader_that_ends_a_session_reports_the_closed_state() {
    type Reader = fn(u32) -> Read<u32, String>;
    for end in [Read::Last as Reader, |_| Read::Finish, |_| Read::Fail("ends".into())] {
        let test = test([events().send(NUMBERS).stall()]);
        let closed = Arc::new(AtomicBool::new(false));
        let reported = Arc::clone(&closed);
        let request = test.get().on_state(move |state| {
            reported.fetch_or(matches!(state, State::Closed { .. }), Ordering::Relaxed);
        });
        test.clock.run(async {
            let mut numbers = request.start().into_read(number(end));
            while numbers.next().await.is_some() {}
            assert!(closed.load(Ordering::Relaxed));
        });
    }
}

#[test]
fn an_error_of_the_source_is_converted_and_is_the_last_item() {
    let test = test([events().send("data: 1\n\n").reset()]);
    test.clock.run(async {
        let session = test.get().max_reconnection_attempts(0).open().await.expect("open");
        let mut numbers = session.into_read(number(Read::Item));
        assert_eq!(numbers.next().await.expect("an item").expect("a number"), 1);
        let Failure(error) = numbers.next().await.expect("an item").expect_err("it fails");
        assert_eq!(error, "the connection failed while the stream was open");
        assert!(numbers.next().await.is_none());
    });
}

#[cfg(feature = "json")]
#[test]
fn json_continues_after_invalid_json() {
    let text = "id: 4\ndata: [1,\ndata: 2]\n\ndata: [\n\nevent: e\nid: 5\ndata: []\n\ndata: [DONE]\n\n";
    let test = test([events().send(text).stall()]);
    test.clock.run(async {
        let request = test.get().finish_before(|event| event.data == "[DONE]");
        let mut session = request.open().await.expect("open");
        let mut lists = session.json::<Vec<u8>>();
        let first = lists.next().await.expect("an event").expect("json");
        assert_eq!((&*first.event_type, first.data, &*first.last_event_id), ("message", vec![1, 2], "4"));
        let error = lists.next().await.expect("an event").expect_err("no json");
        let Error::Deserialize { event, source } = error else { panic!("{error:?}") };
        assert!(event.data == "[" && source.is::<serde_json::Error>(), "{source:?}");
        assert_eq!(lists.next().await.expect("an event").expect("json").last_event_id, "5");
        assert!(lists.next().await.is_none(), "the event that ends the stream is not delivered");
    });
}

#[test]
fn for_each_frame_borrows_frames_until_the_visitor_breaks() {
    let text = ": c\nretry: 7\ndata: a\n\ndata: b\n\ndata: stop\n\ndata: never\n\n";
    let seen = |frame: FrameRef<'_>, seen: &mut Vec<Frame>| match frame {
        FrameRef::Event(event) if event.data == "stop" => ControlFlow::Break("stopped"),
        frame => {
            seen.push(frame.to_owned());
            ControlFlow::Continue(())
        }
    };
    let expected = [
        Frame::Comment("c".into()),
        Frame::Retry(Duration::from_millis(7)),
        Frame::Event(EventRef::new("message", "a").to_owned()),
        Frame::Event(EventRef::new("message", "b").to_owned()),
    ];
    let mut of_body = Vec::new();
    let mut events = body(text, 3).show_comments(true).show_retries(true);
    let end = futures_executor::block_on(events.for_each_frame(|frame| seen(frame, &mut of_body)));
    assert_eq!((end.expect("no error"), &of_body[..]), (Some("stopped"), &expected[..]));

    let test = test([super::events().send(text).stall()]);
    let mut of_session = Vec::new();
    test.clock.run(async {
        let request = test.get().show_comments(true).show_retries(true);
        let mut session = request.open().await.expect("open");
        let end = session.for_each_frame(|frame| seen(frame, &mut of_session)).await;
        assert_eq!(end.expect("no error"), Some("stopped"));
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "never");
    });
    assert_eq!(of_session, expected);
}

#[test]
fn for_each_frame_returns_the_end_and_errors() {
    let visit = |_: FrameRef<'_>| ControlFlow::<()>::Continue(());
    let mut events = body("data: a\n\n", 9);
    assert!(matches!(futures_executor::block_on(events.for_each_frame(visit)), Ok(None)));
    let mut events = body("data: a\n\n", 9).finish_before(|_| false);
    let end = futures_executor::block_on(events.for_each_frame(visit));
    assert!(matches!(end, Err(Error::Truncated)), "{end:?}");
}

#[test]
fn a_silent_body_is_an_idle_timeout() {
    let clock = MockTimer::new();
    let end = clock.run(async {
        let chunks = stream::iter([Ok::<_, io::Error>("data: a\n\n".into())]).chain(stream::pending());
        let mut events = Events::from_stream(chunks).idle_timeout(Duration::from_secs(20), clock.clone());
        assert_eq!(events.next().await.expect("an event").expect("no error").data, "a");
        let end = events.next().await.expect("an item").expect_err("it is silent");
        assert!(events.next().await.is_none());
        end
    });
    assert!(matches!(end, Error::IdleTimeout(time) if time.as_secs() == 20), "{end:?}");
    assert_eq!(clock.now().since_origin().as_secs(), 20);
}

/// Chunks without an event must not keep the loop over the body from yielding.
#[test]
fn a_body_of_endless_comments_yields_to_other_tasks() {
    let mut events = Events::from_stream(stream::repeat_with(|| Ok::<_, io::Error>(": c\n".into())));
    let waker = Waker::noop();
    let pending = poll_fn(|cx| Poll::Ready(std::pin::pin!(events.next()).poll(cx).is_pending()));
    let mut pending = std::pin::pin!(pending);
    assert_eq!(pending.as_mut().poll(&mut Context::from_waker(waker)), Poll::Ready(true));
}

#[test]
fn diagnostics_keep_the_end_of_a_body() {
    use sse_driver::Diagnostics;

    let mut events = body("data: a\n\ndata: b\n\n", 4).diagnostics(Diagnostics::LastEvents(1));
    assert!(format!("{events:?}").starts_with("Events { is_over: false, decoder: "), "{events:?}");
    futures_executor::block_on(async { while events.next().await.is_some() {} });
    assert_eq!(events.diagnostics_text(), "data: b\n\n");
}
