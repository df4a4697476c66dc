//! Sessions over a network and a clock that exist only here: no socket, no waiting.
#![allow(missing_docs)]

use std::error::Error as _;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, Request, Response};
use sse_driver::proto::{CloseReason, Limits, ReadyState, ReconnectPolicy};
use sse_driver::{
    Client, ClientBuilder, Endpoint, Error, Event, Frame, Instant, InvalidRequest, RequestBuilder, Session,
    State, Timer,
};
use sse_testkit::{FakeClock, FakeNet, FakeReply};

const URL: &str = "http://test/events";

struct Test {
    clock: FakeClock,
    net: FakeNet,
}

fn test(script: impl IntoIterator<Item = FakeReply>) -> Test {
    let clock = FakeClock::default();
    Test { net: FakeNet::new(&clock, script), clock }
}

impl Test {
    fn builder(&self) -> ClientBuilder<FakeNet, FakeClock> {
        let policy = ReconnectPolicy { jitter_percent: 0, ..ReconnectPolicy::default() };
        Client::builder_with(self.net.clone(), self.clock.clone()).reconnect(policy)
    }

    fn get(&self) -> RequestBuilder<FakeNet, FakeClock> {
        self.builder().build().get(URL)
    }

    fn seconds(&self) -> u64 {
        self.clock.now().since_origin().as_secs()
    }

    /// The data of all events, and how it ended.
    fn read(&self, request: RequestBuilder<FakeNet, FakeClock>) -> (Vec<String>, Result<(), Error>) {
        self.clock.run(async {
            let mut data = Vec::new();
            let mut session = match request.open().await {
                Ok(session) => session,
                Err(error) => return (data, Err(error)),
            };
            while let Some(event) = session.next().await {
                match event {
                    Ok(event) => data.push(event.data.to_string()),
                    Err(error) => {
                        assert!(session.next().await.is_none(), "an error is the last item");
                        return (data, Err(error));
                    }
                }
            }
            assert!(session.next().await.is_none(), "the end is the end");
            (data, Ok(()))
        })
    }

    fn header(&self, request: usize, name: &str) -> Option<String> {
        let value = self.net.requests()[request].headers().get(name)?.as_bytes().to_vec();
        Some(String::from_utf8(value).expect("text"))
    }
}

fn events() -> FakeReply {
    FakeReply::events()
}

