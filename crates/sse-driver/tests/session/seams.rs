use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_core::Stream;
use futures_io::AsyncRead;
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use sse_driver::proto::Limits;
use sse_driver::{BoxError, EffectiveUrl, Instant, NoTimer, RequestBody, Session};

use super::*;

#[test]
fn nothing_shows_a_secret() {
    let test = test([Reply::status(401).header("x-token", "secret")]);
    let client = test.builder().header("x-key", "secret").build();
    let request = client.get("http://secret:secret@test/path?key=secret").bearer_auth("secret");
    let mut shown = format!("{client:?} {request:?}");
    let error = test.read(request).1.expect_err("401");
    shown += &format!("{error:?} {error}");
    let opened = self::test([events()]);
    let request = opened.builder().build().get("http://test/path?key=secret");
    let session = opened.clock.run(request.open()).expect("open");
    shown += &format!("{session:?} {:?}", session.response().expect("it is open"));
    assert!(shown.contains("/path") && !shown.contains("secret"), "{shown}");
}

/// The parts of a URL that are not secret are shown, so that a log can identify the session.
#[test]
fn debug_shows_what_is_not_secret() {
    let test = test([events().send("data: a\n\n"), no_content()]);
    let builder = test.builder().header("x-key", "secret").idle_timeout(Duration::from_secs(9));
    let settings =
        "connect_timeout: Some(30s), response_timeout: None, idle_timeout: Some(9s), headers: [\"x-key\"]";
    let shown = format!("{builder:?}");
    assert!(shown.starts_with("ClientBuilder { options: Options {") && shown.contains(settings), "{shown}");
    let client = builder.build();
    let shown = format!("{client:?}");
    assert!(shown.starts_with("Client { options: Options {") && shown.contains(settings), "{shown}");
    let request = client.clone().post("http://test:8080/path?key=secret#secret");
    let shown = format!("{request:?}");
    let begins = "RequestBuilder { method: POST, url: Ok(\"http://test:8080/path\"), options: Options {";
    assert!(shown.starts_with(begins) && shown.contains(settings), "{shown}");
    let shown = format!("{:?}", client.get("nowhere"));
    assert!(shown.contains("url: Err(Url(RelativeUrlWithoutBase))"), "{shown}");
    test.clock.run(async {
        let mut session = client.get("http://test:8080/path?key=secret").open().await.expect("open");
        let head = "ResponseHead { status: 200, url: \"http://test:8080/path\", .. }";
        assert_eq!(format!("{:?}", session.response().expect("it is open")), head);
        let open = "Session { url: \"http://test:8080/path\", ready_state: Open, .. }";
        assert_eq!(format!("{session:?}"), open);
        assert_eq!(format!("{:?}", session.frames()), format!("Frames {{ source: {open} }}"));
        let reading = session.read(|_| sse_driver::Read::<(), Error>::Skip);
        assert_eq!(format!("{reading:?}"), format!("Reading {{ source: {open}, .. }}"));
        while session.next().await.is_some() {}
        assert_eq!(format!("{session:?}"), open.replace("Open", "Closed"));
    });
}

#[test]
fn a_session_is_send_when_its_parts_are() {
    fn is_send<T: Send>(_: &T) {}
    let test = test([events(), events(), events()]);
    let request = test.get();
    is_send(&request);
    is_send(&request.open());
    is_send(&test.get().run(async |session| Ok(session.next().await.is_some())));
    let mut session: Session<_, _> = test.clock.run(test.get().open()).expect("open");
    is_send(&session);
    is_send(&session.next());
}

/// A clock that is not `Send`.
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

/// By default a timer has the system's date, and a seed that differs for each session.
#[test]
fn a_timer_has_a_default_wall_clock_and_seed() {
    let timer = Local::default();
    let before = SystemTime::now();
    let date = timer.wall_clock();
    assert!((before..=SystemTime::now()).contains(&date));
    assert_ne!(timer.seed(), timer.seed());
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

/// A redirect in the transport changes the URL of the session. The next attempt uses the original
/// URL again.
#[test]
fn the_url_is_that_of_the_response() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&asked);
    let transport = move |request: Request<RequestBody>| {
        log.borrow_mut().push(request.uri().to_string());
        let is_first = log.borrow().len() == 1;
        let mut response = Response::builder().header("content-type", "text/event-stream");
        if is_first {
            let url = "http://elsewhere/moved".parse().expect("a url");
            response = response.extension(EffectiveUrl(url));
        }
        let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from("data: a\n\n"))]);
        std::future::ready(response.body(body).map_err(std::io::Error::other))
    };
    let clock = MockTimer::new();
    let client = Client::builder_with(transport, clock.clone()).build();
    clock.run(async {
        let mut session = client.get(URL).open().await.expect("open");
        for url in ["http://elsewhere/moved", URL] {
            assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
            assert_eq!(session.url().as_str(), url);
        }
    });
    assert_eq!(*asked.borrow(), [URL, URL]);
}

