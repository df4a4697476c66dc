use std::num::ParseIntError;

use futures_util::StreamExt;
use sse_driver::TypedEvents;

use super::*;

const NUMBERS: &str = "id: 1\ndata: 7\n\nevent: note\nid: 2\ndata: x\n\ndata: 8\n\n";

/// Data, type and last event ID of what could be read; of what could not, the data and the reason.
fn tell<D: ToString>(item: Result<sse_driver::TypedEvent<D>, Error>) -> String {
    match item {
        Ok(event) => format!("{} {} {}", event.event_type, event.data.to_string(), event.last_event_id),
        Err(Error::Deserialize { event, source }) => {
            format!("{} {} bad: {source}", event.event_type, event.data)
        }
        Err(error) => format!("end: {error}"),
    }
}

#[test]
fn an_event_that_cannot_be_read_ends_nothing() {
    let test = test([events().send(NUMBERS).fail()]);
    let told = test.clock.run(async {
        let mut session = test.get().max_reconnection_attempts(0).open().await.expect("open");
        let numbers = session.deserialize_with(|event| event.data.parse::<u32>());
        numbers.map(tell).collect::<Vec<_>>().await
    });
    let expected = [
        "message 7 1",
        "note x bad: invalid digit found in string",
        "message 8 2",
        "end: the connection failed while the stream was open",
    ];
    assert_eq!(told, expected);
}

#[test]
fn types_can_be_mixed() {
    let test = test([events().send(NUMBERS), no_content()]);
    let told = test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        let mut mixed = session.deserialize_with(|event| match &*event.event_type {
            "note" => Ok::<_, ParseIntError>(Err(event.data.to_string())),
            _ => event.data.parse::<u32>().map(Ok),
        });
        let mut told = Vec::new();
        while let Some(event) = mixed.next().await {
            told.push(event.expect("no error").data);
        }
        told
    });
    assert_eq!(told, [Ok(7), Err("x".to_owned()), Ok(8)]);
}

#[test]
fn a_typed_stream_can_own_its_session() {
    let test = test([events().send(NUMBERS), no_content()]);
    let told = test.clock.run(async {
        let session = test.get().open().await.expect("open");
        TypedEvents::new(session, |event| event.data.parse::<u32>()).map(tell).collect::<Vec<_>>().await
    });
    assert_eq!(told.len(), 3);
}

#[cfg(feature = "json")]
#[test]
fn json() {
    use std::error::Error as _;

    let test = test([
        events().send("data: [1,\ndata: 2]\n\ndata: [\n\nevent: e\nid: 5\ndata: []\n\n"),
        no_content(),
    ]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        let mut lists = session.json::<Vec<u8>>();
        assert_eq!(lists.next().await.expect("an event").expect("json").data, [1, 2]);
        let error = lists.next().await.expect("an event").expect_err("no json");
        assert_eq!(error.to_string(), "the data of an event of type \"message\" cannot be read");
        assert!(error.source().is_some_and(|source| source.is::<serde_json::Error>()), "{error:?}");
        let last = lists.next().await.expect("an event").expect("json");
        assert_eq!((&*last.event_type, last.data, &*last.last_event_id), ("e", vec![], "5"));
        assert!(lists.next().await.is_none());
    });
}
