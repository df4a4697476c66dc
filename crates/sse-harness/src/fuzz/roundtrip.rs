//! Compares the encoder with the decoder.

use std::time::Duration;

use sse_proto::{EncodeError, Event, Frame};

use super::reader::{Reader, limits};
use crate::reference::Outcome;

/// Checks that any frame is either decoded to itself, up to the line ends in data, or rejected with
/// the documented error and nothing written. The `Display` output of a rejected frame is still one
/// frame.
///
/// The byte 0x1E separates the frames. The first byte of each is the kind (`e` for an event, `c`
/// for a comment, `r` for a reconnection time, `d` for a discarded event), the rest its text. An
/// event has three texts separated by 0x1F: the type, the last event ID, which the event itself
/// sets if it starts with `=`, and the data. Invalid UTF-8 becomes U+FFFD first.
///
/// ```
/// sse_harness::fuzz::roundtrip(b"eadd\x1F7\x1Ftwo\r\nlines\x1Echi\x1Er\x00\x01");
/// ```
///
/// # Panics
///
/// Panics if a frame is decoded to another one, or is rejected without reason.
pub fn roundtrip(input: &[u8]) {
    let mut wire = Vec::new();
    let mut expected =
        Outcome { frames: Vec::new(), last_event_id: String::new(), too_long: false, unfinished: None };
    for frame in input.split(|byte| *byte == 0x1E).filter_map(frame) {
        let before = wire.len();
        let encoded = frame.encode(&mut wire);
        assert_eq!(encoded.err(), refusal(&frame), "{frame:?}");
        if encoded.is_ok() {
            assert_eq!(frame.to_string().as_bytes(), &wire[before..], "Display agrees with encode");
            expect(&frame, &mut expected);
        } else {
            assert_eq!(wire.len(), before, "{frame:?} is rejected, but written");
            shown_harmless(&frame);
        }
    }
    assert_eq!(decoded(&wire), expected);
}

fn frame(text: &[u8]) -> Option<Frame> {
    let (kind, text) = text.split_first()?;
    Some(match kind % 4 {
        0 => Frame::Discarded { len: text.len() as u64 },
        1 => Frame::Event(event(text)),
        2 => Frame::Retry(Duration::from_nanos(number(text)).saturating_mul(1 << (kind / 8))),
        _ => Frame::Comment(String::from_utf8_lossy(text).into_owned()),
    })
}

fn event(text: &[u8]) -> Event {
    let mut texts =
        text.splitn(3, |byte| *byte == 0x1F).map(|text| String::from_utf8_lossy(text).into_owned());
    let [event_type, id, data] = [(); 3].map(|()| texts.next().unwrap_or_default());
    let mut event = Event::new(event_type, data);
    match id.strip_prefix('=') {
        Some(own) => event.set_id(own),
        None => event.last_event_id = id,
    }
    event
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Returns the documented error for a frame.
fn refusal(frame: &Frame) -> Option<EncodeError> {
    let two_lines = |text: &str| text.contains('\r') || text.contains('\n');
    match frame {
        Frame::Event(event) if two_lines(&event.event_type) => Some(EncodeError::EventType),
        Frame::Event(event) if two_lines(&event.last_event_id) || event.last_event_id.contains('\0') => {
            Some(EncodeError::LastEventId)
        }
        Frame::Comment(text) if two_lines(text) => Some(EncodeError::Comment),
        Frame::Discarded { .. } => Some(EncodeError::Discarded),
        _ => None,
    }
}

/// Adds the frame to the expected outcome.
fn expect(frame: &Frame, expected: &mut Outcome) {
    expected.frames.push(match frame {
        Frame::Event(event) => {
            let event_type = if event.event_type.is_empty() { "message" } else { &*event.event_type };
            let mut read = Event::new(event_type, event.data.replace("\r\n", "\n").replace('\r', "\n"));
            if event.last_event_id.is_empty() && event.id().is_none() {
                read.last_event_id.clone_from(&expected.last_event_id);
            } else {
                read.set_id(&event.last_event_id);
                expected.last_event_id.clone_from(&event.last_event_id);
            }
            Frame::Event(read)
        }
        Frame::Retry(time) => {
            Frame::Retry(Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
        }
        frame => frame.clone(),
    });
}

/// Checks that the `Display` output of a frame is one frame of its kind, with all text in its
/// field.
fn shown_harmless(frame: &Frame) {
    let shown = decoded(frame.to_string().as_bytes()).frames;
    let alike = match (frame, shown.as_slice()) {
        (Frame::Event(event), [Frame::Event(shown)]) => {
            shown.data == event.data.replace("\r\n", "\n").replace('\r', "\n")
        }
        (Frame::Comment(_) | Frame::Discarded { .. }, [Frame::Comment(_)]) => true,
        _ => false,
    };
    assert!(alike, "{frame:?} is displayed as {shown:?}");
}

fn decoded(wire: &[u8]) -> Outcome {
    let mut reader = Reader::new(limits(0, false));
    reader.read(wire);
    reader.outcome()
}
