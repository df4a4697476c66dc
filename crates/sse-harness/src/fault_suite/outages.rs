//! Servers that went down or never existed.

use sse_driver::Error;
use sse_driver::proto::Cause;

use super::FaultAdapter;
use super::case::{bounded_case, causes, delivers, event, with_losses};
use crate::suite::case::{chain, client, dropped_when, get, open, refused};
use crate::{Reply, ReservedPort, serve};

/// A URL whose name never resolves (RFC 6761, section 6.4).
const UNKNOWN_HOST: &str = "http://nobody.invalid/events";

/// The server is killed in the middle of an event, and its port refuses connections until another
/// server listens there. The stream resumes after its last whole event.
pub fn a_session_resumes_when_a_killed_server_restarts<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let half = |n| Reply::events().send(event(n)).send(format!("id: {}\ndata: ev", n + 1)).stall();
        let mut server = serve([half(1)]);
        let (request, losses) = with_losses::<A>(get::<A>(&server));
        let mut session = open::<A>(request).await;
        delivers::<A>(&mut session, 1..=1, "before").await;
        for last in 1..=3 {
            let lost = losses.all().len();
            let port = ReservedPort::of(server);
            // The lost stream and two refused connections.
            dropped_when::<A, _>(session.next(), "an outage", || losses.all().len() > lost + 2).await;
            let refused =
                losses.all().pop().and_then(|(_, error)| error).expect("the attempt failed with an error");
            assert!(matches!(*refused, Error::Connect(_)), "{refused:?}");
            server = port.serve([half(last + 1)]);
            delivers::<A>(&mut session, last + 1..=last + 1, "after").await;
            let ids: Vec<_> =
                server.requests().iter().map(|request| request.last_event_id().map(str::to_owned)).collect();
            assert_eq!(ids, [Some(last.to_string())]);
        }
    });
}

/// The first attempt fails with the resolver's error among its sources, which is not a timeout.
pub fn an_unknown_host_is_an_error<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let error = refused::<A>(client::<A>().build().get(UNKNOWN_HOST)).await;
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        // The messages of Unix and Windows.
        let says = chain(&error);
        assert!(says.contains("lookup") || says.contains("No such host"), "{says}");
        assert!(!error.is_timeout());
    });
}

/// The name may resolve later, so it is retried as often as the policy allows.
pub fn an_unknown_host_uses_up_the_attempts<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let client = client::<A>().retry_initial(true).max_reconnection_attempts(3).build();
        let (request, losses) = with_losses::<A>(client.get(UNKNOWN_HOST));
        let error = refused::<A>(request).await;
        let Error::GaveUp { attempts: 3, last } = error else { panic!("{error:?}") };
        assert!(matches!(*last, Error::Connect(_)), "{last:?}");
        assert_eq!(causes(&losses), [Cause::Transport; 3]);
    });
}
