//! Tests the scripted server with clients of the standard library.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sse_testkit::{EventRef, FrameRef, Gate, MockServer, Reply};

/// A timeout that only a failing test reaches.
const LONG: Duration = Duration::from_secs(10);
/// The time that a test waits for something that must not happen.
const SHORT: Duration = Duration::from_millis(50);

const EVENTS_HEAD: &str = "HTTP/1.1 200 \r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";

fn get(server: &MockServer) -> TcpStream {
    request(server, b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

fn request(server: &MockServer, bytes: &[u8]) -> TcpStream {
    let mut client = TcpStream::connect(server.addr()).expect("the server listens");
    client.set_read_timeout(Some(LONG)).expect("a timeout that is not zero");
    client.write_all(bytes).expect("the server reads");
    client
}

fn read_to_end(mut client: TcpStream) -> String {
    let mut response = String::new();
    client.read_to_string(&mut response).expect("the server ends the connection");
    response
}

fn read_exactly(client: &mut TcpStream, expected: &str) {
    let mut bytes = vec![0; expected.len()];
    client.read_exact(&mut bytes).expect("the server sends that much");
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
}

fn assert_silent(client: &mut TcpStream) {
    client.set_read_timeout(Some(SHORT)).expect("a timeout that is not zero");
    let error = client.read(&mut [0; 64]).expect_err("the server is silent");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    client.set_read_timeout(Some(LONG)).expect("a timeout that is not zero");
}

/// Asserts that the connection was closed or reset.
fn assert_closed(mut client: TcpStream) {
    if let Err(error) = client.read_to_end(&mut vec![]) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

/// Returns more bytes than the buffers of a connection can hold.
fn flood() -> String {
    "x".repeat(32 << 20)
}

#[test]
fn each_framing_is_written_to_the_wire() {
    let head = |framing: &str| format!("HTTP/1.1 200 \r\n{framing}connection: close\r\n\r\n");
    let ok = || Reply::status(200);
    let rows = [
        (
            "chunked, closed",
            ok().chunked().send("data: a\n").send("\n"),
            "transfer-encoding: chunked\r\n",
            "8\r\ndata: a\n\r\n1\r\n\n\r\n0\r\n\r\n",
        ),
        (
            "chunked, cut",
            ok().chunked().send("data: a\n").drop_connection(),
            "transfer-encoding: chunked\r\n",
            "8\r\ndata: a\n\r\n",
        ),
        (
            "a chunk of 16 bytes",
            ok().chunked().send("0123456789abcdef").drop_connection(),
            "transfer-encoding: chunked\r\n",
            "10\r\n0123456789abcdef\r\n",
        ),
        (
            "empty bytes send no chunk",
            ok().chunked().send("").send("a").drop_connection(),
            "transfer-encoding: chunked\r\n",
            "1\r\na\r\n",
        ),
        (
            "one chunk per byte",
            ok().chunked().send_each_byte("ab").close(),
            "transfer-encoding: chunked\r\n",
            "1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
        ),
        ("until close", ok().until_close().send("data: a\n").send("\n"), "", "data: a\n\n"),
        ("sized", ok().send("ab").send_each_byte("c"), "content-length: 3\r\n", "abc"),
        ("sized, dropped", ok().send("ab").drop_connection(), "content-length: 3\r\n", "ab"),
        ("sized, empty", ok(), "content-length: 0\r\n", ""),
        ("a length that is too large", ok().content_length(9).send("abc"), "content-length: 9\r\n", "abc"),
        ("headers", ok().header("X-A", "1").header("x-a", "é").until_close(), "X-A: 1\r\nx-a: é\r\n", ""),
    ];
    for (name, reply, headers, body) in rows {
        let server = MockServer::new().reply(reply);
        assert_eq!(read_to_end(get(&server)), format!("{}{body}", head(headers)), "{name}");
    }
}

#[test]
fn each_head_is_written_to_the_wire() {
    let rows = [
        ("events", Reply::events().drop_connection(), EVENTS_HEAD),
        ("no content", Reply::status(204), "HTTP/1.1 204 \r\nconnection: close\r\n\r\n"),
        (
            "redirect",
            Reply::status(307).header("location", "/b"),
            "HTTP/1.1 307 \r\nlocation: /b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        ),
        (
            "raw",
            Reply::raw().send("HTTP/1.1 200").pause(SHORT / 10).send_each_byte(" OK\r\n"),
            "HTTP/1.1 200 OK\r\n",
        ),
        ("raw, nothing", Reply::raw(), ""),
    ];
    for (name, reply, head) in rows {
        let server = MockServer::new().reply(reply);
        assert_eq!(read_to_end(get(&server)), head, "{name}");
    }
}

#[test]
fn no_content_follows_the_script() {
    let server = MockServer::new().reply(Reply::status(500)).reply(Reply::status(404));
    assert_eq!(statuses(&server), ["500", "404", "204", "204"]);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_repeated_reply_follows_the_script() {
    let server = MockServer::new().repeat(Reply::status(503)).reply(Reply::status(500));
    assert_eq!(statuses(&server), ["500", "503", "503", "503"]);
}

#[test]
fn a_closure_answers_after_the_script() {
    let server = MockServer::new()
        .reply(Reply::status(500))
        .reply_with(|request| Reply::status(400 + u16::try_from(request.number).expect("it is small")));
    assert_eq!(statuses(&server), ["500", "401", "402", "403"]);
}

fn statuses(server: &MockServer) -> [String; 4] {
    [(); 4].map(|()| read_to_end(get(server))[9..12].to_owned())
}

#[test]
fn an_answer_depends_on_the_request_and_its_number() {
    let server = MockServer::new().reply_with(|request| {
        Reply::status(200).send(format!("{} after {:?}", request.number, request.last_event_id()))
    });
    assert!(read_to_end(get(&server)).ends_with("\r\n\r\n0 after None"));
    let again = request(&server, b"GET / HTTP/1.1\r\nLast-Event-ID: 7\r\n\r\n");
    assert!(read_to_end(again).ends_with("\r\n\r\n1 after Some(\"7\")"));
}

#[test]
fn requests_are_recorded() {
    let server = MockServer::new().reply(Reply::status(204));
    read_to_end(request(&server, b"POST /a?b HTTP/1.1\r\nContent-Length: 4\r\nX-A: 1\r\nx-a: 2\r\n\r\nbody"));
    let recorded = server.wait_for_request(0, LONG).expect("it was answered");
    assert_eq!((recorded.method.as_str(), recorded.path.as_str()), ("POST", "/a?b"));
    assert_eq!(recorded.header_values("x-a"), ["1", "2"]);
    assert_eq!(recorded.body, "body");
    assert!(server.wait_for_request(1, SHORT).is_none());
}

#[test]
fn a_request_in_several_writes_is_one_request() {
    let server = MockServer::new().reply(Reply::status(200).send("a"));
    let mut client = request(&server, b"POST / HTTP/1.1\r\nContent-");
    assert!(server.wait_for_request(0, SHORT).is_none());
    client.write_all(b"Length: 2\r\n\r\nx").expect("the server reads");
    assert!(server.wait_for_request(0, SHORT).is_none());
    client.write_all(b"y").expect("the server reads");
    assert!(read_to_end(client).ends_with("\r\n\r\na"));
    assert_eq!(server.requests()[0].body, "xy");
}

#[test]
fn a_connection_without_a_request_is_not_counted() {
    let server = MockServer::new().reply(Reply::status(500)).reply(Reply::status(204));
    drop(TcpStream::connect(server.addr()).expect("the server listens"));
    assert_eq!(read_to_end(request(&server, b"no http\r\n\r\n")), "");
    assert!(read_to_end(get(&server)).starts_with("HTTP/1.1 500"));
}

#[test]
fn a_gate_holds_back_later_steps() {
    let gate = Gate::new();
    let server = MockServer::new().repeat(Reply::events().wait(&gate).send("data: a\n\n").drop_connection());
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    assert_silent(&mut client);
    gate.open();
    assert_eq!(read_to_end(client), "9\r\ndata: a\n\n\r\n");
    assert!(read_to_end(get(&server)).ends_with("9\r\ndata: a\n\n\r\n"), "an open gate stays open");
}

#[test]
fn a_pause_delays_the_next_step() {
    let server = MockServer::new().reply(Reply::events().send("a").pause(SHORT).send("b").drop_connection());
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    read_exactly(&mut client, "1\r\na\r\n");
    let start = Instant::now();
    assert_eq!(read_to_end(client), "1\r\nb\r\n");
    assert!(start.elapsed() >= SHORT / 2);
}

#[test]
fn bytes_sent_one_by_one_arrive_in_many_reads() {
    let start = Instant::now();
    let server = MockServer::new().reply(Reply::status(200).until_close().send_each_byte("x".repeat(500)));
    let mut client = get(&server);
    read_exactly(&mut client, "HTTP/1.1 200 \r\nconnection: close\r\n\r\n");
    let mut buffer = [0; 500];
    let reads = std::iter::repeat_with(|| client.read(&mut buffer).expect("the server sends"));
    let reads: Vec<_> = reads.take_while(|len| *len > 0).collect();
    assert_eq!(reads.iter().sum::<usize>(), 500);
    assert!(start.elapsed() >= Duration::from_micros(200) * 500);
    assert!(reads.len() >= 10, "{reads:?}");
}

#[test]
fn a_reset_reaches_the_client() {
    let gate = Gate::new();
    let server = MockServer::new().reply(Reply::events().send("a").wait(&gate).reset());
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    read_exactly(&mut client, "1\r\na\r\n");
    gate.open();
    assert_eq!(client.read(&mut [0; 64]).expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert!(server.wait_for_close(0, SHORT).is_none());
}

#[test]
fn a_stall_is_silent_and_notices_that_the_client_closes() {
    let server = MockServer::new().reply(Reply::events().send("a").stall());
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    read_exactly(&mut client, "1\r\na\r\n");
    assert_silent(&mut client);
    assert!(server.wait_for_close(0, Duration::ZERO).is_none());
    drop(client);
    let closed = server.wait_for_close(0, LONG).expect("the client closed");
    assert!(closed > server.requests()[0].received);
}

#[test]
fn every_step_notices_that_the_client_closes() {
    let rows = [
        ("stall", Reply::events().stall()),
        ("pause", Reply::events().pause(LONG * 6).stall()),
        ("wait", Reply::events().wait(&Gate::new()).stall()),
        ("send", Reply::events().send(flood()).stall()),
        ("send forever", Reply::events().send_forever("x")),
        ("close", Reply::events().close()),
        ("cut", Reply::events().drop_connection()),
        ("no head", Reply::raw().stall()),
    ];
    for (name, reply) in rows {
        let server = MockServer::new().reply(reply);
        let client = get(&server);
        assert!(server.wait_for_request(0, LONG).is_some(), "{name}");
        assert!(server.wait_for_close(0, SHORT / 5).is_none(), "{name}");
        drop(client);
        assert!(server.wait_for_close(0, LONG).is_some(), "{name}");
    }
}

#[test]
fn connections_are_served_concurrently() {
    let gate = Gate::new();
    let server =
        MockServer::new().reply(Reply::status(200).wait(&gate).send("a")).reply(Reply::status(200).send("b"));
    let first = get(&server);
    assert!(server.wait_for_request(0, LONG).is_some());
    assert!(read_to_end(get(&server)).ends_with('b'));
    gate.open();
    assert!(read_to_end(first).ends_with('a'));
}

/// The connections are at different steps when the server is dropped.
#[test]
fn dropping_the_server_closes_its_port_and_connections_and_ends_its_threads() {
    let held_by_threads = Arc::new(());
    let held = Arc::clone(&held_by_threads);
    let (stall, pause) = (Reply::raw().stall(), Reply::raw().pause(LONG * 6));
    let (wait, send) = (Reply::raw().wait(&Gate::new()), Reply::raw().send(flood()));
    let replies = [stall, pause, wait, send, Reply::raw().send_forever("x")];
    let server = MockServer::new().reply_with(move |request| {
        let _held = &held;
        replies[request.number].clone()
    });
    let addr = server.addr();
    let half_a_request = request(&server, b"GET / HT");
    let clients: Vec<_> = (0..5).map(|_| get(&server)).collect();
    assert!(server.wait_for_request(4, LONG).is_some());

    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < LONG / 5, "{:?}", start.elapsed());
    assert_eq!(Arc::strong_count(&held_by_threads), 1);
    assert_eq!(
        TcpStream::connect(addr).expect_err("the port is closed").kind(),
        ErrorKind::ConnectionRefused
    );
    clients.into_iter().chain([half_a_request]).for_each(assert_closed);
}

#[test]
fn dropping_the_server_panics_if_its_closure_panicked() {
    let server = MockServer::new().reply_with(|_| panic!("this panic belongs to the test"));
    assert_eq!(read_to_end(get(&server)), "");
    assert!(panic::catch_unwind(AssertUnwindSafe(move || drop(server))).is_err());
}

#[test]
fn send_forever_stops_when_the_client_closes_and_its_bytes_are_counted() {
    let server =
        MockServer::new().reply(Reply::raw().send("head ").send_forever("x".repeat(1 << 16)).send("never"));
    let mut client = get(&server);
    read_exactly(&mut client, "head xxx");
    assert!(server.wait_for_close(0, SHORT).is_none());
    let full = server.sent(0);
    assert!(full > 5);
    client.read_exact(&mut vec![0; full as usize + (1 << 16)]).expect("the server keeps sending");
    assert!(server.wait_for_close(0, SHORT).is_none());
    assert!(server.sent(0) > full);
    drop(client);
    assert!(server.wait_for_close(0, LONG).is_some());
    assert_eq!(server.sent(1), 0, "there is no such request");
}

#[test]
#[should_panic(expected = "an empty chunk cannot be sent forever")]
fn send_forever_panics_without_bytes() {
    let _ = Reply::raw().send_forever("");
}

#[test]
fn a_delay_holds_back_the_head() {
    let server = MockServer::new().reply(Reply::status(204).delay(SHORT));
    let mut client = get(&server);
    client.set_read_timeout(Some(SHORT / 2)).expect("a timeout that is not zero");
    client.read(&mut [0; 64]).expect_err("no byte of the head comes yet");
    client.set_read_timeout(Some(LONG)).expect("a timeout that is not zero");
    assert!(read_to_end(client).starts_with("HTTP/1.1 204"));
}

#[test]
fn a_refused_request_has_no_response() {
    let server = MockServer::new().reply(Reply::refuse());
    let error = get(&server).read(&mut [0; 64]).expect_err("a reset");
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::ConnectionReset, 1));
}

#[test]
fn an_early_reply_does_not_wait_for_the_request() {
    let server = MockServer::new().reply(Reply::raw().send("hello").stall().before_request());
    let mut client = TcpStream::connect(server.addr()).expect("the server listens");
    client.set_read_timeout(Some(LONG)).expect("a timeout that is not zero");
    read_exactly(&mut client, "hello");
    assert_eq!(server.requests().len(), 1);
    drop(client);
    assert!(server.wait_for_close(0, LONG).is_some());
}

#[test]
fn requests_are_numbered_without_a_record() {
    let server = MockServer::new()
        .without_record()
        .reply_with(|request| Reply::raw().send(request.number.to_string()));
    assert_eq!([(); 3].map(|()| read_to_end(get(&server))), ["0", "1", "2"]);
    assert!(server.requests().is_empty());
}

#[test]
fn an_early_reply_without_a_record_is_followed_by_others() {
    let server = MockServer::new()
        .without_record()
        .reply(Reply::raw().send("early").before_request())
        .reply_with(|request| Reply::raw().send(&request.path));
    assert_eq!([(); 2].map(|()| read_to_end(get(&server))), ["early", "/events"]);
}

#[test]
fn a_body_that_never_ends_has_no_length() {
    let server = MockServer::new().reply(Reply::status(200).send("a").send_forever("b"));
    read_exactly(&mut get(&server), "HTTP/1.1 200 \r\nconnection: close\r\n\r\nabb");
}

#[test]
fn a_server_can_listen_on_a_given_port() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let addr = listener.local_addr().expect("it is bound");
    let server = MockServer::on(listener);
    assert_eq!((server.addr(), server.url("/a")), (addr, format!("http://{addr}/a")));
    assert!(read_to_end(get(&server)).starts_with("HTTP/1.1 204"));
}

#[test]
fn a_request_has_its_url_and_its_last_event_id() {
    let server = MockServer::new();
    read_to_end(request(
        &server,
        b"GET /a?b HTTP/1.1\r\nHost: localhost:1\r\nLast-Event-ID: 7\xc3\xa9\r\n\r\n",
    ));
    let asked = &server.requests()[0];
    assert_eq!((&*asked.url, asked.last_event_id()), ("http://localhost:1/a?b", Some("7\u{e9}")));
}

#[test]
fn events_are_encoded() {
    let reply = Reply::events()
        .event("1", "one\ntwo")
        .message("three")
        .frame(FrameRef::Comment("keep-alive"))
        .frame(FrameRef::Event(EventRef::new("add", "four").with_id("")));
    let server = MockServer::new().reply(reply);
    let body = read_to_end(get(&server));
    for expected in [
        "id: 1\ndata: one\ndata: two\n\n",
        "\r\ndata: three\n\n",
        ": keep-alive\n",
        "event: add\nid:\ndata: four\n\n",
    ] {
        assert!(body.contains(expected), "{expected:?} in {body:?}");
    }
}

#[test]
#[should_panic(expected = "cannot be sent")]
fn an_id_with_a_line_end_panics() {
    let _ = Reply::events().event("1\n", "one");
}
