use std::sync::{Arc, Mutex};

use bytes::Bytes;

use sse_driver::proto::Limits;
use sse_driver::{EventRef, State};

use super::*;

#[test]
fn a_refused_response_is_displayed_with_status_and_content_type() {
    let page = || Reply::status(404).header("content-type", "text/html").header("x-id", "7");
    let large = Bytes::from(vec![b'x'; 50_000]);
    for (reply, body_len, seconds) in [
        (page().send("not ").send("here"), 8, 0),
        (page().send_forever(large), 64 * 1024, 0),
        (page().send("it stalls").stall(), 9, 10),
        (page().send("it fails").reset(), 8, 0),
        (page(), 0, 0),
    ] {
        let test = test([reply]);
        let error = test.read(test.get()).1.expect_err("404 is an error");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
        let response = error.response().expect("a refused response");
        assert_eq!(response.headers()["x-id"], "7");
        assert_eq!(response.body().len(), body_len);
        assert_eq!((test.seconds(), test.net.open_connections()), (seconds, 0));
    }
    let test = test([Reply::status(200).header("content-type", "text/html")]);
    let error = test.read(test.get()).1.expect_err("no event stream");
    let expected =
        "expected status 200 and text/event-stream, got status 200 OK and content type \"text/html\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn finish_before_and_finish_after_end_the_session() {
    let done = |event: EventRef<'_>| event.data == "[DONE]";
    let finished = test([events().send("data: a\n\ndata: [DONE]\n\ndata: b\n\n").stall()]);
    let (data, end) = finished.read(finished.get().finish_after(done));
    end.expect("the session finished");
    assert_eq!((data, finished.net.open_connections()), (vec!["a".to_owned(), "[DONE]".into()], 0));

    let cut = test([events().send("data: a\n\n")]);
    let (data, end) = cut.read(cut.builder().build().post(URL).finish_after(done));
    assert_eq!(data, ["a"]);
    assert!(matches!(end, Err(Error::Truncated)), "{end:?}");

    let resumed = test([events().send("data: a\n\n"), events().send("data: [DONE]\n\n")]);
    let (data, end) = resumed.read(resumed.get().finish_after(done));
    end.expect("the session finished after a reconnection");
    assert_eq!(data, ["a", "[DONE]"]);
}

/// A session with `finish_before` or `finish_after` expects a final event, also after a
/// reconnection.
#[test]
fn an_end_before_the_final_event_is_truncated() {
    for (waits, expected) in [
        (true, "the server ended the stream before the event that finishes it"),
        (false, "the server ended the stream"),
    ] {
        let test = test([events().send("data: a\n\n"), events()]);
        let lost = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&lost);
        let mut request = test.get().max_reconnection_attempts(1).on_state(move |state| {
            if let State::Disconnected { error, .. } = state {
                let error = error.as_ref().expect("the loss has an error");
                log.lock().expect("no panic").push(error.to_string());
            }
        });
        if waits {
            request = request.finish_after(|event| event.data == "[DONE]");
        }
        let (data, end) = test.read(request);
        assert_eq!(data, ["a"]);
        let Err(Error::GaveUp { attempts: 1, last }) = end else { panic!("{end:?}") };
        assert_eq!(last.to_string(), expected);
        assert_eq!(*lost.lock().expect("no panic"), [expected]);
    }
}

#[test]
fn an_event_can_be_an_error() {
    let test = test([events().send("data: a\n\nevent: error\ndata: overloaded\n\ndata: b\n\n").stall()]);
    let request = test.get().fail_when(|event| (event.event_type == "error").then(|| event.data.to_string()));
    let (data, end) = test.read(request);
    assert_eq!(data, ["a"]);
    let Err(Error::Rejected(source)) = end else { panic!("{end:?}") };
    assert_eq!(source.to_string(), "overloaded");
    assert_eq!(test.net.open_connections(), 0);
}

#[test]
fn an_event_over_the_limit() {
    let test = test([events().send("data: much too long\n\n")]);
    let limits = Limits::default().max_event_len(8);
    let error = test.read(test.get().limits(limits)).1.expect_err("too long");
    assert!(matches!(error, Error::TooLong { limit: 8 }), "{error:?}");
}
