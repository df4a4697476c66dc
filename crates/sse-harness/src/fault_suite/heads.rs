//! Invalid response heads.

use sse_driver::Error;
use sse_driver::proto::Cause;

use super::FaultAdapter;
use super::case::{bounded_case, causes, delivers, event, events, with_losses};
use crate::suite::case::{chain, closes, get, open, refused};
use crate::{MockServer, Reply};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";

/// The name, the reply, and a part of the message of the error or one of its sources.
type Row = (&'static str, fn() -> Reply, &'static str);

const TOO_LARGE: &str = "message head is too large";

/// `sse-http` accepts a head of at most 64 KiB and 256 header lines. Other transports may accept a
/// longer one, but none as long as these.
const ROWS: [Row; 20] = [
    ("garbage", || Reply::raw().send("\x16\x03\x01\x02 garbage\r\n\r\n"), "invalid HTTP version"),
    ("another protocol", || Reply::raw().send("SSH-2.0-OpenSSH_9.6\r\n").stall(), "invalid HTTP version"),
    ("a status that is a word", || Reply::raw().send("HTTP/1.1 two OK\r\n\r\n"), "invalid HTTP status"),
    ("a status of four digits", || Reply::raw().send("HTTP/1.1 2000 OK\r\n\r\n"), "invalid HTTP status"),
    ("HTTP/3.0", || Reply::raw().send("HTTP/3.0 200 OK\r\n\r\n"), "invalid HTTP version"),
    ("a header of 1 MiB", || ok_with(&format!("x: {}\r\n\r\n", "y".repeat(1 << 20))), TOO_LARGE),
    (
        "headers of 1 MiB",
        || ok_with(&format!("{}\r\n", format!("x: {}\r\n", "y".repeat(1 << 14)).repeat(64))),
        TOO_LARGE,
    ),
    ("an endless header", || Reply::raw().send(OK).send("x: ").send_forever("y".repeat(1 << 16)), TOO_LARGE),
    ("10,000 headers", || ok_with(&format!("{}\r\n", "x: y\r\n".repeat(10_000))), TOO_LARGE),
    ("1,000 headers", || ok_with(&format!("{}\r\n", "x: y\r\n".repeat(1000))), TOO_LARGE),
    ("a header without a name", || ok_with(": x\r\n\r\n"), "invalid HTTP header"),
    ("a length that is a word", || ok_with("content-length: many\r\n\r\n"), "content-length"),
    (
        "a length of 30 digits",
        || ok_with("content-length: 999999999999999999999999999999\r\n\r\n"),
        "content-length",
    ),
    ("two lengths", || ok_with("content-length: 1\r\ncontent-length: 2\r\n\r\nab"), "content-length"),
    ("a length with a sign", || ok_with("content-length: +5\r\n\r\nhello"), "content-length"),
    ("a list of two lengths", || ok_with("content-length: 1, 2\r\n\r\nab"), "content-length"),
    ("nothing", Reply::raw, ""),
    ("no head, and a reset", || Reply::raw().reset(), ""),
    ("half a head", || Reply::raw().send(&OK[..OK.len() - 5]), ""),
    ("half a head, and a reset", || Reply::raw().send(&OK[..30]).reset(), ""),
];

fn ok_with(rest: &str) -> Reply {
    Reply::raw().send(OK).send(rest)
}

/// An invalid response is an error of the transport with its cause, and the connection is closed.
pub fn an_invalid_response_is_an_error<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for (what, reply, says) in ROWS {
            let server = MockServer::new().reply_with(move |_| reply());
            let error = refused::<A>(get::<A>(&server)).await;
            assert!(matches!(error, Error::Connect(_)), "{what}: {error:?}");
            assert!(chain(&error).contains(says), "{what}: {}", chain(&error));
            assert!(!error.is_timeout(), "{what}");
            assert_eq!(server.requests().len(), 1, "{what}");
            if !what.ends_with("reset") {
                closes::<A>(&server, 0).await;
            }
        }
    });
}

/// An invalid response after a stream is a failed attempt like others, and no event is lost.
pub fn an_invalid_response_is_retried_after_a_stream<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        for (what, reply, says) in ROWS {
            let server = MockServer::new().reply_with(move |request| match request.number {
                0 => Reply::events().send(event(1)),
                1 => reply(),
                _ => events(2..=2),
            });
            let (request, losses) = with_losses::<A>(get::<A>(&server));
            let mut session = open::<A>(request).await;
            delivers::<A>(&mut session, 1..=2, what).await;
            assert_eq!(causes(&losses), [Cause::Eof, Cause::Transport], "{what}");
            let error =
                losses.all().pop().and_then(|(_, error)| error).expect("the attempt failed with an error");
            assert!(
                matches!(*error, Error::Connect(_)) && chain(&*error).contains(says),
                "{what}: {error:?}"
            );
            for number in [1, 2] {
                assert_eq!(server.requests()[number].last_event_id(), Some("1"), "{what}");
            }
        }
    });
}

/// Informational responses are valid, but the final one never comes (RFC 9110, section 15.2). On
/// the first attempt, this is an error. Later, it is retried.
pub fn endless_informational_responses_are_an_error<A: FaultAdapter>() {
    bounded_case::<A>(async || {
        let server = MockServer::new().reply_with(move |request| match request.number {
            0 | 2 => Reply::raw().send_forever("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(100)),
            1 => Reply::events().send(event(1)),
            _ => events(2..=2),
        });
        let error = refused::<A>(get::<A>(&server)).await;
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        assert!(chain(&error).contains("informational responses"), "{}", chain(&error));
        closes::<A>(&server, 0).await;
        let (request, losses) = with_losses::<A>(get::<A>(&server));
        let mut session = open::<A>(request).await;
        delivers::<A>(&mut session, 1..=2, "later").await;
        assert_eq!(causes(&losses), [Cause::Eof, Cause::Transport]);
        closes::<A>(&server, 2).await;
    });
}
