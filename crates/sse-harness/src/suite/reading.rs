//! The ways to read a session.

use core::ops::ControlFlow;
use std::sync::Arc;

use sse_driver::proto::{CloseReason, Limits, Oversize};
use sse_driver::{Error, EventRef, Frame, FrameRef, Read, State, Update};

use super::Adapter;
use super::case::{
    BuilderOf, LONG, RequestOf, SessionOf, case, client, closes, data, failure, get, next, open, within,
};
use crate::{Reply, serve};

const STREAM: &str = "\u{feff}: a comment\nevent: tick\nid: 7\ndata: one\ndata:two\n\nretry: 100\rdata\r\rid\r\ndata: \u{fc}\r\nnoise\r\n\r\n";

fn stream_of_frames() -> Reply {
    Reply::events().send(": hello\nretry: 1000\ndata: a\n\n: bye\ndata: b\n\n").stall()
}

async fn frame<A: Adapter>(session: &mut SessionOf<A>) -> Frame {
    let frame = within::<A, _>(LONG, session.frames().next()).await;
    frame.expect("a frame in time").expect("a frame").expect("no error")
}

/// Events with all fields and line ends arrive in one chunk, in a chunk for each part of a line,
/// and byte by byte.
pub fn events_have_all_fields_in_any_chunks<A: Adapter>() {
    case::<A>(async || {
        let pieces = STREAM.split_inclusive([':', '\r']);
        let replies = [
            Reply::events().send(STREAM),
            pieces.fold(Reply::events(), |reply, piece| reply.send(piece)),
            Reply::events().send_each_byte(STREAM),
            Reply::events().until_close().send_each_byte(STREAM),
        ];
        for reply in replies {
            let server = serve([reply.stall()]);
            let mut session = open::<A>(get::<A>(&server)).await;
            for (event_type, data, own_id, id) in [
                ("tick", "one\ntwo", Some("7"), "7"),
                ("message", "", None, "7"),
                ("message", "ü", Some(""), ""),
            ] {
                let event = next::<A>(&mut session).await.expect("an event").expect("no error");
                assert_eq!((&*event.event_type, &*event.data), (event_type, data));
                assert_eq!((event.id(), &*event.last_event_id), (own_id, id));
                assert_eq!(session.last_event_id(), id);
            }
        }
    });
}

/// Comments are hidden unless the client shows them. The setting of the request overrides that of
/// the client.
pub fn comments_are_shown_if_configured<A: Adapter>() {
    case::<A>(async || {
        let comments = ["hello", "a", "bye", "b"];
        shown::<A>(BuilderOf::<A>::show_comments, RequestOf::<A>::show_comments, &comments).await;
    });
}

/// Reconnection times are hidden unless the client shows them. The setting of the request overrides
/// that of the client.
pub fn retries_are_shown_if_configured<A: Adapter>() {
    case::<A>(async || {
        let retries = ["1s", "a", "b"];
        shown::<A>(BuilderOf::<A>::show_retries, RequestOf::<A>::show_retries, &retries).await;
    });
}

/// Tests all combinations of the options of client and request. `when_on` lists the frames that the
/// session yields when they are shown.
async fn shown<A: Adapter>(
    of_client: fn(BuilderOf<A>, bool) -> BuilderOf<A>,
    of_request: fn(RequestOf<A>, bool) -> RequestOf<A>,
    when_on: &[&str],
) {
    let server = serve([stream_of_frames()]);
    let unset = None;
    for on_client in [unset, Some(false), Some(true)] {
        for on_request in [unset, Some(false), Some(true)] {
            let builder = client::<A>();
            let builder = if let Some(show) = on_client { of_client(builder, show) } else { builder };
            let request = builder.build().get(server.url("/"));
            let request = if let Some(show) = on_request { of_request(request, show) } else { request };
            let is_on = on_request.or(on_client).unwrap_or(false);
            let expected = if is_on { when_on } else { &["a", "b"] };
            let mut session = open::<A>(request).await;
            for text in expected {
                assert_eq!(describe(frame::<A>(&mut session).await), *text, "{on_client:?} {on_request:?}");
            }
        }
    }
}

fn describe(frame: Frame) -> String {
    match frame {
        Frame::Event(event) => event.data.to_string(),
        Frame::Comment(text) => text.to_string(),
        Frame::Retry(time) => format!("{time:?}"),
        frame => format!("{frame:?}"),
    }
}

