//! What of the scripted server and of what stands in front of it is there to be broken, seen by
//! clients of the standard library.

use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use sse_harness::{BufferingProxy, Gate, Reply, ReservedPort, serve};

/// Far more than anything here takes: reached only when a test fails.
const LONG: Duration = Duration::from_secs(10);
/// How long a test looks at something that must not happen.
const SHORT: Duration = Duration::from_millis(100);

const GET: &[u8] = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn connect(addr: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(addr).expect("somebody listens");
    client.set_read_timeout(Some(LONG)).expect("a timeout that is not zero");
    client
}

fn get(addr: SocketAddr) -> TcpStream {
    let mut client = connect(addr);
    client.write_all(GET).expect("it is read");
    client
}

/// Reads until there is nothing for a while, or no more.
fn read_all(client: &mut TcpStream) -> String {
    client.set_read_timeout(Some(SHORT)).expect("a timeout that is not zero");
    let mut bytes = Vec::new();
    let _ = client.read_to_end(&mut bytes);
    client.set_read_timeout(Some(LONG)).expect("a timeout that is not zero");
    String::from_utf8(bytes).expect("it is text")
}

#[test]
fn a_killed_server_leaves_its_port_to_the_next() {
    let server = serve([Reply::events().stall()]);
    let addr = server.addr();
    let mut client = get(addr);
    assert!(server.wait_for_request(0, LONG).is_some());
    let port = ReservedPort::of(server);
    assert_eq!(port.addr(), addr);
    client.read_to_end(&mut vec![]).expect("the connection is closed");
    assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
    let next = port.serve([Reply::status(204)]);
    let _client = get(addr);
    assert!(next.wait_for_request(0, LONG).is_some());
}

#[test]
fn a_deaf_port_takes_connections_until_it_is_full() {
    let port = ReservedPort::new();
    let addr = port.addr();
    let deaf = port.listen_deaf(false);
    let mut client = get(addr);
    assert_eq!(read_all(&mut client), "");
    drop((client, deaf));

    let port = ReservedPort::new();
    let addr = port.addr();
    let deaf = port.listen_deaf(true);
    assert_eq!(
        TcpStream::connect_timeout(&addr, SHORT * 3).expect_err("it is full").kind(),
        ErrorKind::TimedOut
    );
    drop(deaf);
    assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_buffering_proxy_passes_heads_on_and_bodies_in_lumps() {
    let (more, last) = (Gate::new(), Gate::new());
    let head = Reply::raw().send("HTTP/1.1 200 OK\r\n\r\n123");
    let server = serve([head.wait(&more).send("4567").send("89").wait(&last)]);
    let proxy = BufferingProxy::new(&server, 8);
    let mut client = get(proxy.addr());
    assert!(server.wait_for_request(0, LONG).is_some());
    assert_eq!(read_all(&mut client), "HTTP/1.1 200 OK\r\n\r\n");
    more.open();
    let mut body = read_all(&mut client);
    assert!(["", "123456789"].contains(&&*body), "all of it, or nothing yet: {body}");
    last.open();
    client.read_to_string(&mut body).expect("it ends with the server");
    assert_eq!(body, "123456789");

    drop(get(proxy.addr()));
    assert!(server.wait_for_close(1, LONG).is_some(), "it passes on that the client is gone");
}

#[cfg(unix)]
#[test]
fn a_unix_front_is_gone_when_it_is_dropped() {
    use std::os::unix::net::UnixStream;

    let server = serve([Reply::status(200).send("hello").stall()]);
    let front = sse_harness::UnixFront::new(&server);
    let path = front.path().to_owned();
    let mut client = UnixStream::connect(&path).expect("it listens");
    client.write_all(GET).expect("it reads");
    assert!(server.wait_for_request(0, LONG).is_some());
    drop(front);
    assert!(!path.exists());
    drop(client);
    assert!(server.wait_for_close(0, LONG).is_some(), "it passes on that the client is gone");
}

#[test]
fn a_reserved_port_refuses_until_it_is_served() {
    let port = ReservedPort::new();
    let addr = port.addr();
    assert_eq!(TcpStream::connect(addr).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
    assert_eq!(port.url("/a"), format!("http://{addr}/a"));
    let server = port.serve([Reply::status(204)]);
    assert_eq!(server.addr(), addr);
    assert!(TcpStream::connect(addr).is_ok());
}
