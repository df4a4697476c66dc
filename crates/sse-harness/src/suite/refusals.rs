//! Refused responses and refused connections.

use core::time::Duration;
use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::sync::Mutex;

use sse_driver::{Error, State};

use super::Adapter;
use super::case::{case, chain, client, closes, data, failure, get, open, refused, timed};
use crate::{Reply, ReservedPort, serve};

fn stream(data: &str) -> Reply {
    Reply::events().send(format!("data: {data}\n\n"))
}

/// A status that is neither 200 nor retried is an error with the response, and ends the session
/// whatever the policy.
pub fn a_404_is_an_error_with_its_body<A: Adapter>() {
    case::<A>(async || {
        let page = Reply::status(404).header("content-type", "text/plain").header("x-id", "7");
        let server = serve([page.send("no such ").send("stream")]);
        let error = refused::<A>(get::<A>(&server).retry_initial(true)).await;
        assert_eq!(error.to_string(), "expected status 200 and text/event-stream, got status 404 Not Found");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
        let response = error.response().expect("there was a response");
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()["x-id"], "7");
        assert_eq!(response.body(), "no such stream");
        assert!(!error.is_timeout());
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}

/// A large page is not read to its end.
pub fn the_body_of_an_error_is_cut_at_64_kib<A: Adapter>() {
    case::<A>(async || {
        let page = Reply::status(403).chunked().send("forbidden ").send_forever("x".repeat(1000));
        let server = serve([page]);
        let error = refused::<A>(get::<A>(&server)).await;
        let body = error.response().expect("there was a response").body();
        assert_eq!(body.len(), 64 * 1024);
        assert!(body.starts_with(b"forbidden xxx"));
        closes::<A>(&server, 0).await;
    });
}

/// A failure before the first stream is most likely a wrong URL, so it is an error at once.
pub fn a_500_is_final_before_the_first_stream<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(500).send("broken"), stream("a").stall()]);
        let error = refused::<A>(get::<A>(&server)).await;
        assert_eq!(error.response().expect("there was a response").body(), "broken");
        assert_eq!((error.status().map(|status| status.as_u16()), server.requests().len()), (Some(500), 1));
    });
}

/// With `retry_initial`, the first failure is retried like any other.
pub fn a_500_is_retried_with_retry_initial<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(500).send("broken"), stream("a").stall()]);
        let mut session = open::<A>(get::<A>(&server).retry_initial(true)).await;
        assert_eq!(session.response().expect("it is open").status(), 200);
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(server.requests().len(), 2);
    });
}

/// Once a stream has been open, a temporary error status is retried.
pub fn a_500_is_retried_after_a_stream<A: Adapter>() {
    case::<A>(async || {
        let busy = [500, 502, 503, 504, 429].map(|status| Reply::status(status).send("busy"));
        let replies = [stream("a")].into_iter().chain(busy).chain([stream("b").stall()]);
        let server = serve(replies);
        let mut session = open::<A>(get::<A>(&server)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(
            (session.last_response().expect("it is open").status().as_u16(), server.requests().len()),
            (200, 7)
        );
    });
}

/// A 200 with another content type, or none, is refused, also on a reconnection. Parameters and
/// case do not matter.
pub fn another_content_type_is_refused<A: Adapter>() {
    case::<A>(async || {
        let ok = |content_type| Reply::status(200).header("content-type", content_type);
        let expected = "expected status 200 and text/event-stream, got status 200 OK and ";
        let html = serve([ok("text/html").send("<p>")]);
        let error = refused::<A>(get::<A>(&html)).await;
        assert_eq!(error.to_string(), format!("{expected}content type \"text/html\""));
        assert_eq!(error.response().expect("there was a response").body(), "<p>");
        let none = serve([Reply::status(200).send("data: a\n\n")]);
        assert_eq!(refused::<A>(get::<A>(&none)).await.to_string(), format!("{expected}no content type"));
        let events = ok("Text/Event-Stream; charset=utf-8").send("data: a\n\n");
        let later = serve([events, ok("text/html").send("<p>"), stream("b")]);
        let mut session = open::<A>(get::<A>(&later)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert!(matches!(failure::<A>(&mut session).await, Error::Response(_)));
        assert_eq!(later.requests().len(), 2);
    });
}

/// `Retry-After` makes the wait longer than the reconnection time.
pub fn retry_after_delays_the_next_attempt<A: Adapter>() {
    case::<A>(async || {
        let busy = Reply::status(503).header("retry-after", "1");
        let server = serve([stream("a"), busy, stream("b").stall()]);
        let mut session = open::<A>(get::<A>(&server)).await;
        let (before, a) = timed::<A, _>(data::<A>(&mut session)).await;
        let (took, b) = timed::<A, _>(data::<A>(&mut session)).await;
        assert_eq!((&*a, &*b, server.requests().len()), ("a", "b", 3));
        assert!(
            took >= Duration::from_secs(1),
            "the second event arrived after {took:?}, the first after {before:?}"
        );
    });
}

fn is_refused(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        let kind = error.downcast_ref().map(io::Error::kind);
        if kind == Some(ErrorKind::ConnectionRefused) {
            return true;
        }
        source = error.source();
    }
    false
}

/// The error says that the connection failed, and its sources say why.
pub fn a_refused_connection_is_an_error<A: Adapter>() {
    case::<A>(async || {
        let port = ReservedPort::new();
        let error = refused::<A>(client::<A>().build().get(port.url("/"))).await;
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        assert!(is_refused(&error), "{}", chain(&error));
        assert_eq!((error.is_timeout(), error.status()), (false, None));
    });
}

/// With `retry_initial`, a client that starts before its server waits for it.
pub fn a_refused_connection_is_retried_until_the_server_listens<A: Adapter>() {
    case::<A>(async || {
        let port = ReservedPort::new();
        let url = port.url("/");
        let started = std::sync::Arc::new((Mutex::new(Some(port)), Mutex::new(None)));
        let start = {
            let started = std::sync::Arc::clone(&started);
            move |state: &State| {
                if matches!(state, State::Connecting { attempt: 3, .. }) {
                    let port =
                        started.0.lock().expect("no panic").take().expect("only one attempt is the third");
                    *started.1.lock().expect("no panic") = Some(port.serve([stream("a").stall()]));
                }
            }
        };
        let request = client::<A>().retry_initial(true).on_state(start).build().get(url);
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let server =
            started.1.lock().expect("no panic").take().expect("the third attempt started the server");
        assert_eq!(server.requests().len(), 1);
    });
}

/// The session gives up if the server does not start.
pub fn a_refused_connection_is_retried_until_the_attempts_are_used_up<A: Adapter>() {
    case::<A>(async || {
        let port = ReservedPort::new();
        let client = client::<A>().retry_initial(true).max_reconnection_attempts(2).build();
        let error = refused::<A>(client.get(port.url("/"))).await;
        let Error::GaveUp { attempts: 2, last } = &error else { panic!("{error:?}") };
        assert!(matches!(**last, Error::Connect(_)), "{last:?}");
        assert!(is_refused(&error), "{}", chain(&error));
    });
}