/// An event over the limit is an error without reconnection. The events before it are delivered.
pub fn an_event_that_is_too_long_ends_the_session<A: Adapter>() {
    case::<A>(async || {
        let long = "x".repeat(1000);
        let server = serve([Reply::events().send("data: a\n\ndata: ").send(long).stall()]);
        let limits = Limits::default().max_event_len(100);
        let mut session = open::<A>(get::<A>(&server).limits(limits)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let error = failure::<A>(&mut session).await;
        assert!(matches!(error, Error::TooLong { limit: 100 }), "{error:?}");
        assert_eq!(session.close_reason(), Some(&CloseReason::TooLong { limit: 100 }));
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// With [`Oversize::Skip`], the session reports the event as discarded and continues.
pub fn an_event_that_is_too_long_can_be_skipped<A: Adapter>() {
    case::<A>(async || {
        let body = format!("data: a\n\ndata: {}\n\ndata: b\n\n", "x".repeat(1000));
        let server = serve([Reply::events().send(body).stall()]);
        let limits = Limits::default().max_event_len(100).oversize(Oversize::Skip);
        let request = || get::<A>(&server).limits(limits);
        let mut session = open::<A>(request()).await;
        assert_eq!(describe(frame::<A>(&mut session).await), "a");
        assert_eq!(frame::<A>(&mut session).await, Frame::Discarded { len: 1007 });
        assert_eq!(describe(frame::<A>(&mut session).await), "b");
        let mut session = open::<A>(request()).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b", "`next` skips the report");
    });
}

/// The visitor sees each frame once, across a reconnection, until it breaks. The next call
/// continues after that frame.
pub fn for_each_frame_stops_when_the_visitor_breaks<A: Adapter>() {
    case::<A>(async || {
        let server = serve([
            Reply::events().send(": hello\ndata: a\n\n"),
            Reply::events().send("data: b\n\nid: 3\ndata: c\n\ndata: d\n\n").stall(),
        ]);
        let mut session = open::<A>(get::<A>(&server).show_comments(true)).await;
        let mut seen = Vec::new();
        let visit = |frame: FrameRef<'_>| match frame {
            FrameRef::Event(EventRef { data: "c", last_event_id, .. }) => {
                ControlFlow::Break(last_event_id.to_owned())
            }
            frame => {
                seen.push(describe(frame.to_owned()));
                ControlFlow::Continue(())
            }
        };
        let broke =
            within::<A, _>(LONG, session.for_each_frame(visit)).await.expect("the visitor breaks in time");
        assert_eq!(broke.expect("no error").as_deref(), Some("3"));
        assert_eq!(seen, ["hello", "a", "b"]);
        assert_eq!(data::<A>(&mut session).await, "d");
        assert_eq!(server.requests().len(), 2);
    });
}

/// A reader skips events, returns items and errors of its own types, and ends the session, which
/// closes the connection.
pub fn a_reader_turns_events_into_values<A: Adapter>() {
    case::<A>(async || {
        let body = "event: ping\ndata\n\ndata: 1\n\ndata: x\n\ndata: 2\n\ndata: 3\n\n";
        let server = serve([Reply::events().send(body).stall()]);
        let mut session = open::<A>(get::<A>(&server)).await;
        let mut numbers = session.read(|event| match event.data.parse::<u32>() {
            _ if event.event_type == "ping" => Read::Skip,
            Ok(2) => Read::Last(2),
            Ok(number) => Read::Item(number),
            Err(error) => Read::Error(Error::Rejected(Arc::new(error))),
        });
        let mut read = Vec::new();
        while let Some(item) = within::<A, _>(LONG, numbers.next()).await.expect("an item in time") {
            read.push(item.ok());
        }
        assert_eq!(read, [Some(1), None, Some(2)]);
        assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
        closes::<A>(&server, 0).await;
    });
}

/// The updates include a reconnection. The error is the last item.
pub fn updates_are_states_and_frames_in_order<A: Adapter>() {
    case::<A>(async || {
        let replies = [
            Reply::events().send("data: a\n\n"),
            Reply::events().send(": c\ndata: b\n\n"),
            Reply::status(404),
        ];
        let server = serve(replies);
        let mut session = get::<A>(&server).show_comments(true).start();
        let mut updates = session.updates();
        let mut shown = Vec::new();
        while let Some(update) = within::<A, _>(LONG, updates.next()).await.expect("an item in time") {
            shown.push(match update {
                Ok(Update::Frame(frame)) => describe(frame),
                Ok(Update::State(State::Connecting { attempt, .. })) => format!("connecting {attempt}"),
                Ok(Update::State(State::Open { .. })) => "open".to_owned(),
                Ok(Update::State(State::Disconnected { cause, .. })) => format!("lost: {cause:?}"),
                Ok(Update::State(State::Closed { reason, .. })) => format!("closed: {reason:?}"),
                Ok(update) => panic!("{update:?}"),
                Err(error) => format!("error: {:?}", error.status().map(|status| status.as_u16())),
            });
        }
        let first = ["connecting 1", "open", "a", "lost: Eof"];
        let then = ["connecting 2", "open", "c", "b", "lost: Eof"];
        let last = ["connecting 3", "closed: Status(404)", "error: Some(404)"];
        assert_eq!(shown, [&first[..], &then, &last].concat());
    });
}
