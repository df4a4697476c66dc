//! Every predicate with every way to read a session or a body. All ways yield the same events and
//! the same end.

use std::io;
use std::ops::ControlFlow;

use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use sse_driver::{Events, Frame, FrameRef, Read, Retry, Update};

use super::*;

const STREAM: &str = "event: delta\ndata: 1\n\nevent: ping\ndata: 0\n\nevent: delta\ndata: 2\n\nevent: stop\ndata: \
    3\n\nevent: error\ndata: 4\n\nevent: delta\ndata: 5";

#[derive(Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "lowercase")]
enum Message {
    Delta(u32),
    Ping(u32),
    Stop(u32),
    Error(u32),
}

impl Message {
    fn number(&self) -> u32 {
        match self {
            Self::Delta(number) | Self::Ping(number) | Self::Stop(number) | Self::Error(number) => *number,
        }
    }
}

/// The settings, and the items that the stream yields with them.
const ROWS: [(&[&str], &str); 9] = [
    (&[], "1 0 2 3 4"),
    (&["skip"], "1 2 3 4"),
    (&["before"], "1 0 2"),
    (&["after"], "1 0 2 3"),
    (&["fail"], "1 0 2 3 error"),
    (&["skip", "after", "fail"], "1 2 3"),
    (&["skip", "before", "after", "fail"], "1 2"),
    (&["unfinished"], "1 0 2 3 4 5"),
    (&["skip", "fail", "unfinished"], "1 2 3 error"),
];

macro_rules! set {
    ($on:expr, $set:expr) => {{
        let mut on = $on;
        for name in $set {
            on = match *name {
                "fail" => on.fail_when(|event| (event.event_type == "error").then(|| event.data.to_owned())),
                "before" => on.finish_before(|event| event.event_type == "stop"),
                "skip" => on.skip_when(|event| event.event_type == "ping"),
                "after" => on.finish_after(|event| event.event_type == "stop"),
                "unfinished" => on.deliver_unfinished(true),
                _ => unreachable!("there is no {name}"),
            };
        }
        on
    }};
}

/// Reads to the end and returns the items, with an error as `error`.
macro_rules! collect {
    ($source:expr, |$read:ident| $stream:expr, |$item:ident| $number:expr) => {{
        let mut source = $source;
        let $read = &mut source;
        let stream = &mut $stream;
        let mut items: Vec<String> = Vec::new();
        while let Some(item) = stream.next().await {
            match item {
                Ok($item) => items.extend({ $number }.map(|number| number.to_string())),
                Err(_) => items.push("error".to_owned()),
            }
        }
        items.join(" ")
    }};
}

macro_rules! in_every_way {
    ($source:expr, $expected:expr, $set:expr) => {{
        let items = [
            ("next", collect!($source, |events| &mut *events, |event| Some(event.data))),
            ("json", collect!($source, |events| events.json::<u32>(), |event| Some(event.data))),
            (
                "json_by_type",
                collect!($source, |events| events.json_by_type::<Message>(), |event| Some(event.number())),
            ),
            ("read", {
                let number = |event: EventRef<'_>| Read::<_, Error>::Item(event.data.to_owned());
                collect!($source, |events| events.read(number), |data| Some(data))
            }),
            ("frames", collect!($source, |events| events.frames(), |frame| data(frame))),
            ("for_each_frame", {
                let mut items = Vec::new();
                let visit = |frame: FrameRef<'_>| {
                    items.extend(data(frame.to_owned()));
                    ControlFlow::<()>::Continue(())
                };
                let end = $source.for_each_frame(visit).await;
                items.extend(end.err().map(|_| "error".to_owned()));
                items.join(" ")
            }),
        ];
        for (way, items) in items {
            assert_eq!(items, $expected, "{way} {:?}", $set);
        }
    }};
}

fn data(frame: Frame) -> Option<String> {
    match frame {
        Frame::Event(event) => Some(event.data),
        _ => None,
    }
}

#[test]
fn predicates_hold_in_every_way_to_read_a_body() {
    futures_executor::block_on(async {
        for (set, expected) in ROWS {
            let body = || stream::iter([Ok::<_, io::Error>(Bytes::from_static(STREAM.as_bytes()))]);
            in_every_way!(set!(Events::from_stream(body()).show_comments(true), set), expected, set);
        }
    });
}

/// The client has a token, takes any content type, and decides about retries, too.
#[test]
fn predicates_hold_in_every_way_to_read_a_session() {
    for (set, expected) in ROWS {
        let reply = || Reply::status(200).header("content-type", "text/plain").send(STREAM);
        let replies = (0..7).flat_map(|_| [Reply::status(404), reply()]);
        let test = test(replies);
        let request = || {
            let request = test
                .get()
                .bearer_auth_with(|_| async { Ok::<_, io::Error>("token".to_owned()) })
                .any_content_type(true)
                .retry_when(|failure| if failure.was_open { Retry::Stop } else { Retry::Backoff });
            set!(request, set).start()
        };
        test.clock.run(async {
            in_every_way!(request(), expected, set);
            let updates = collect!(request(), |session| session.updates(), |update| match update {
                Update::Frame(frame) => data(frame),
                _ => None,
            });
            assert_eq!(updates, expected, "updates {set:?}");
        });
    }
}
