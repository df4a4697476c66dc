//! Compares the decoder with two others.

use std::num::NonZeroUsize;
use std::time::Duration;

use bytes::Bytes;
use sse_core::{SseDecoder, SseEvent};
use sse_parse::SseParser;
use sse_proto::{Event, Frame};

use super::reader::{Reader, limits};
use crate::reference::Outcome;

/// Checks that for any bytes and chunk size, without a limit, the decoder agrees with two decoders
/// of other authors, sse-core 0.2.3 and sse-parse 0.1.0.
///
/// The first byte is the size of the chunks, the rest is the stream. These differences are removed
/// before the comparison, since WHATWG HTML 9.2.6 decides them:
///
/// | | here | there | the standard |
/// |---|---|---|---|
/// | whether an ID is inherited | is reported | sse-core and sse-parse do not report it | the stream contains it |
/// | comments | are reported | sse-core and sse-parse report none | "Ignore the line": reporting it does no harm |
/// | `retry` over 2^32 - 1 ms | is accepted | sse-core ignores it | "consists of only ASCII digits": any number is valid |
/// | `retry` over 2^64 - 1 ms | is 2^64 - 1 ms | sse-parse ignores it (then no `retry` is compared) | the same |
///
/// ```
/// sse_harness::fuzz::differential(b"\x03retry: 99999999999\nid: 1\ndata: a\n\n");
/// ```
///
/// # Panics
///
/// Panics at any other difference.
pub fn differential(input: &[u8]) {
    let Some((piece, stream)) = input.split_first() else { return };
    let piece = usize::from(*piece).max(1);
    let mut reader = Reader::new(limits(0, false));
    stream.chunks(piece).for_each(|chunk| reader.read(chunk));
    let ours = reader.outcome();
    assert_eq!(as_sse_core(&ours), sse_core(stream, piece), "sse-core, in chunks of {piece}");
    let (expected, theirs) = (as_sse_parse(&ours), sse_parse(stream, piece));
    if ours.frames.contains(&Frame::Retry(Duration::from_millis(u64::MAX))) {
        assert_eq!(
            without_retries(&expected.0),
            without_retries(&theirs.0),
            "sse-parse, in chunks of {piece}"
        );
    } else {
        assert_eq!(expected, theirs, "sse-parse, in chunks of {piece}");
    }
}

fn as_sse_core(ours: &Outcome) -> Outcome {
    let most = Duration::from_millis(u32::MAX.into());
    without(ours, |frame| match frame {
        Frame::Comment(_) => true,
        Frame::Retry(time) => *time > most,
        _ => false,
    })
}

fn sse_core(stream: &[u8], piece: usize) -> Outcome {
    let mut decoder = SseDecoder::with_limit(NonZeroUsize::MAX);
    let mut frames = Vec::new();
    for chunk in stream.chunks(piece) {
        let mut chunk = Bytes::copy_from_slice(chunk);
        while let Some(next) = decoder.next(&mut chunk) {
            frames.push(match next.expect("no event exceeds the limit") {
                SseEvent::Message(message) => {
                    let id = message.last_event_id.as_deref().unwrap_or_default();
                    Frame::Event(event(&message.event, message.data, id))
                }
                SseEvent::Retry(time) => Frame::Retry(Duration::from_millis(time.into())),
            });
        }
    }
    let last_event_id = decoder.last_event_id().map(|id| id.to_string()).unwrap_or_default();
    Outcome { frames, last_event_id, too_long: false, unfinished: None }
}

/// sse-parse reports the last `retry` before an event with that event, and the very last one
/// separately.
fn as_sse_parse(ours: &Outcome) -> (Outcome, Option<Duration>) {
    let reported = without(ours, |frame| matches!(frame, Frame::Comment(_)));
    let mut frames: Vec<Frame> = Vec::new();
    let mut last = None;
    for frame in reported.frames {
        if let Frame::Retry(time) = frame {
            last = Some(time);
            forget_retry(&mut frames);
        }
        frames.push(frame);
    }
    forget_retry(&mut frames);
    (Outcome { frames, ..reported }, last)
}

fn forget_retry(frames: &mut Vec<Frame>) {
    if matches!(frames.last(), Some(Frame::Retry(_))) {
        frames.pop();
    }
}

fn sse_parse(stream: &[u8], piece: usize) -> (Outcome, Option<Duration>) {
    let mut parser = SseParser::new();
    let mut frames = Vec::new();
    for chunk in stream.chunks(piece) {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            frames.extend(event.retry.map(Frame::Retry));
            frames.push(Frame::Event(self::event(&event.event, event.data, &event.id)));
        }
    }
    let last_event_id = parser.last_event_id().to_owned();
    (Outcome { frames, last_event_id, too_long: false, unfinished: None }, parser.retry())
}

fn without_retries(outcome: &Outcome) -> Outcome {
    without(outcome, |frame| matches!(frame, Frame::Retry(_)))
}

/// Reduces an outcome to what the others report too: neither reports the event that the end of the
/// stream completes, nor whether an ID is inherited.
fn without(ours: &Outcome, unwanted: impl Fn(&Frame) -> bool) -> Outcome {
    let frames = ours.frames.iter().filter(|frame| !unwanted(frame)).map(|frame| match frame {
        Frame::Event(ours) => Frame::Event(event(&ours.event_type, ours.data.clone(), &ours.last_event_id)),
        frame => frame.clone(),
    });
    Outcome { frames: frames.collect(), unfinished: None, ..ours.clone() }
}

fn event(event_type: &str, data: String, last_event_id: &str) -> Event {
    let mut event = Event::new(event_type, data);
    event.last_event_id = last_event_id.to_owned();
    event
}
