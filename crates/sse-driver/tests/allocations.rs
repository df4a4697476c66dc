//! Borrowed frames are not allocated: the allocations of a stream do not grow with its events.
#![allow(missing_docs)]

use std::io;
use std::ops::ControlFlow;

use bytes::Bytes;
use futures_executor::block_on;
use futures_util::stream::{self, Stream};
use http::{Request, Response};
use sse_driver::{Client, Events, FrameRef, RequestBody, Session, Transport};
use sse_harness::MockTimer;

const STREAM: &str = ": a comment\nid: 1\nevent: delta\ndata: {\"text\":\"one\"}\n\ndata: two\r\ndata: lines\r\n\r\nid: 2\nevent: \
    something else\ndata: {\"text\":\"three\"}\n\nretry: 1000\n\ndata: \u{fffd}\n\n";
/// The number of frames in `STREAM`.
const FRAMES: usize = 6;

/// Returns `STREAM` repeated `times` times, in chunks of `piece` bytes that share one allocation.
fn body(times: usize, piece: usize) -> impl Stream<Item = io::Result<Bytes>> {
    let bytes = Bytes::from(STREAM.repeat(times));
    let starts = (0..bytes.len()).step_by(piece);
    stream::iter(starts.map(move |from| Ok(bytes.slice(from..bytes.len().min(from + piece)))))
}

fn transport(times: usize, piece: usize) -> impl Transport {
    move |_: Request<RequestBody>| async move {
        let response = Response::builder().header("content-type", "text/event-stream");
        response.body(body(times, piece)).map_err(io::Error::other)
    }
}

fn session(times: usize, piece: usize) -> Session<impl Transport, MockTimer> {
    let client = Client::builder_with(transport(times, piece), MockTimer::default());
    let client = client.max_reconnection_attempts(0).show_comments(true).show_retries(true).build();
    block_on(client.get("http://test/").skip_when(|event| event.data == "skipped").open()).expect("open")
}

/// Counts the allocations that `read` makes. It must return the number of frames in `times`
/// repetitions.
fn allocations(read: impl FnOnce() -> usize, times: usize) -> u64 {
    // The executor allocates once per thread, so run it before the count.
    block_on(async {});
    let mut frames = 0;
    let info = allocation_counter::measure(|| frames = read());
    assert_eq!(frames, FRAMES * times);
    info.count_total
}

fn count(frames: &mut usize) -> impl FnMut(FrameRef<'_>) -> ControlFlow<()> + use<'_> {
    |_| {
        *frames += 1;
        ControlFlow::Continue(())
    }
}

#[test]
fn borrowed_frames_of_a_session_are_not_allocated() {
    for piece in [1, 7, 64, 1460, 65536] {
        let count_for = |times| {
            let mut session = session(times, piece);
            let read = || {
                let mut frames = 0;
                block_on(session.for_each_frame(count(&mut frames))).expect("a normal end");
                frames
            };
            allocations(read, times)
        };
        assert_eq!(count_for(2000), count_for(1000), "in pieces of {piece}");
    }
}

#[test]
fn borrowed_frames_of_a_body_are_not_allocated() {
    for piece in [1, 7, 64, 1460, 65536] {
        let count_for = |times| {
            let mut events = Events::from_stream(body(times, piece)).show_comments(true).show_retries(true);
            let read = || {
                let mut frames = 0;
                block_on(events.for_each_frame(count(&mut frames))).expect("a normal end");
                frames
            };
            allocations(read, times)
        };
        assert_eq!(count_for(2000), count_for(1000), "in pieces of {piece}");
    }
}

/// This shows that the count works.
#[test]
fn owned_frames_are_allocated() {
    let times = 1000;
    let mut session = session(times, 1460);
    let read = || {
        let mut frames = 0;
        while let Some(frame) = block_on(session.next_frame()) {
            drop(frame.expect("no error"));
            frames += 1;
        }
        frames
    };
    assert!(allocations(read, times) > (FRAMES * times) as u64);
}
