//! Events and frames as JSON, with the feature `serde`.
#![cfg(feature = "serde")]
#![allow(missing_docs)]

use std::time::Duration;

use serde_json::{from_str, json, to_string, to_value};
use sse_proto::{Event, EventRef, Frame, FrameRef};

#[test]
fn frames_survive_a_round_trip_through_json() {
    let mut with_id = Event::new("update", "two\nlines");
    with_id.set_id("7");
    let mut reset = Event::new("of my own", "");
    reset.set_id("");
    let mut inherited = Event::new("message", "é");
    inherited.last_event_id = "7".into();
    let events = [Event::new("message", "a"), with_id, reset, inherited].map(Frame::Event);
    let others = [
        Frame::Comment("text".into()),
        Frame::Retry(Duration::from_millis(1500)),
        Frame::Discarded { len: 9 },
    ];
    for frame in events.into_iter().chain(others) {
        let text = to_string(&frame).expect("frames serialize");
        assert_eq!(from_str::<Frame>(&text).expect("frames deserialize"), frame, "{text}");
        assert_eq!(to_string(&FrameRef::from(&frame)).expect("frames serialize"), text);
    }
}

#[test]
fn an_event_is_an_object_with_its_fields() {
    let event = EventRef::new("add", "1");
    assert_eq!(to_value(event).unwrap(), json!({ "event_type": "add", "data": "1", "last_event_id": "" }));
    let expected = json!({ "event_type": "add", "data": "1", "last_event_id": "7", "sets_id": true });
    assert_eq!(to_value(event.with_id("7")).unwrap(), expected);
    let frame = FrameRef::Event(event);
    assert_eq!(to_value(frame).unwrap()["event"]["data"], "1");
}
