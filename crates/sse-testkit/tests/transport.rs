//! Tests the in-memory transport and the clock with a client.
#![cfg(feature = "client")]
#![allow(missing_docs)]

use std::time::Duration;

use sse_driver::{Client, Error, Transport};
use sse_testkit::{Gate, MockTimer, MockTransport, Reply, Timer};

/// Returns the data of all events, the end of the session, and the seconds that it took.
fn follow(transport: &MockTransport, timer: &MockTimer) -> (Vec<String>, Result<(), Error>, u64) {
    let client = transport.client().max_reconnection_attempts(0).build();
    let (data, end) = timer.run(async {
        let mut data = Vec::new();
        let mut session = match client.get("http://test/events?a=b").open().await {
            Ok(session) => session,
            Err(error) => return (data, Err(error)),
        };
        while let Some(event) = session.next().await {
            match event {
                Ok(event) => data.push(event.data.to_string()),
                Err(error) => return (data, Err(error)),
            }
        }
        (data, Ok(()))
    });
    (data, end, timer.now().since_origin().as_secs())
}

#[test]
fn the_client_sees_every_step_and_every_end() {
    let open = Gate::new();
    open.open();
    let second = Duration::from_secs(1);
    let ended = |reply: Reply| reply.send("data: a\n\n");
    let sized = || Reply::status(200).header("content-type", "text/event-stream");
    for (name, reply, data, seconds, error) in [
        ("closed", ended(Reply::events()), &["a"][..], 0, None),
        ("dropped", ended(Reply::events()).drop_connection(), &["a"], 0, Some("unexpected end of file")),
        (
            "dropped, where that is a clean end",
            ended(Reply::events().until_close()).drop_connection(),
            &["a"],
            0,
            None,
        ),
        ("reset", ended(Reply::events()).reset(), &["a"], 0, Some("connection reset")),
        ("each byte", Reply::events().send_each_byte("data: a\n\n").send(""), &["a"], 0, None),
        ("late", ended(Reply::events().delay(second * 2)).pause(second), &["a"], 3, None),
        ("an open gate", ended(Reply::events().wait(&open)), &["a"], 0, None),
        ("refused", Reply::refuse(), &[], 0, Some("connection refused")),
        (
            "refused late",
            Reply::refuse().delay(second * 2).pause(second).wait(&open),
            &[],
            3,
            Some("connection refused"),
        ),
        (
            "shorter than its length",
            ended(Reply::events().content_length(10)),
            &["a"],
            0,
            Some("unexpected end of file"),
        ),
        (
            "longer than its length",
            Reply::events().content_length(9).send("data: a\n\ndata: b\n\n"),
            &["a"],
            0,
            None,
        ),
        ("as long as its length", ended(Reply::events().content_length(9)).stall(), &["a"], 0, None),
        ("sized", ended(sized()), &["a"], 0, None),
        ("sized, dropped", ended(sized()).drop_connection(), &["a"], 0, Some("unexpected end of file")),
        ("sized, reset", ended(sized()).reset(), &["a"], 0, Some("connection reset")),
        ("without a body", ended(Reply::status(204)), &[], 0, None),
        ("raw", Reply::raw().send("HTTP/1.1 200 OK\r\n\r\n"), &[], 0, Some("a raw reply needs a MockServer")),
        ("an invalid header", Reply::events().header("a b", "c"), &[], 0, Some("invalid HTTP header name")),
        ("a status", Reply::status(404), &[], 0, Some("404")),
    ] {
        let timer = MockTimer::new();
        let transport = MockTransport::new(timer.clone()).reply(reply);
        let (seen, end, took) = follow(&transport, &timer);
        assert_eq!((seen, took), (data.iter().map(|&data| data.to_owned()).collect(), seconds), "{name}");
        match (end, error) {
            (Ok(()), None) => {}
            (Err(end), Some(error)) => assert!(format!("{end:#}").contains(error), "{name}: {end:#}"),
            (Err(Error::GaveUp { .. }), None) => {}
            (end, error) => panic!("{name}: {end:?} where {error:?} is expected"),
        }
        assert_eq!(transport.open_connections(), 0, "{name}");
    }
}

