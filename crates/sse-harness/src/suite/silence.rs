//! Silent servers.

use core::time::Duration;

use sse_driver::proto::Cause;
use sse_driver::{Error, State};

use super::Adapter;
use super::case::{Notes, RequestOf, case, closes, data, eventually, get, open, refused};
use crate::{Reply, serve};

/// A timeout that is long enough for a busy machine to send a first event.
const SHORT: Duration = Duration::from_millis(300);

/// Records the causes of the disconnections of a request.
fn with_causes<A: Adapter>(request: RequestOf<A>) -> (RequestOf<A>, Notes<Cause>) {
    let causes = Notes::new();
    let seen = causes.clone();
    let request = request.on_state(move |state| {
        if let State::Disconnected { cause, .. } = state {
            seen.push(*cause);
        }
    });
    (request, causes)
}

/// A stream without a byte for the idle timeout is dropped, and the client reconnects.
pub fn a_silent_stream_is_reconnected<A: Adapter>() {
    case::<A>(async || {
        let server = serve([
            Reply::events().send("id: 1\ndata: a\n\n").stall(),
            Reply::events().stall(),
            Reply::events().send("data: b\n\n").stall(),
        ]);
        let (request, causes) = with_causes::<A>(get::<A>(&server).idle_timeout(SHORT));
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(causes.all(), [Cause::IdleTimeout; 2]);
        assert_eq!(server.requests()[1].last_event_id(), Some("1"));
        closes::<A>(&server, 0).await;
    });
}

/// Comments count as bytes, even if they are hidden, so a stream of only comments is not idle.
pub fn comments_keep_a_stream_alive<A: Adapter>() {
    case::<A>(async || {
        // Twenty times the pause between two comments, for a busy machine.
        let idle = Duration::from_secs(1);
        let comment = |reply: Reply, _| reply.send(":\n").pause(idle / 20);
        let server = serve([(0..30).fold(Reply::events(), comment).send("data: a\n\n").stall()]);
        let (request, causes) = with_causes::<A>(get::<A>(&server).idle_timeout(idle));
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!((causes.all(), server.requests().len()), (vec![], 1));
    });
}

/// The server reads the request and does not answer.
pub fn a_missing_response_times_out<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::raw().stall()]);
        let error = refused::<A>(get::<A>(&server).response_timeout(SHORT)).await;
        assert!(matches!(error, Error::ResponseTimeout(SHORT)), "{error:?}");
        assert!(error.is_timeout());
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// Once a stream has been open, the attempt is retried.
pub fn a_missing_response_is_retried_after_a_stream<A: Adapter>() {
    case::<A>(async || {
        let server = serve([
            Reply::events().send("data: a\n\n"),
            Reply::raw().send("HTTP/1.1 200 \r\n").stall(),
            Reply::events().send("data: b\n\n").stall(),
        ]);
        let (request, causes) = with_causes::<A>(get::<A>(&server).response_timeout(SHORT * 3));
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(causes.all(), [Cause::Eof, Cause::ResponseTimeout]);
        eventually::<A, _>("the third request", || server.requests().get(2).map(|_| ())).await;
        closes::<A>(&server, 1).await;
    });
}
