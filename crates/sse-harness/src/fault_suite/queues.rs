//! Servers that do not come to accept a connection.

use sse_driver::Error;

use super::FaultAdapter;
use super::case::{SHORT, bounded_case};
use crate::ReservedPort;
use crate::suite::case::{BuilderOf, LONG, chain, client, refused, timed};

/// The error of a request to such a server, which comes after the time that it is given, and not long after.
async fn error_of<A: FaultAdapter>(client: BuilderOf<A>, full: bool) -> Error {
    let port = ReservedPort::new();
    let url = port.url("/");
    let _deaf = port.listen_deaf(full);
    let (took, error) = timed::<A, _>(refused::<A>(client.build().get(url))).await;
    assert!(took >= SHORT && took < LONG, "{took:?}");
    assert!(error.is_timeout(), "{}", chain(&error));
    error
}

/// There is no room in the server's queue, and so no connection: one attempt has the response timeout for all it does.
pub fn a_full_accept_queue_is_found_by_the_response_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let error = error_of::<A>(client::<A>().response_timeout(SHORT), true).await;
        assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    });
}

/// There is room, so the system makes the connection, and takes the request too. Nobody reads it.
pub fn a_server_that_accepts_nobody_is_found_by_the_response_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let client = client::<A>().connect_timeout(SHORT / 4).response_timeout(SHORT);
        let error = error_of::<A>(client, false).await;
        assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    });
}

/// The connect timeout finds it sooner, and says what it is: on the first attempt, and on each of those that the policy
/// allows.
pub fn a_full_accept_queue_is_found_by_the_connect_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let patient = || client::<A>().connect_timeout(SHORT).response_timeout(LONG);
        let error = error_of::<A>(patient(), true).await;
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        assert!(chain(&error).contains("no connection within 400ms"), "{}", chain(&error));
        let error = error_of::<A>(patient().retry_initial(true).max_reconnection_attempts(2), true).await;
        assert!(matches!(error, Error::GaveUp { attempts: 2, .. }), "{error:?}");
    });
}
