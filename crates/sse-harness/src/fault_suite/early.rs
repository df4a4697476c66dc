//! Servers that answer before they have read the request.

use std::io::Write;
use std::net::TcpListener;

use sse_driver::Error;

use super::FaultAdapter;
use super::case::{CHUNKED, SHORT, bounded_case, chunk, delivers, event, large_body};
use crate::suite::case::{LONG, chain, client, get, next, refused, within};
use crate::{Gate, Reply, serve};

/// Bytes before a request are not its response (RFC 9112, section 9.2), but a client that sends at
/// once cannot tell them apart. It either fails or reads the whole response. It never waits for
/// another one, and never reads only a part.
pub fn a_response_before_the_request_is_read_whole_or_fails<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for _ in 0..20 {
            let reply = Reply::raw().send([CHUNKED, &chunk(&event(1)), &chunk(&event(2))].concat());
            let server = serve([reply.stall().before_request()]);
            match within::<A, _>(LONG, get::<A>(&server).open()).await.expect("a response or an error") {
                Ok(mut session) => delivers::<A>(&mut session, 1..=2, "read whole").await,
                Err(error) => assert!(matches!(error, Error::Connect(_)), "{error:?}"),
            }
        }
    });
}

/// A server need not read a whole request body (RFC 9112, section 9.3). The client reads its stream
/// although the rest of the request is never sent.
pub fn a_response_before_the_end_of_the_request_is_read<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let head = Reply::raw().pause(SHORT / 2).send(CHUNKED);
        let events = (1..=50).fold(head, |reply, n| reply.send(chunk(&event(n))));
        let server = serve([events.wait(&Gate::new()).before_request()]);
        let request = client::<A>().build().post(server.url("/")).body(large_body());
        let mut session = within::<A, _>(LONG, request.open()).await.expect("an answer").expect("a response");
        delivers::<A>(&mut session, 1..=50, "early").await;
        assert!(within::<A, _>(SHORT, next::<A>(&mut session)).await.is_none(), "the stream stays open");
    });
}

/// An overloaded server answers and closes the connection without reading the request. The client
/// reports the status and `Retry-After`.
pub fn a_refusal_before_the_request_is_read_is_reported<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}/", listener.local_addr().expect("a bound socket has an address"));
        let refuses = std::thread::spawn(move || {
            for _ in 0..200 {
                let (mut stream, _) = listener.accept().expect("the client connects");
                let busy = b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nbusy";
                stream.write_all(busy).expect("the response fits into the buffer");
            }
        });
        for run in 0..200 {
            let error = refused::<A>(client::<A>().build().get(&url)).await;
            let response = error.response().unwrap_or_else(|| panic!("run {run}: {}", chain(&error)));
            let retry_after = response.headers().get("retry-after").map(|value| value.as_bytes());
            assert_eq!((response.status().as_u16(), retry_after), (503, Some(&b"7"[..])), "run {run}");
        }
        refuses.join().expect("the server does not panic");
    });
}
