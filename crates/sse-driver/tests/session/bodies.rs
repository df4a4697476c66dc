use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Method;
use sse_driver::{BoxError, RequestBody};

use super::*;

async fn parts(body: &RequestBody) -> Result<Vec<Bytes>, BoxError> {
    let mut parts = body.to_stream();
    let mut all = Vec::new();
    while let Some(part) = parts.next().await {
        all.push(part?);
    }
    Ok(all)
}

#[test]
fn bodies_of_all_kinds_are_sent() {
    for (body, expected) in [
        (RequestBody::from("text"), &["text"][..]),
        (String::from("text").into(), &["text"]),
        (vec![b't'].into(), &["t"]),
        ((&b"t"[..]).into(), &["t"]),
        (Bytes::from("t").into(), &["t"]),
        (RequestBody::default(), &[]),
        (
            RequestBody::stream(|| stream::iter(["a", "b"].map(|part| Ok::<_, io::Error>(part.into())))),
            &["a", "b"],
        ),
    ] {
        let sent = futures_executor::block_on(parts(&body)).expect("no error");
        assert_eq!(sent, expected, "{body:?}");
    }
}

#[test]
fn each_attempt_creates_the_body_stream_again() {
    let test = test([Reply::status(503), events().send("data: a\n\n"), no_content()]);
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let body = RequestBody::stream(|| {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        stream::iter([Ok::<_, io::Error>(Bytes::from(format!("body {number}")))])
    });
    let client = test.builder().retry_initial(true).build();
    let (data, end) = test.read(client.request(Method::PUT, URL).replay(true).body(body));
    assert_eq!(data, ["a"]);
    end.expect("a 204 is a normal end");
    for (number, request) in test.net.requests().iter().enumerate() {
        assert_eq!(request.body, format!("body {number}"));
    }
}

#[test]
fn as_bytes_is_none_for_streams() {
    let stream = RequestBody::stream(|| stream::iter([Ok::<_, io::Error>(Bytes::from("secret"))]));
    for (body, bytes, shown) in [
        (RequestBody::from("secret"), Some(&b"secret"[..]), "RequestBody { len: Some(6), .. }"),
        (RequestBody::default(), Some(b""), "RequestBody { len: Some(0), .. }"),
        (stream, None, "RequestBody { len: None, .. }"),
    ] {
        assert_eq!(body.as_bytes().map(|bytes| &bytes[..]), bytes);
        assert_eq!(format!("{body:?}"), shown);
        assert_eq!(format!("{:?}", body.to_stream()), "BodyStream { .. }");
    }
}

/// A transport gets each chunk when it is ready, and the error unchanged.
#[test]
fn a_body_stream_is_not_buffered() {
    let body = RequestBody::stream(|| {
        let parts = [Ok(Bytes::from("a")), Err(io::Error::from(io::ErrorKind::BrokenPipe))];
        stream::iter(parts).chain(stream::pending())
    });
    let mut parts = body.to_stream();
    let mut next = || poll_once(pin!(parts.next()));
    assert!(matches!(next(), Poll::Ready(Some(Ok(part))) if part == "a"));
    let Poll::Ready(Some(Err(error))) = next() else { panic!("expected an error") };
    assert_eq!(error.downcast_ref().map(io::Error::kind), Some(io::ErrorKind::BrokenPipe));
    assert!(next().is_pending());
}

#[cfg(feature = "json")]
#[test]
fn a_body_in_json() {
    let test = test([events().send("data: a\n\n")]);
    let request = test.builder().build().post(URL).json(&["x", "y"]);
    assert_eq!(test.read(request).0, ["a"]);
    assert_eq!(test.header(0, "content-type").as_deref(), Some("application/json"));
    let requests = test.net.requests();
    assert_eq!(requests[0].body, br#"["x","y"]"#[..]);
}
