//! Servers that do not accept connections.

use sse_driver::Error;

use super::FaultAdapter;
use super::case::{SHORT, bounded_case};
use crate::ReservedPort;
use crate::suite::case::{BuilderOf, LONG, chain, client, refused, timed};

/// Returns the error of a request to such a server, which must come soon after its timeout.
async fn error_of<A: FaultAdapter>(client: BuilderOf<A>, full: bool) -> Error {
    let port = ReservedPort::new();
    let url = port.url("/");
    let _listener = port.listen_without_accepting(full);
    let (took, error) = timed::<A, _>(refused::<A>(client.build().get(url))).await;
    assert!(took >= SHORT && took < LONG, "{took:?}");
    assert!(error.is_timeout(), "{}", chain(&error));
    error
}

/// The server's queue is full, so there is no connection. The response timeout covers the whole
/// attempt.
pub fn a_full_accept_queue_is_found_by_the_response_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let error = error_of::<A>(client::<A>().response_timeout(SHORT), true).await;
        assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    });
}

/// The server's queue has room, so the system establishes the connection and buffers the request,
/// which is never read.
pub fn a_server_that_does_not_accept_is_found_by_the_response_timeout<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let client = client::<A>().connect_timeout(SHORT / 4).response_timeout(SHORT);
        let error = error_of::<A>(client, false).await;
        assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
    });
}

/// The connect timeout expires sooner with a clear error, on the first attempt and on each retry.
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
