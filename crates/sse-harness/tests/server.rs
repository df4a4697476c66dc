//! The scripted server, seen by clients of the standard library.

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::panic;
use std::sync::Arc;
use std::time::Instant;

use sse_harness::{Gate, Reply, ReservedPort, Server};

/// Far more than anything here takes: reached only when a test fails.
const LONG: Duration = Duration::from_secs(10);
/// How long a test looks at something that must not happen.
const SHORT: Duration = Duration::from_millis(50);

const EVENTS_HEAD: &str = "HTTP/1.1 200 \r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";

fn get(server: &Server) -> TcpStream {
    request(server, b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

fn request(server: &Server, bytes: &[u8]) -> TcpStream {
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

/// Closed or reset, but not silent.
fn assert_closed(mut client: TcpStream) {
    if let Err(error) = client.read_to_end(&mut vec![]) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

/// More than the buffers of a connection take.
fn flood() -> String {
    "x".repeat(32 << 20)
}

#[test]
fn bodies_on_the_wire() {
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
            ok().chunked().send("data: a\n").cut(),
            "transfer-encoding: chunked\r\n",
            "8\r\ndata: a\n\r\n",
        ),
        (
            "a chunk of 16 bytes",
            ok().chunked().send("0123456789abcdef").cut(),
            "transfer-encoding: chunked\r\n",
            "10\r\n0123456789abcdef\r\n",
        ),
        (
            "nothing sent is no chunk",
            ok().chunked().send("").send("a").cut(),
            "transfer-encoding: chunked\r\n",
            "1\r\na\r\n",
        ),
        (
            "each byte a chunk",
            ok().chunked().send_each_byte("ab").close(),
            "transfer-encoding: chunked\r\n",
            "1\r\na\r\n1\r\nb\r\n0\r\n\r\n",
        ),
        ("until close", ok().until_close().send("data: a\n").send("\n"), "", "data: a\n\n"),
        ("sized", ok().send("ab").send_each_byte("c"), "content-length: 3\r\n", "abc"),
        ("sized, empty", ok(), "content-length: 0\r\n", ""),
        ("a length that is too large", ok().content_length(9).send("abc"), "content-length: 9\r\n", "abc"),
        ("headers", ok().header("X-A", "1").header("x-a", "é").until_close(), "X-A: 1\r\nx-a: é\r\n", ""),
    ];
    for (name, reply, headers, body) in rows {
        let server = Server::script([reply]);
        assert_eq!(read_to_end(get(&server)), format!("{}{body}", head(headers)), "{name}");
    }
}

#[test]
fn heads_on_the_wire() {
    let rows = [
        ("events", Reply::events().cut(), EVENTS_HEAD),
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
        let server = Server::script([reply]);
        assert_eq!(read_to_end(get(&server)), head, "{name}");
    }
}

#[test]
fn a_script_goes_on_and_its_last_reply_repeats() {
    let server = Server::script([Reply::status(500), Reply::status(204)]);
    let statuses: Vec<_> = (0..4).map(|_| read_to_end(get(&server))[9..12].to_owned()).collect();
    assert_eq!(statuses, ["500", "204", "204", "204"]);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn an_answer_depends_on_the_request_and_its_number() {
    let server = Server::respond(|request, number| {
        Reply::status(200).send(format!("{number} after {:?}", request.header("last-event-id")))
    });
    assert!(read_to_end(get(&server)).ends_with("\r\n\r\n0 after None"));
    let again = request(&server, b"GET / HTTP/1.1\r\nLast-Event-ID: 7\r\n\r\n");
    assert!(read_to_end(again).ends_with("\r\n\r\n1 after Some(\"7\")"));
}

#[test]
fn requests_are_recorded() {
    let server = Server::script([Reply::status(204)]);
    read_to_end(request(&server, b"POST /a?b HTTP/1.1\r\nContent-Length: 4\r\nX-A: 1\r\nx-a: 2\r\n\r\nbody"));
    let recorded = server.wait_for_request(0, LONG).expect("it was answered");
    assert_eq!((recorded.method.as_str(), recorded.path.as_str()), ("POST", "/a?b"));
    assert_eq!(recorded.header_values("x-a"), ["1", "2"]);
    assert_eq!(recorded.body, b"body");
    assert!(server.wait_for_request(1, SHORT).is_none());
}

#[test]
fn a_request_in_pieces_is_one_request() {
    let server = Server::script([Reply::status(200).send("a")]);
    let mut client = request(&server, b"POST / HTTP/1.1\r\nContent-");
    assert!(server.wait_for_request(0, SHORT).is_none());
    client.write_all(b"Length: 2\r\n\r\nx").expect("the server reads");
    assert!(server.wait_for_request(0, SHORT).is_none());
    client.write_all(b"y").expect("the server reads");
    assert!(read_to_end(client).ends_with("\r\n\r\na"));
    assert_eq!(server.requests()[0].body, b"xy");
}

#[test]
fn a_connection_without_a_request_is_not_counted() {
    let server = Server::script([Reply::status(500), Reply::status(204)]);
    drop(TcpStream::connect(server.addr()).expect("the server listens"));
    assert_eq!(read_to_end(request(&server, b"no http\r\n\r\n")), "");
    assert!(read_to_end(get(&server)).starts_with("HTTP/1.1 500"));
}

#[test]
fn a_gate_holds_what_comes_after_it() {
    let gate = Gate::new();
    let server = Server::script([Reply::events().wait(&gate).send("data: a\n\n").cut()]);
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    assert_silent(&mut client);
    gate.open();
    assert_eq!(read_to_end(client), "9\r\ndata: a\n\n\r\n");
    assert!(read_to_end(get(&server)).ends_with("9\r\ndata: a\n\n\r\n"), "an open gate stays open");
}

#[test]
fn a_pause_takes_its_time() {
    let server = Server::script([Reply::events().send("a").pause(SHORT).send("b").cut()]);
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    let start = server.requests()[0].received;
    assert_eq!(read_to_end(client), "1\r\na\r\n1\r\nb\r\n");
    assert!(start.elapsed() >= SHORT);
}

#[test]
fn bytes_apart_are_read_apart() {
    let server = Server::script([Reply::status(200).until_close().send_each_byte("x".repeat(500))]);
    let mut client = get(&server);
    read_exactly(&mut client, "HTTP/1.1 200 \r\nconnection: close\r\n\r\n");
    let mut buffer = [0; 500];
    let reads = core::iter::repeat_with(|| client.read(&mut buffer).expect("the server sends"));
    let reads: Vec<_> = reads.take_while(|len| *len > 0).collect();
    assert_eq!(reads.iter().sum::<usize>(), 500);
    assert!(server.requests()[0].received.elapsed() >= Duration::from_micros(200) * 500);
    assert!(reads.len() >= 10, "{reads:?}");
}

#[test]
fn a_reset_is_a_reset() {
    let gate = Gate::new();
    let server = Server::script([Reply::events().send("a").wait(&gate).reset()]);
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    read_exactly(&mut client, "1\r\na\r\n");
    gate.open();
    assert_eq!(client.read(&mut [0; 64]).expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert!(server.wait_for_close(0, SHORT).is_none());
}

#[test]
fn a_stall_is_silent_and_sees_the_peer_close() {
    let server = Server::script([Reply::events().send("a").stall()]);
    let mut client = get(&server);
    read_exactly(&mut client, EVENTS_HEAD);
    read_exactly(&mut client, "1\r\na\r\n");
    assert_silent(&mut client);
    assert!(server.wait_for_close(0, Duration::ZERO).is_none());
    drop(client);
    let closed = server.wait_for_close(0, LONG).expect("the client closed");
    assert!(closed > server.requests()[0].received);
}

/// Wherever the script is when the peer goes.
#[test]
fn every_step_sees_the_peer_close() {
    let rows = [
        ("stall", Reply::events().stall()),
        ("pause", Reply::events().pause(LONG * 6).stall()),
        ("wait", Reply::events().wait(&Gate::new()).stall()),
        ("send", Reply::events().send(flood()).stall()),
        ("send for ever", Reply::events().send_for_ever("x")),
        ("close", Reply::events().close()),
        ("cut", Reply::events().cut()),
        ("no head", Reply::raw().stall()),
    ];
    for (name, reply) in rows {
        let server = Server::script([reply]);
        let client = get(&server);
        assert!(server.wait_for_request(0, LONG).is_some(), "{name}");
        assert!(server.wait_for_close(0, SHORT / 5).is_none(), "{name}");
        drop(client);
        assert!(server.wait_for_close(0, LONG).is_some(), "{name}");
    }
}

#[test]
fn connections_are_served_side_by_side() {
    let gate = Gate::new();
    let server = Server::script([Reply::status(200).wait(&gate).send("a"), Reply::status(200).send("b")]);
    let first = get(&server);
    assert!(server.wait_for_request(0, LONG).is_some());
    assert!(read_to_end(get(&server)).ends_with('b'));
    gate.open();
    assert!(read_to_end(first).ends_with('a'));
}

/// Whatever the connections are at, a dropped server is gone at once: they are closed, its port too, and no thread is left.
#[test]
fn a_dropped_server_is_gone() {
    let held_by_threads = Arc::new(());
    let held = Arc::clone(&held_by_threads);
    let (stall, pause) = (Reply::raw().stall(), Reply::raw().pause(LONG * 6));
    let (wait, send) = (Reply::raw().wait(&Gate::new()), Reply::raw().send(flood()));
    let replies = [stall, pause, wait, send, Reply::raw().send_for_ever("x")];
    let server = Server::respond(move |_, number| {
        let _held = &held;
        replies[number].clone()
    });
    let addr = server.addr();
    let half_a_request = request(&server, b"GET / HT");
    let clients: Vec<_> = (0..5).map(|_| get(&server)).collect();
    assert!(server.wait_for_request(4, LONG).is_some());

    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < LONG / 5, "{:?}", start.elapsed());
    assert_eq!(Arc::strong_count(&held_by_threads), 1);
    assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
    clients.into_iter().chain([half_a_request]).for_each(assert_closed);
}

#[test]
fn a_panic_of_the_answer_is_not_lost() {
    let server = Server::respond(|_, _| panic!("this panic belongs to the test"));
    assert_eq!(read_to_end(get(&server)), "");
    assert!(panic::catch_unwind(AssertUnwindSafe(move || drop(server))).is_err());
}

#[test]
#[should_panic(expected = "a script has at least one reply")]
fn a_script_is_not_empty() {
    let _ = Server::script([]);
}

#[test]
fn what_is_sent_for_ever_ends_with_the_peer_and_is_counted() {
    let server =
        Server::script([Reply::raw().send("head ").send_for_ever("x".repeat(1 << 16)).send("never")]);
    let mut client = get(&server);
    read_exactly(&mut client, "head xxx");
    assert!(server.wait_for_close(0, SHORT).is_none());
    let full = server.sent(0);
    assert!(full > 5);
    client.read_exact(&mut vec![0; full as usize + (1 << 16)]).expect("it goes on");
    assert!(server.wait_for_close(0, SHORT).is_none());
    assert!(server.sent(0) > full);
    drop(client);
    assert!(server.wait_for_close(0, LONG).is_some());
    assert_eq!(server.sent(1), 0, "there is no such request");
}

#[test]
#[should_panic(expected = "no bytes can be sent for ever")]
fn nothing_cannot_be_sent_for_ever() {
    let _ = Reply::raw().send_for_ever("");
}

#[test]
fn a_reserved_port_refuses_until_it_is_served() {
    let port = ReservedPort::new();
    let addr = port.addr();
    assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
    assert_eq!(port.url("/a"), format!("http://{addr}/a"));
    let server = port.script([Reply::status(204)]);
    assert_eq!(server.addr(), addr);
    assert!(read_to_end(get(&server)).starts_with("HTTP/1.1 204"));
}
