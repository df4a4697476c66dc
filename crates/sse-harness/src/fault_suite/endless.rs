//! Bodies with an event that never ends.

use core::time::Duration;

use sse_driver::Error;
use sse_driver::proto::{Limits, Oversize};

use super::FaultAdapter;
use super::case::{LIMIT, bounded_case, delivers, event};
use crate::suite::case::{closes, dropped_when, failure, get, open};
use crate::{MockServer, Reply};

/// The number of bytes that the server sends before the case ends. A client that kept all of them
/// would exceed the memory limit.
const MANY_BYTES: u64 = 24 << 20;

/// Returns a server that sends an event, then `endless`, and then the same bytes forever.
fn server(endless: &'static str) -> MockServer {
    MockServer::new()
        .reply_with(move |_| Reply::events().send(event(1)).send(endless).send_forever("y".repeat(1 << 16)))
}

async fn is_too_long<A: FaultAdapter>(server: &MockServer) {
    let limits = Limits::default().max_event_len(LIMIT);
    let mut session = open::<A>(get::<A>(server).limits(limits)).await;
    delivers::<A>(&mut session, 1..=1, "before").await;
    let error = failure::<A>(&mut session).await;
    assert!(matches!(error, Error::TooLong { limit: LIMIT }), "{error:?}");
    assert_eq!(session.last_event_id(), "1");
    closes::<A>(server, 0).await;
    assert_eq!(server.requests().len(), 1, "the session does not reconnect");
}

/// A line that never ends is buffered up to the limit of an event. Then the session ends with an
/// error, since the server would send the same again.
pub fn an_endless_line_is_too_long<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for endless in ["data: ", "event: ", "id: ", "an unknown field: ", ": "] {
            is_too_long::<A>(&server(endless)).await;
        }
    });
}

/// With [`Oversize::Skip`] the line is not buffered.
pub fn an_endless_line_is_skipped_in_bounded_memory<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let server = server("id: 2\ndata: ");
        let limits = Limits::default().max_event_len(LIMIT).oversize(Oversize::Skip);
        let mut session =
            open::<A>(get::<A>(&server).limits(limits).idle_timeout(Duration::from_secs(5))).await;
        delivers::<A>(&mut session, 1..=1, "before").await;
        dropped_when::<A, _>(session.next(), "many bytes", || server.sent(0) > MANY_BYTES).await;
        assert_eq!((session.last_event_id(), server.requests().len()), ("1", 1));
    });
}

/// Each line ends, but the event does not. The limit applies to the event.
pub fn an_endless_event_is_too_long<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for line in ["data\n", "data: y\n", "id: 2\ndata: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n"]
        {
            let server = MockServer::new()
                .reply_with(move |_| Reply::events().send(event(1)).send_forever(line.repeat(5000)));
            is_too_long::<A>(&server).await;
        }
    });
}
