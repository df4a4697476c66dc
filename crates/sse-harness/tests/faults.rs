//! Tests of the reserved ports, the buffering proxy and the Unix socket that cause faults, with
//! clients of the standard library.

use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use sse_harness::{BufferingProxy, Gate, Reply, ReservedPort, serve};

/// A timeout that only a failing test reaches.
const LONG: Duration = Duration::from_secs(10);
/// The time for which a test checks that nothing happens.
const SHORT: Duration = Duration::from_millis(100);

const GET: &[u8] = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn connect(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).expect("a server listens");
    client.set_read_timeout(Some(LONG)).expect("a nonzero timeout");
    client
}

fn get(addr: SocketAddr) -> TcpStream {
    let mut client = connect(addr);
    client.write_all(GET).expect("the request fits into the buffer");
    client
}

/// Reads until the server is silent for a while or ends the response.
fn read_all(client: &mut TcpStream) -> String {
    client.set_read_timeout(Some(SHORT)).expect("a nonzero timeout");
    let mut bytes = Vec::new();
    let _ = client.read_to_end(&mut bytes);
    client.set_read_timeout(Some(LONG)).expect("a nonzero timeout");
    String::from_utf8(bytes).expect("valid UTF-8")
}

#[test]
fn a_stopped_server_frees_its_port() {
    let server = serve([Reply::events().stall()]);
    let addr = server.addr();
    let mut client = get(addr);
    assert!(server.wait_for_request(0, LONG).is_some());
    let port = ReservedPort::of(server);
    assert_eq!(port.addr(), addr);
    client.read_to_end(&mut vec![]).expect("the connection is closed");
    assert_eq!(TcpStream::connect(addr).expect_err("no server listens").kind(), ErrorKind::ConnectionRefused);
    let next = port.serve([Reply::status(204)]);
    let _client = get(addr);
    assert!(next.wait_for_request(0, LONG).is_some());
}

#[test]
fn a_port_that_does_not_accept_queues_connections_until_it_is_full() {
    let port = ReservedPort::new();
    let addr = port.addr();
    let listener = port.listen_without_accepting(false);
    let mut client = get(addr);
    assert_eq!(read_all(&mut client), "");
    drop((client, listener));

    let port = ReservedPort::new();
    let addr = port.addr();
    let listener = port.listen_without_accepting(true);
    assert_eq!(
        TcpStream::connect_timeout(&addr, SHORT * 3).expect_err("the queue is full").kind(),
        ErrorKind::TimedOut
    );
    drop(listener);
    assert_eq!(TcpStream::connect(addr).expect_err("no server listens").kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_buffering_proxy_forwards_heads_at_once_and_bodies_in_blocks() {
    let (more, last) = (Gate::new(), Gate::new());
    let head = Reply::raw().send("HTTP/1.1 200 OK\r\n\r\n123");
    let server = serve([head.wait(&more).send("4567").send("89").wait(&last)]);
    let proxy = BufferingProxy::new(&server, 8);
    let mut client = get(proxy.addr());
    assert!(server.wait_for_request(0, LONG).is_some());
    assert_eq!(read_all(&mut client), "HTTP/1.1 200 OK\r\n\r\n");
    more.open();
    let mut body = read_all(&mut client);
    assert!(["", "123456789"].contains(&&*body), "expected the whole body or nothing, got {body}");
    last.open();
    client.read_to_string(&mut body).expect("the proxy ends the response with the server");
    assert_eq!(body, "123456789");

    drop(get(proxy.addr()));
    assert!(server.wait_for_close(1, LONG).is_some(), "the proxy closes the connection to the server");
}

#[cfg(unix)]
#[test]
fn a_dropped_unix_front_removes_its_socket() {
    use std::os::unix::net::UnixStream;

    let server = serve([Reply::status(200).send("hello").stall()]);
    let front = sse_harness::UnixFront::new(&server);
    let path = front.path().to_owned();
    let mut client = UnixStream::connect(&path).expect("the front listens");
    client.write_all(GET).expect("the request fits into the buffer");
    assert!(server.wait_for_request(0, LONG).is_some());
    drop(front);
    assert!(!path.exists());
    drop(client);
    assert!(server.wait_for_close(0, LONG).is_some(), "the front closes the connection to the server");
}

#[test]
fn a_reserved_port_refuses_connections_until_it_serves() {
    let port = ReservedPort::new();
    let addr = port.addr();
    assert_eq!(TcpStream::connect(addr).expect_err("no server listens").kind(), ErrorKind::ConnectionRefused);
    assert_eq!(port.url("/a"), format!("http://{addr}/a"));
    let server = port.serve([Reply::status(204)]);
    assert_eq!(server.addr(), addr);
    assert!(TcpStream::connect(addr).is_ok());
}
