use std::future::poll_fn;
use std::rc::Rc;

use bytes::Bytes;
use futures_core::Stream;
use http::{Request, Response};
use sse_driver::proto::Limits;
use sse_driver::{Instant, RequestBody, Session};

use super::*;

#[test]
fn nothing_shows_a_secret() {
    let test = test([FakeReply::status(401).header("x-token", "secret")]);
    let client = test.builder().header("x-key", "secret").build();
    let request = client.get("http://secret:secret@test/path?key=secret").bearer_auth("secret");
    let mut shown = format!("{client:?} {request:?}");
    let error = test.read(request).1.expect_err("401");
    shown += &format!("{error:?} {error}");
    let opened = self::test([events()]);
    let request = opened.builder().build().get("http://test/path?key=secret");
    let session = opened.clock.run(request.open()).expect("open");
    shown += &format!("{session:?} {:?}", session.response());
    assert!(shown.contains("/path") && !shown.contains("secret"), "{shown}");
}

#[test]
fn a_session_is_send_when_its_parts_are() {
    fn is_send<T: Send>(_: &T) {}
    let test = test([events(), events(), events()]);
    let request = test.get();
    is_send(&request);
    is_send(&request.open());
    is_send(&test.get().run(async |session| session.next().await.is_some()));
    let mut session: Session<_, _> = test.clock.run(test.get().open()).expect("open");
    is_send(&session);
    is_send(&session.next());
}

/// A clock of one thread.
#[derive(Clone, Default)]
struct Local(#[expect(dead_code, reason = "it makes the clock one of a single thread")] Rc<()>);

impl Timer for Local {
    type Sleep = std::future::Pending<()>;

    fn now(&self) -> Instant {
        Instant::ZERO
    }

    fn sleep_until(&self, _: Instant) -> Self::Sleep {
        std::future::pending()
    }
}

#[test]
fn a_closure_is_a_transport_and_need_not_be_send() {
    let greeting = Rc::new("data: hello\n\n");
    let transport = move |_: Request<RequestBody>| {
        let greeting = Rc::clone(&greeting);
        async move {
            let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(*greeting))]);
            Response::builder()
                .header("content-type", "text/event-stream")
                .body(body)
                .map_err(std::io::Error::other)
        }
    };
    let client = Client::builder_with(transport, Local::default()).max_reconnection_attempts(0).build();
    futures_executor::block_on(async {
        let mut session = client.get(URL).open().await.expect("open");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "hello");
        assert!(session.next().await.is_none());
    });
}

#[test]
fn events_of_a_body() {
    let body = |chunks: Vec<Result<&'static str, std::io::Error>>| {
        sse_driver::events(futures_util::stream::iter(chunks.into_iter().map(|chunk| chunk.map(Bytes::from))))
    };
    let read = |mut events: sse_driver::Events<_>| {
        futures_executor::block_on(async {
            let mut items = Vec::new();
            while let Some(item) = poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await {
                items.push(item.map(|event| event.data.to_string()).map_err(|error| error.to_string()));
            }
            items
        })
    };
    let failed = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let a = || Ok("a".to_owned());
    assert_eq!(read(body(vec![Ok("da"), Ok("ta: a\n\n: c\ndata: b\n")])), [a()]);
    let broken = "the connection failed while the stream was open".to_owned();
    assert_eq!(read(body(vec![Ok("data: a\n\n"), Err(failed()), Ok("data: b\n\n")])), [a(), Err(broken)]);
    let limits = Limits { max_event_len: 9, ..Limits::default() };
    let long = "an event is longer than the limit of 9 bytes".to_owned();
    let events = body(vec![Ok("data: a\n\ndata: longer\n\ndata: b\n\n")]).limits(limits);
    assert_eq!(read(events), [a(), Err(long)]);
}
