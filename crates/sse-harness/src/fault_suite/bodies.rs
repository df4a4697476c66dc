//! Bodies with invalid or unusual framing (RFC 9112, sections 6 and 7).
//!
//! Every reply contains the first event, and a part of the second one or nothing of it.

use sse_driver::Error;
use sse_driver::proto::Cause;

use super::FaultAdapter;
use super::case::{CHUNKED, bounded_case, causes, chunk, delivers, event, events, with_losses};
use crate::suite::case::{get, open};
use crate::{MockServer, Reply};

type Row = (&'static str, fn() -> Reply);

/// A chunked response with the first event, half of the second one, and `rest`.
fn chunked(rest: impl AsRef<[u8]>) -> Reply {
    let first = [CHUNKED, &chunk(&event(1)), &chunk("id: 2\ndata: ev")].concat();
    Reply::raw().send([first.as_bytes(), rest.as_ref()].concat())
}

fn sized(len: usize, body: &str) -> Reply {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length:";
    Reply::raw().send(format!("{head} {len}\r\n\r\n{body}"))
}

fn whole(version: &str, headers: &str, body: &str) -> String {
    format!("{version} 200 OK\r\ncontent-type: text/event-stream\r\n{headers}\r\n{body}")
}

/// Each reply stalls if possible, so that only its bytes are at fault, and not a missing end.
const BROKEN: [Row; 15] = [
    ("a chunk size over 64 bits", || chunked("10000000000000000\r\nent 2\n\n").stall()),
    ("a chunk size of 1,000 digits", || chunked(format!("{}\r\nent 2\n\n", "f".repeat(1000))).stall()),
    ("a chunk size that is a word", || chunked("many\r\nent 2\n\n").stall()),
    ("a chunk size below zero", || chunked("-7\r\nent 2\n\n").stall()),
    ("no chunk size", || chunked("\r\nent 2\n\n").stall()),
    ("a chunk longer than its size", || chunked("3\r\nent 2\n\n\r\n0\r\n\r\n").stall()),
    ("an endless chunk extension", || chunked("7;x=").send_forever("y".repeat(1 << 14))),
    ("endless trailers", || chunked("0\r\n").send_forever("x: y\r\n".repeat(1 << 10))),
    ("a chunk of 2^63 bytes that ends", || chunked("8000000000000000\r\nent 2\n").drop_connection()),
    ("no last chunk", || chunked("").drop_connection()),
    ("a truncated last chunk", || chunked("0\r\n").drop_connection()),
    ("a reset within a chunk", || chunked("7\r\nen").reset()),
    ("a reset within a character", || chunked(b"7\r\n\xf0\x9f").reset()),
    ("a length that is too long", || sized(1000, &(event(1) + "id: 2\ndata: ev")).drop_connection()),
    ("a length of 2^63", || sized(1 << 63, &(event(1) + "id: 2\ndata: ev")).drop_connection()),
];

const UNUSUAL: [Row; 10] = [
    ("chunk extensions", || {
        let body = format!("{:x};a=b;c=\"d;\\\"e\"\r\n{}\r\n0;last\r\n\r\n", event(1).len(), event(1));
        Reply::raw().send(CHUNKED).send(body)
    }),
    ("trailers that look like an event", || {
        Reply::raw().send(CHUNKED).send(chunk(&event(1)) + "0\r\nid: 9\r\ndata: never\r\n\r\n")
    }),
    ("uppercase sizes with leading zeros", || {
        Reply::raw().send(CHUNKED).send(format!("000{:X}\r\n{}\r\n000\r\n\r\n", event(1).len(), event(1)))
    }),
    ("half an event before the last chunk", || chunked("0\r\n\r\n")),
    ("a length that is too short", || sized(event(1).len() + 9, &(event(1) + "id: 2\ndata: never\n\n"))),
    ("a length that covers only the first event", || sized(event(1).len(), &(event(1) + &event(9)))),
    ("two responses in one", || {
        let again = whole("HTTP/1.1", "", "id: 9\ndata: never\n\n");
        sized(event(1).len(), &(event(1) + &again))
    }),
    ("HTTP/1.0 without a length", || Reply::raw().send(whole("HTTP/1.0", "", &event(1)))),
    ("HTTP/1.1 without a length", || Reply::raw().send(whole("HTTP/1.1", "", &event(1)))),
    ("informational responses before the response", || {
        Reply::raw().send("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(20)).send(whole(
            "HTTP/1.1",
            "",
            &event(1),
        ))
    }),
];

/// Answers the first connection with this reply, checks that the stream resumes after event 1, and
/// returns why the connection was lost.
async fn lost_with<A: FaultAdapter>(what: &str, reply: fn() -> Reply) -> Cause {
    let server =
        MockServer::new().reply_with(move |request| match (request.number, request.last_event_id()) {
            (0, None) => reply(),
            // A reset may overtake bytes that were sent before it.
            (1, None) => events(1..=3),
            (1, Some("1")) => events(2..=3),
            _ => Reply::status(500),
        });
    let (request, losses) = with_losses::<A>(get::<A>(&server));
    let mut session = open::<A>(request).await;
    delivers::<A>(&mut session, 1..=3, what).await;
    drop(session);
    assert_eq!((causes(&losses).len(), server.requests().len()), (1, 2), "{what}");
    let (cause, error) = losses.all().remove(0);
    match cause {
        Cause::Eof => assert!(matches!(error.as_deref(), Some(Error::Eof)), "{what}: {error:?}"),
        _ => assert!(matches!(error.as_deref(), Some(Error::Stream(_))), "{what}: {error:?}"),
    }
    cause
}

/// A broken body is an error of the transport, as soon as the fault is visible. Events before it
/// are delivered, and the stream resumes after them.
pub fn a_stream_with_a_broken_body_resumes_after_its_last_event<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for (what, reply) in BROKEN {
            let cause = lost_with::<A>(what, reply).await;
            assert_eq!(cause, Cause::Transport, "{what}");
        }
    });
}

/// The framing alone decides where the body ends. Trailers, bytes after the end and a partial event
/// are never delivered.
pub fn an_unusual_body_is_read_as_its_framing_says<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for (what, reply) in UNUSUAL {
            let cause = lost_with::<A>(what, reply).await;
            assert_eq!(cause, Cause::Eof, "{what}");
        }
    });
}
