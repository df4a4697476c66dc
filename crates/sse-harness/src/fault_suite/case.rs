//! What the cases are made of.

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

/// Long enough for a busy machine to answer in, where nothing else may time out.
pub(crate) const SHORT: Duration = Duration::from_millis(400);
/// The limit of an event, in bytes, where one is to be reached.
pub(crate) const LIMIT: usize = 64 << 10;

/// The head of a response in chunks, for replies that write their own.
pub(crate) const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// Runs a case on one thread, in bounded time and bounded memory.
///
/// What its servers send is made on their own threads, and so is not counted.
pub(crate) fn bounded_case<A: FaultAdapter>(body: impl AsyncFnOnce() + Send + 'static) {
    in_time(|| {
        let held = A::memory_of(|| A::block_on(body()));
        assert!(held > 0, "nothing was counted");
        assert!(held <= A::MOST_MEMORY, "{held} bytes were held, more than {}", A::MOST_MEMORY);
    });
}

/// Event `n`, whose ID is its number.
pub(crate) fn event(n: u64) -> String {
    format!("id: {n}\ndata: event {n}\n\n")
}

/// Some bytes as a chunk of a body in chunks.
pub(crate) fn chunk(bytes: &str) -> String {
    format!("{:x}\r\n{bytes}\r\n", bytes.len())
}

/// A stream of these events, that then is silent.
pub(crate) fn events(events: core::ops::RangeInclusive<u64>) -> Reply {
    Reply::events().send(events.map(event).collect::<String>()).stall()
}

/// The next events of the session are these.
pub(crate) async fn delivers<A: FaultAdapter>(
    session: &mut SessionOf<A>,
    events: core::ops::RangeInclusive<u64>,
    what: &str,
) {
    for n in events {
        let event = within::<A, _>(LONG, session.next()).await;
        let event = event.unwrap_or_else(|| panic!("{what}: neither event {n} nor an end"));
        let event = event.unwrap_or_else(|| panic!("{what}: no event {n}"));
        let event = event.unwrap_or_else(|error| panic!("{what}: {error:?} before event {n}"));
        let got = (&*event.event_type, &*event.data, &*event.last_event_id);
        assert_eq!(got, ("message", &*format!("event {n}"), &*n.to_string()), "{what}");
    }
}

/// The body of a request that is more than the buffers between two sockets hold on any system. It takes no memory.
pub(crate) fn large_body() -> RequestBody {
    static PART: [u8; 1 << 16] = [0; 1 << 16];
    let part = || Ok::<_, Infallible>(Bytes::from_static(&PART));
    RequestBody::stream(move || stream::iter((0..1000).map(move |_| part())))
}

/// What a request's disconnections were.
pub(crate) type Losses = Notes<(Cause, Option<Arc<Error>>)>;

/// The request, and what its disconnections will be.
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