#[test]
fn events_reads_a_body() {
    let body = |chunks: Vec<Result<&'static str, std::io::Error>>| {
        sse_driver::Events::from_stream(futures_util::stream::iter(
            chunks.into_iter().map(|chunk| chunk.map(Bytes::from)),
        ))
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
    let limits = Limits::default().max_event_len(9);
    let long = "an event is longer than the limit of 9 bytes".to_owned();
    let events = body(vec![Ok("data: a\n\ndata: longer\n\ndata: b\n\n")]).limits(limits);
    assert_eq!(read(events), [a(), Err(long)]);
}

#[test]
fn events_returns_the_last_event_id() {
    let chunks = ["id: 7\ndata: a\n\nid: 8\n"].map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
    let mut events = sse_driver::Events::from_stream(futures_util::stream::iter(chunks));
    assert_eq!(events.last_event_id(), "");
    futures_executor::block_on(async {
        assert_eq!(events.next().await.expect("an event").expect("no error").data, "a");
        assert_eq!(events.last_event_id(), "7");
        assert!(events.next().await.is_none());
    });
    assert_eq!(events.last_event_id(), "7", "the block is incomplete");
}

/// A reader that returns a limited number of bytes at each read, and is pending before each.
struct Slow {
    bytes: &'static [u8],
    most: usize,
    is_ready: bool,
    /// The length of the largest buffer of a read.
    room: Rc<Cell<usize>>,
}

impl AsyncRead for Slow {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        self.is_ready = !self.is_ready;
        if self.is_ready {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.room.set(self.room.get().max(buffer.len()));
        let (read, rest) = self.bytes.split_at(self.bytes.len().min(self.most).min(buffer.len()));
        self.bytes = rest;
        buffer[..read.len()].copy_from_slice(read);
        Poll::Ready(Ok(read.len()))
    }
}

#[test]
fn events_reads_a_reader() {
    for most in [1, 3, usize::MAX] {
        let room = Rc::default();
        let bytes = b"id: 1\ndata: a\n\ndata: \xC3\xA9\n\ndata: cut";
        let reader = Slow { bytes, most, is_ready: false, room: Rc::clone(&room) };
        let mut events = sse_driver::Events::from_reader(reader);
        futures_executor::block_on(async {
            for data in ["a", "é"] {
                assert_eq!(events.next().await.expect("an event").expect("no error").data, data);
            }
            assert!(events.next().await.is_none());
            assert!(events.next().await.is_none());
        });
        assert_eq!(room.get(), 8 * 1024, "the length of a read is limited");
    }
}

#[test]
fn an_error_of_a_reader_is_a_stream_error() {
    struct Broken;

    impl AsyncRead for Broken {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut [u8],
        ) -> Poll<std::io::Result<usize>> {
            Poll::Ready(Err(std::io::ErrorKind::BrokenPipe.into()))
        }
    }

    let mut events = sse_driver::Events::from_reader(Broken);
    futures_executor::block_on(async {
        let error = events.next().await.expect("an item").expect_err("the reader fails");
        let Error::Stream(source) = error else { panic!("{error:?}") };
        assert_eq!(source.downcast_ref().map(std::io::Error::kind), Some(std::io::ErrorKind::BrokenPipe));
        assert!(events.next().await.is_none());
    });
}

/// A transport may read into the buffer of the chunk before.
#[test]
fn a_chunk_is_free_when_the_body_is_polled_for_the_next_one() {
    const CHUNKS: [&str; 5] = ["data: a\n\nda", "ta: b", "\n", "\ndata: c\n\n", ": comment\n"];
    let chunks = || {
        let mut last = Bytes::new();
        stream::iter(CHUNKS).map(move |text| {
            let chunk = Bytes::from(text.as_bytes().to_vec());
            let last = std::mem::replace(&mut last, chunk.clone());
            assert!(last.is_empty() || last.is_unique(), "the chunk before {text:?} is in use");
            Ok::<_, BoxError>(chunk)
        })
    };
    let transport = move |_: Request<RequestBody>| {
        let response = Response::builder().header("content-type", "text/event-stream").body(chunks());
        ready(Ok(response.expect("it is valid")))
    };
    let client = Client::builder_with(transport, NoTimer::default()).build();
    let policy = ReconnectPolicy::default().max_total_reconnections(0);
    futures_executor::block_on(async {
        let mut session = client.get("http://test/").reconnect_policy(policy).open().await.expect("open");
        let mut events = sse_driver::Events::from_stream(chunks());
        for expected in ["a", "b", "c"] {
            assert_eq!(session.next().await.expect("an event").expect("no error").data, expected);
            assert_eq!(events.next().await.expect("an event").expect("no error").data, expected);
        }
        assert!(events.next().await.is_none());
        assert!(session.next().await.is_none());
    });
}
