//! Shared parts of the cases.

use core::convert::Infallible;
use core::time::Duration;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use sse_driver::proto::Cause;
use sse_driver::{Error, RequestBody, State};

use super::FaultAdapter;
use crate::Reply;
use crate::suite::case::{LONG, Notes, RequestOf, SessionOf, in_time, within};

/// A timeout that is long enough for a busy machine to answer.
pub(crate) const SHORT: Duration = Duration::from_millis(400);
/// The limit on an event in bytes, for cases that reach it.
pub(crate) const LIMIT: usize = 64 << 10;

/// The head of a chunked response, for replies that write their own chunks.
pub(crate) const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// Runs a case on one thread, in bounded time and bounded memory.
///
/// The memory of its servers does not count, since they run on their own threads.
pub(crate) fn bounded_case<A: FaultAdapter>(body: impl AsyncFnOnce() + Send + 'static) {
    in_time(|| {
        let held = A::memory_of(|| A::block_on(body()));
        assert!(held > 0, "no memory was counted");
        assert!(held <= A::MAX_MEMORY, "{held} bytes were held, more than {}", A::MAX_MEMORY);
    });
}

/// Event `n`, whose ID is its number.
pub(crate) fn event(n: u64) -> String {
    format!("id: {n}\ndata: event {n}\n\n")
}

/// A chunk of a chunked body.
pub(crate) fn chunk(bytes: &str) -> String {
    format!("{:x}\r\n{bytes}\r\n", bytes.len())
}

/// A stream of these events that is silent afterwards.
pub(crate) fn events(events: core::ops::RangeInclusive<u64>) -> Reply {
    Reply::events().send(events.map(event).collect::<String>()).stall()
}

/// Checks that these are the next events of the session.
pub(crate) async fn delivers<A: FaultAdapter>(
    session: &mut SessionOf<A>,
    events: core::ops::RangeInclusive<u64>,
    what: &str,
) {
    for n in events {
        let event = within::<A, _>(LONG, session.next()).await;
        let event = event.unwrap_or_else(|| panic!("{what}: timeout instead of event {n}"));
        let event = event.unwrap_or_else(|| panic!("{what}: the end instead of event {n}"));
        let event = event.unwrap_or_else(|error| panic!("{what}: {error:?} instead of event {n}"));
        let got = (&*event.event_type, &*event.data, &*event.last_event_id);
        assert_eq!(got, ("message", &*format!("event {n}"), &*n.to_string()), "{what}");
    }
}

/// A request body that is larger than the buffers between two sockets on any system. It takes no
/// memory.
pub(crate) fn large_body() -> RequestBody {
    static PART: [u8; 1 << 16] = [0; 1 << 16];
    let part = || Ok::<_, Infallible>(Bytes::from_static(&PART));
    RequestBody::stream(move || stream::iter((0..1000).map(move |_| part())))
}

/// The disconnections of a request.
pub(crate) type Losses = Notes<(Cause, Option<Arc<Error>>)>;

/// Records the disconnections of a request.
pub(crate) fn with_losses<A: FaultAdapter>(request: RequestOf<A>) -> (RequestOf<A>, Losses) {
    let losses = Notes::new();
    let seen = losses.clone();
    let request = request.on_state(move |state| {
        if let State::Disconnected { cause, error, .. } = state {
            seen.push((*cause, error.clone()));
        }
    });
    (request, losses)
}

pub(crate) fn causes(losses: &Losses) -> Vec<Cause> {
    losses.all().into_iter().map(|(cause, _)| cause).collect()
}
