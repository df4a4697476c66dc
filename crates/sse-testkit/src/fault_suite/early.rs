//! Servers that answer before they were asked.

use sse_driver::Error;

use super::FaultAdapter;
use super::case::{CHUNKED, SHORT, bounded_case, chunk, delivers, event, large_body};
use crate::suite::case::{LONG, client, get, next, within};
use crate::{Gate, Reply, Server};

/// Bytes that come before a request are not its response (RFC 9112, section 9.2); but a client that asks at once cannot
/// tell. It refuses the connection or takes the response. It never waits for another one, and never has half of it.
pub fn a_response_before_the_request_is_settled<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for _ in 0..20 {
            let reply = Reply::raw().send([CHUNKED, &chunk(&event(1)), &chunk(&event(2))].concat());
            let server = Server::premature(reply.stall());
            match within::<A, _>(LONG, get::<A>(&server).open()).await.expect("it comes to something") {
                Ok(mut session) => delivers::<A>(&mut session, 1..=2, "taken").await,
                Err(error) => assert!(matches!(error, Error::Connect(_)), "{error:?}"),
            }
        }
    });
}

/// A server that knows enough need not read all of a body (RFC 9112, section 9.3). Its stream is read, and that the rest of
/// the request is never taken is no failure of it.
pub fn a_response_before_the_body_of_the_request_is_taken<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let head = Reply::raw().pause(SHORT / 2).send(CHUNKED);
        let server = Server::premature(
            (1..=50).fold(head, |reply, n| reply.send(chunk(&event(n)))).wait(&Gate::new()),
        );
        let request = client::<A>().build().post(server.url("/")).body(large_body());
        let mut session =
            within::<A, _>(LONG, request.open()).await.expect("it answers").expect("it is a response");
        delivers::<A>(&mut session, 1..=50, "early").await;
        assert!(within::<A, _>(SHORT, next::<A>(&mut session)).await.is_none(), "it goes on");
    });
}