fn no_content() -> FakeReply {
    FakeReply::status(204)
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_stream_outlives_its_connections() {
    let test = test([
        events().send("id: 1\ndata: a\n\nid: 2\ndata: ha").fail(),
        FakeReply::refuse(),
        FakeReply::status(503),
        events().send("id: 2\ndata: b\n\n"),
        no_content(),
    ]);
    let (data, end) = test.read(test.get());
    assert_eq!(data, ["a", "b"]);
    end.expect("a 204 is a normal end");
    assert_eq!(test.seconds(), 3 + 6 + 12 + 3);
    let ids: Vec<_> = (0..5).map(|n| test.header(n, "last-event-id")).collect();
    assert_eq!(ids, [None, Some("1".into()), Some("1".into()), Some("1".into()), Some("2".into())]);
    assert_eq!(test.header(0, "accept").as_deref(), Some("text/event-stream"));
    assert_eq!(test.header(0, "cache-control").as_deref(), Some("no-cache"));
    assert_eq!(test.net.open(), 0);
}

#[test]
fn states_come_in_order() {
    let test = test([events().send("data: a\n\n"), FakeReply::status(503), no_content()]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let request = test.get().on_state(move |state| {
        let line = match state {
            State::Connecting { attempt } => format!("connecting {attempt}"),
            State::Open { response } => format!("open {}", response.status().as_u16()),
            State::Disconnected { cause, retry_in, error } => {
                assert!(error.is_some());
                format!("{cause}, again in {retry_in:?}")
            }
            State::Closed { reason } => reason.to_string(),
            _ => panic!("a state that the test does not know"),
        };
        log.lock().unwrap().push(line);
    });
    test.read(request).1.expect("a normal end");
    let expected = [
        "connecting 1",
        "open 200",
        "the server ended the stream, again in 3s",
        "connecting 2",
        "the response had status 503, again in 6s",
        "connecting 3",
        "the server has no more content (204)",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn a_204_opens_a_session_that_is_over() {
    let test = test([no_content()]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("no error");
        assert_eq!(session.response().status(), 204);
        assert!(session.next().await.is_none());
        assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
        assert_eq!(session.state(), ReadyState::Closed);
    });
}

#[test]
fn what_a_refused_response_says() {
    let page = || FakeReply::status(404).header("content-type", "text/html").header("x-id", "7");
    let large = Bytes::from(vec![b'x'; 50_000]);
    for (reply, body_len, seconds) in [
        (page().send("not ").send("here"), 8, 0),
        (page().send_for_ever(large), 64 * 1024, 0),
        (page().send("it stalls").stall(), 9, 10),
        (page().send("it fails").fail(), 8, 0),
        (page(), 0, 0),
    ] {
        let test = test([reply]);
        let error = test.read(test.get()).1.expect_err("404 is an error");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
        let response = error.response().expect("there was one");
        assert_eq!(response.headers()["x-id"], "7");
        assert_eq!(response.body().len(), body_len);
        assert_eq!((test.seconds(), test.net.open()), (seconds, 0));
    }
    let test = test([FakeReply::status(200).header("content-type", "text/html")]);
    let error = test.read(test.get()).1.expect_err("no event stream");
    let expected =
        "expected status 200 and text/event-stream, got status 200 OK and content type \"text/html\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_first_failure_is_final_unless_it_is_to_be_retried() {
    let script = || [FakeReply::refuse(), FakeReply::status(500), events().send("data: a\n\n"), no_content()];
    let refused = test(script());
    let error = refused.read(refused.get()).1.expect_err("refused");
    assert!(matches!(error, Error::Connect(_)) && error.source().is_some());
    let retried = test(script());
    let (data, end) = retried.read(retried.get().retry_initial(true));
    end.expect("a normal end");
    assert_eq!((data, retried.seconds()), (vec!["a".to_owned()], 3 + 6 + 3));
}

#[test]
fn attempts_run_out() {
    let test = test([events(), events(), FakeReply::status(503).send("busy"), events()]);
    let error = test.read(test.get().max_reconnection_attempts(2)).1.expect_err("no attempt is left");
    assert_eq!(error.to_string(), "gave up after 2 failed attempts to reconnect");
    assert_eq!(error.response().expect("the last one").body(), "busy");
    let unlimited: Option<u32> = None;
    let _ = test.get().max_reconnection_attempts(unlimited);
}

#[test]
fn retry_after_is_kept_to() {
    let date = |value| FakeReply::status(503).header("retry-after", value);
    for (reply, seconds) in [
        (date("100"), 100),
        // The clock's origin is the first of January 2020, and the first delay is over by then.
        (date("Wed, 01 Jan 2020 00:01:03 GMT"), 60),
        (date("Wed, 01 Jan 2020 00:01:03 GMT").header("date", "Wed, 01 Jan 2020 00:00:43 GMT"), 20),
        (date("Wed, 01 Jan 2020 00:00:00 GMT"), 6),
        (date("soon"), 6),
    ] {
        let test = test([events(), reply, no_content()]);
        test.read(test.get()).1.expect("a normal end");
        assert_eq!(test.seconds(), 3 + seconds);
    }
}

#[test]
fn a_silent_stream_is_left_and_a_comment_keeps_it() {
    let pause = Duration::from_secs(8);
    let test =
        test([events().pause(pause).send(":\n").pause(pause).send("data: a\n\n").stall(), no_content()]);
    let (data, end) = test.read(test.get().idle_timeout(Duration::from_secs(10)));
    end.expect("a normal end");
    assert_eq!((data, test.seconds()), (vec!["a".to_owned()], 8 + 8 + 10 + 3));
}

#[test]
fn a_response_that_does_not_come_in_time() {
    let test = test([events().after(Duration::from_secs(60))]);
    let error = test.read(test.get().response_timeout(Duration::from_secs(5))).1.expect_err("too late");
    assert!(error.is_timeout(), "{error}");
    assert_eq!((test.seconds(), test.net.open()), (5, 0));
}

#[test]
fn only_get_and_head_are_repeated_unless_asked() {
    for (method, replay, requests) in [
        (Method::GET, None, 2),
        (Method::HEAD, None, 2),
        (Method::POST, None, 1),
        (Method::PUT, None, 1),
        (Method::POST, Some(true), 2),
        (Method::GET, Some(false), 1),
    ] {
        let test = test([events().send("data: a\n\n"), no_content()]);
        let mut request = test.builder().build().request(method.clone(), URL).body("question");
        if let Some(replay) = replay {
            request = request.replay(replay);
        }
        let (data, end) = test.read(request);
        end.expect("the end of the stream is a normal end");
        assert_eq!(data, ["a"]);
        let sent = test.net.requests();
        assert_eq!(sent.len(), requests, "{method} {replay:?}");
        assert!(sent.iter().all(|request| request.body() == "question" && request.method() == method));
    }
}

#[test]
fn the_last_event_of_a_stream() {
    let done = |event: &Event| event.data == "[DONE]";
    let finished = test([events().send("data: a\n\ndata: [DONE]\n\ndata: b\n\n").stall()]);
    let (data, end) = finished.read(finished.get().finish_when(done));
    end.expect("it finished");
    assert_eq!((data, finished.net.open()), (vec!["a".to_owned(), "[DONE]".into()], 0));

    let cut = test([events().send("data: a\n\n")]);
    let (data, end) = cut.read(cut.builder().build().post(URL).finish_when(done));
    assert_eq!(data, ["a"]);
    assert!(matches!(end, Err(Error::Truncated)), "{end:?}");

    let resumed = test([events().send("data: a\n\n"), events().send("data: [DONE]\n\n")]);
    let (data, end) = resumed.read(resumed.get().finish_when(done));
    end.expect("it finished, after a reconnection");
    assert_eq!(data, ["a", "[DONE]"]);
}

#[test]
fn an_error_in_band() {
    let test = test([events().send("data: a\n\nevent: error\ndata: overloaded\n\ndata: b\n\n").stall()]);
    let request = test.get().fail_when(|event| (event.event_type == "error").then(|| event.data.to_string()));
    let (data, end) = test.read(request);
    assert_eq!(data, ["a"]);
    let Err(Error::Rejected(source)) = end else { panic!("{end:?}") };
    assert_eq!(source.to_string(), "overloaded");
    assert_eq!(test.net.open(), 0);
}

#[test]
fn before_each_makes_the_request_anew() {
    let test = test([events().send("id: 5\ndata: a\n\n"), FakeReply::status(503), no_content()]);
    let request = test.builder().build().post(URL).body("question").replay(true).before_each(
        |attempt, mut request: Request<Bytes>| async move {
            let token = format!("token-{}-{}", attempt.number, attempt.failures);
            request.headers_mut().insert("authorization", token.parse()?);
            if attempt.number == 3 {
                let failure = attempt.last_failure.expect("there was one");
                assert_eq!(failure.status().map(|status| status.as_u16()), Some(503));
                assert_eq!(attempt.last_response.expect("there was one").status(), 503);
            }
            if attempt.number > 1 {
                *request.method_mut() = Method::GET;
                *request.body_mut() = Bytes::new();
                *request.uri_mut() = "http://test/resume?after=5".parse()?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(request)
        },
    );
    test.read(request).1.expect("a normal end");
    let sent = test.net.requests();
    let lines: Vec<_> =
        sent.iter().map(|request| format!("{} {}", request.method(), request.uri())).collect();
    let again = "GET http://test/resume?after=5";
    assert_eq!(lines, ["POST http://test/events", again, again]);
    let tokens: Vec<_> = (0..3).map(|n| test.header(n, "authorization").expect("it is set")).collect();
    assert_eq!(tokens, ["token-1-0", "token-2-1", "token-3-2"]);
}

#[test]
fn an_error_of_before_each_is_final() {
    let test = test([events().send("data: a\n\n")]);
    let request = test.get().before_each(|attempt, request| async move {
        if attempt.number == 1 { Ok(request) } else { Err("no token") }
    });
    let (data, end) = test.read(request);
    assert_eq!(data, ["a"]);
    assert!(matches!(end, Err(Error::BeforeEach(_))), "{end:?}");
    assert_eq!(test.net.requests().len(), 1);
}

#[test]
fn a_setting_of_the_request_goes_before_the_clients() {
    for (client, request, shown) in
        [(false, None, false), (true, None, true), (true, Some(false), false), (false, Some(true), true)]
    {
        let test = test([events().send(": c\nretry: 5\ndata: a\n\n"), no_content()]);
        let mut asked = test.builder().show_comments(client).show_retries(client).build().get(URL);
        if let Some(show) = request {
            asked = asked.show_comments(show).show_retries(show);
        }
        let frames = test.clock.run(async {
            let mut session = asked.open().await.expect("open");
            let mut incoming = session.incoming();
            let mut frames = Vec::new();
            while let Some(frame) = incoming.next().await {
                frames.push(frame.expect("no error"));
            }
            frames
        });
        let events = frames.iter().filter(|frame| matches!(frame, Frame::Event(_))).count();
        assert_eq!((events, frames.len()), (1, if shown { 3 } else { 1 }));
    }
}

#[test]
fn headers_of_the_caller() {
    let test = test([events().send("id: 2\ndata: a\n\n"), no_content()]);
    let client = test.builder().header("x-a", "client").header("x-b", "client").build();
    let mut headers = HeaderMap::new();
    headers.append("x-c", "1".parse().unwrap());
    headers.append("x-c", "2".parse().unwrap());
    let request = client
        .get("http://us%65r:p%40ss@test/events?key=secret")
        .header("x-b", "request")
        .header("accept", "application/json, text/event-stream")
        .header("last-event-id", "1")
        .headers(headers)
        .query([("q", "a b")]);
    test.read(request).1.expect("a normal end");
    let first = &test.net.requests()[0];
    assert_eq!(first.uri().to_string(), "http://test/events?key=secret&q=a+b");
    for (name, value) in [
        ("x-a", "client"),
        ("x-b", "request"),
        ("accept", "application/json, text/event-stream"),
        ("authorization", "Basic dXNlcjpwQHNz"),
        ("last-event-id", "1"),
    ] {
        let values: Vec<_> = first.headers().get_all(name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
    assert_eq!(first.headers().get_all("x-c").iter().count(), 2);
    assert_eq!(test.header(1, "last-event-id").as_deref(), Some("2"));
    let auth = |request: RequestBuilder<_, _>| {
        test.read(request).1.expect_err("the script is used up");
        test.header(test.net.requests().len() - 1, "authorization")
    };
    assert_eq!(auth(test.get().bearer_auth("t")).as_deref(), Some("Bearer t"));
    assert_eq!(auth(test.get().basic_auth("u", "p")).as_deref(), Some("Basic dTpw"));
}

#[test]
fn requests_that_cannot_be_made() {
    let test = test([]);
    let client = test.builder().build();
    for (request, expected) in [
        (client.get("events"), "the url does not parse: relative URL without a base"),
        (client.get("http://"), "the url does not parse: empty host"),
        (client.get("data:x"), "expected an absolute url with a host"),
        (client.get(URL).header("a b", "c"), "a header name is not a valid one"),
        (client.get(URL).header("a", "b\nc"), "a header value is not a valid one"),
        (client.get(URL).bearer_auth("a\nb"), "a header value is not a valid one"),
    ] {
        let error = test.read(request).1.expect_err("it cannot be made");
        assert!(matches!(error, Error::Request(_)), "{error:?}");
        assert_eq!(error.source().expect("the reason").to_string(), expected);
    }
    assert!(matches!(Endpoint { host: "", ..Endpoint::default() }.url(), Err(InvalidRequest::Url(_))));
    assert!(test.net.requests().is_empty());
}

#[test]
fn close_finish_and_reconnect() {
    let test = test([
        events().send("id: 1\ndata: a\n\ndata: b\n\n").stall(),
        events().send("id: 2\ndata: c\n\n").stall(),
    ]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
        assert_eq!((session.last_event_id(), test.net.open()), ("1", 1));
        session.reconnect();
        assert_eq!(test.net.open(), 0);
        // What the first connection had delivered already comes first.
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "b");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "c");
        assert_eq!((session.last_event_id(), test.seconds(), test.net.open()), ("2", 0, 1));
        session.finish();
        assert_eq!(test.net.open(), 0);
        assert!(session.next().await.is_none());
        session.close();
        assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
    });
}

#[test]
fn dropping_closes_the_connection_at_once() {
    let test = test([events().after(Duration::from_secs(9)), events().stall(), events().stall()]);
    let mut pending = Box::pin(test.get().open());
    assert!(poll_once(pending.as_mut()).is_pending());
    assert_eq!(test.net.open(), 1);
    drop(pending);
    assert_eq!(test.net.open(), 0);

    let session = test.clock.run(test.get().open()).expect("open");
    assert_eq!(test.net.open(), 1);
    drop(session);
    assert_eq!(test.net.open(), 0);

    let left = test.clock.run(test.get().run(async |session| {
        assert_eq!(session.state(), ReadyState::Open);
        assert_eq!(test.net.open(), 1);
        "left"
    }));
    assert_eq!((left.expect("open"), test.net.open()), ("left", 0));
}

#[test]
fn dropping_a_pending_next_loses_nothing() {
    let second = Duration::from_secs(1);
    let reply = events().send("da").pause(second).send("ta: a\n\ndata: b\n").pause(second).send("\n").stall();
    let test = test([reply]);
    test.clock.run(async {
        let mut session = test.get().open().await.expect("open");
        let mut data = Vec::new();
        while data.len() < 2 {
            let polled = poll_once(pin!(session.next()));
            match polled {
                Poll::Ready(event) => data.push(event.expect("an event").expect("no error").data.to_string()),
                Poll::Pending => test.clock.sleep_until(test.clock.now() + second / 2).await,
            }
        }
        assert_eq!(data, ["a", "b"]);
    });
}

#[test]
fn a_fast_server_leaves_others_their_turn() {
    let chunk = Bytes::from("data: x\n\n".repeat(1000));
    let comments = Bytes::from(":\n".repeat(1000));
    for chunk in [chunk, comments, Bytes::from("data: x\n\n")] {
        let test = test([events().send_for_ever(chunk)]);
        let mut session = test.clock.run(test.get().open()).expect("open");
        let mut cx = Context::from_waker(Waker::noop());
        let events = (0..).take_while(|_| Pin::new(&mut session).poll_next(&mut cx).is_ready()).count();
        assert!(events <= 256, "{events} in one turn");
    }
}

#[test]
fn an_event_over_the_limit() {
    let test = test([events().send("data: much too long\n\n")]);
    let limits = Limits { max_event_len: 8, ..Limits::default() };
    let error = test.read(test.get().limits(limits)).1.expect_err("too long");
    assert!(matches!(error, Error::TooLong { limit: 8 }), "{error:?}");
}

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
    let transport = move |_: Request<Bytes>| {
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