#[test]
fn a_stalled_reply_is_open_until_it_is_dropped() {
    let timer = MockTimer::new();
    let transport = MockTransport::new(timer.clone()).reply(Reply::events().stall());
    let client = transport.client().build();
    let session = timer.run(client.get("http://test/").open()).expect("open");
    assert_eq!(transport.open_connections(), 1);
    drop(session);
    assert_eq!(transport.open_connections(), 0);
}

#[test]
fn opening_a_gate_wakes_the_reply() {
    let gate = Gate::new();
    let timer = MockTimer::new();
    let transport = MockTransport::new(timer.clone()).reply(Reply::events().wait(&gate).message("a"));
    let client = transport.client().build();
    let opens = async {
        timer.sleep_until(timer.now() + Duration::from_secs(5)).await;
        gate.open();
    };
    let reads = async {
        let mut session = client.get("http://test/").open().await.expect("open");
        session.next().await.expect("an event").expect("no error").data.to_string()
    };
    let (data, ()) = timer.run(futures_util::future::join(reads, opens));
    assert_eq!((&*data, timer.now().since_origin().as_secs()), ("a", 5));
}

#[test]
fn requests_are_recorded_with_their_time() {
    let timer = MockTimer::new();
    timer.advance(Duration::from_secs(100));
    let transport = MockTransport::new(timer.clone())
        .reply(Reply::events().event("1", "a").pause(Duration::from_secs(7)))
        .repeat(Reply::status(404));
    let client = transport.client().header("x-a", "1").build();
    timer.run(async {
        let mut session = client.get("http://test/events?a=b").open().await.expect("open");
        while let Some(Ok(_)) = session.next().await {}
    });
    let [first, second] = &transport.requests()[..] else { panic!("two requests") };
    assert_eq!((first.number, first.method.as_str(), &*first.path), (0, "GET", "/events?a=b"));
    assert_eq!((&*first.url, first.header("x-a")), ("http://test/events?a=b", Some("1")));
    assert_eq!((first.last_event_id(), first.received), (None, Duration::ZERO));
    assert_eq!((second.number, second.last_event_id()), (1, Some("1")));
    assert!(second.received > Duration::from_secs(7));
}

#[test]
fn a_streamed_body_is_recorded_before_the_reply() {
    let timer = MockTimer::new();
    let transport =
        MockTransport::new(timer.clone()).reply_with(|request| Reply::status(200).send(&request.body));
    let body = sse_driver::RequestBody::stream(|| {
        futures_util::stream::iter(["a", "b"].map(|part| Ok::<_, std::io::Error>(part.into())))
    });
    let request = http::Request::post("http://test/").body(body).expect("a request");
    timer.run(transport.connect(request)).expect("a response");
    assert_eq!(transport.requests()[0].body, "ab");
}

#[test]
fn the_clock_jumps_to_the_earliest_deadline() {
    let timer = MockTimer::with_seed(7);
    assert_eq!((timer.seed(), timer.next_deadline()), (7, None));
    let at = |seconds| sse_testkit::Instant::ZERO + Duration::from_secs(seconds);
    let (short, long) = (timer.sleep_until(at(1)), timer.sleep_until(at(9)));
    timer.run(async {
        let (_, long) = match futures_util::future::select(short, long).await {
            futures_util::future::Either::Left(both) => both,
            futures_util::future::Either::Right(_) => panic!("the long sleep was over first"),
        };
        assert_eq!((timer.now(), timer.next_deadline()), (at(1), Some(at(9))));
        drop(long);
        assert_eq!(timer.next_deadline(), None, "a dropped sleep has no deadline");
    });
}

#[test]
#[should_panic(expected = "the future waits for something other than this clock")]
fn a_future_that_would_wait_forever_panics() {
    MockTimer::new().run(std::future::pending::<()>());
}

#[test]
fn clones_share_the_script_and_the_record() {
    let timer = MockTimer::new();
    let transport = MockTransport::new(timer.clone()).reply(Reply::events().message("a"));
    let client = Client::builder_with(transport.clone(), timer.clone()).build().boxed();
    timer.run(client.get("http://test/").open()).expect("open");
    assert_eq!(transport.clone().requests().len(), 1);
}
