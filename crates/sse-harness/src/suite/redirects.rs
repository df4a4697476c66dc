//! Redirects as in Fetch. The unit tests of `sse-http` cover all rules in a table.

use sse_driver::Error;

use super::Adapter;
use super::case::{RequestOf, case, chain, client, data, get, open, refused};
use crate::{MockServer, RecordedRequest, Reply, serve};

fn moved(status: u16, location: &str) -> Reply {
    Reply::status(status).header("location", location)
}

fn events() -> Reply {
    Reply::events().send("id: 1\ndata: a\n\n")
}

/// A POST with secrets in its headers and its body, and with headers that any origin may see.
fn post<A: Adapter>(server: &MockServer) -> RequestOf<A> {
    client::<A>()
        .header("accept", "text/event-stream, text/x")
        .header("accept-language", "de")
        .header("user-agent", "follower/1.0")
        .header("x-api-key", "secret 1")
        .header("cookie", "a=secret 2")
        .build()
        .post(server.url("/events"))
        .bearer_auth("secret 3")
        .header("content-type", "text/secret4")
        .last_event_id("5")
        .body("secret 6")
}

fn paths(server: &MockServer) -> Vec<String> {
    server.requests().into_iter().map(|request| request.path).collect()
}

fn secrets(request: &RecordedRequest) -> usize {
    let in_headers = request
        .headers
        .iter()
        .filter(|(_, value)| String::from_utf8_lossy(value.as_bytes()).contains("secret"))
        .count();
    in_headers + usize::from(!request.body.is_empty())
}

/// Within an origin, the second request is like the first at another path, which becomes the
/// session's URL.
pub fn redirect_to_the_same_origin_keeps_everything<A: Adapter>() {
    case::<A>(async || {
        for status in [301, 302, 303, 307, 308] {
            let server = serve([moved(status, "/moved?x=1"), events().stall()]);
            let request = get::<A>(&server).bearer_auth("token").header("x-api-key", "k").last_event_id("41");
            let mut session = open::<A>(request).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            assert_eq!(session.url().as_str(), server.url("/moved?x=1"));
            assert_eq!(session.response().expect("it is open").url(), session.url());
            let [first, second] = &server.requests()[..] else { panic!("two requests") };
            assert_eq!((second.method.as_str(), &*second.path), ("GET", "/moved?x=1"));
            assert_eq!(second.header_values("authorization"), ["Bearer token"]);
            assert_eq!(second.header_values("x-api-key"), ["k"]);
            assert_eq!(second.header_values("last-event-id"), ["41"]);
            assert_eq!(first.headers, second.headers);
        }
    });
}

/// A redirect applies to one attempt, even a permanent one, since the server may redirect elsewhere
/// next time.
pub fn a_reconnection_requests_the_original_url<A: Adapter>() {
    case::<A>(async || {
        let server = serve([moved(301, "/b"), events(), moved(301, "/c"), events(), events().stall()]);
        let mut session = open::<A>(get::<A>(&server)).await;
        for path in ["/b", "/c", "/events"] {
            assert_eq!(data::<A>(&mut session).await, "a");
            assert_eq!(session.url().as_str(), server.url(path));
        }
        assert_eq!(paths(&server), ["/events", "/b", "/events", "/c", "/events"]);
        let resumed: Vec<_> =
            server.requests().iter().map(|request| request.last_event_id() == Some("1")).collect();
        assert_eq!(resumed, [false, false, true, true, true]);
    });
}

/// Another port is another origin. Of the caller's headers it sees only `Accept`, `Accept-Language`
/// and `User-Agent`. It also sees the client's own last event ID, without which events would arrive
/// twice.
pub fn redirect_to_another_origin_drops_credentials<A: Adapter>() {
    const ALLOWED: [&str; 7] = [
        "host",
        "accept",
        "accept-language",
        "user-agent",
        "cache-control",
        "accept-encoding",
        "last-event-id",
    ];
    case::<A>(async || {
        for status in [301, 302, 303] {
            let other = serve([events().stall()]);
            let server = serve([moved(status, &other.url("/x"))]);
            let mut session = open::<A>(post::<A>(&server)).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            assert_eq!(session.url().as_str(), other.url("/x"));
            assert_eq!(secrets(&server.requests()[0]), 5, "the first server sees all secrets");
            let request = &other.requests()[0];
            assert_eq!(secrets(request), 0, "{status}: {request:?}");
            for (name, _) in &request.headers {
                assert!(ALLOWED.contains(&name.as_str()), "{status}: {name}");
            }
            assert_eq!(request.header_values("accept"), ["text/event-stream, text/x"]);
            assert_eq!(request.header_values("accept-language"), ["de"]);
            assert_eq!(request.header_values("user-agent"), ["follower/1.0"]);
            assert_eq!(request.header_values("host"), [other.addr().to_string()]);
            assert_eq!(request.header_values("last-event-id"), ["5"]);
        }
    });
}

/// 307 and 308 keep the body, which must not leave its origin, so the redirect is an error.
pub fn a_body_never_goes_to_another_origin<A: Adapter>() {
    case::<A>(async || {
        for status in [307, 308] {
            let other = serve([events().stall()]);
            let server = serve([moved(status, &other.url("/x"))]);
            let error = refused::<A>(post::<A>(&server)).await;
            assert!(matches!(error, Error::Connect(_)), "{error:?}");
            let message = chain(&error);
            assert!(message.contains("would carry the request body to another origin"), "{message}");
            assert_eq!((server.requests().len(), other.requests().len()), (1, 0));
        }
    });
}

/// After a POST, 301, 302 and 303 become a GET without a body and its headers.
pub fn a_303_turns_a_post_into_a_get<A: Adapter>() {
    case::<A>(async || {
        for status in [301, 302, 303] {
            let server = serve([moved(status, "/outcome"), events().stall()]);
            let mut session = open::<A>(post::<A>(&server)).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            let [first, second] = &server.requests()[..] else { panic!("two requests") };
            assert_eq!((first.method.as_str(), &*first.body), ("POST", &b"secret 6"[..]));
            assert_eq!((second.method.as_str(), &*second.path, &*second.body), ("GET", "/outcome", &b""[..]));
            assert_eq!((second.header("content-type"), second.header("content-length")), (None, None));
            assert_eq!(second.header_values("x-api-key"), ["secret 1"]);
        }
    });
}

/// Within an origin, 307 and 308 keep the method and the body.
pub fn a_307_keeps_a_post_and_its_body<A: Adapter>() {
    case::<A>(async || {
        for status in [307, 308] {
            let server = serve([moved(status, "moved"), events().stall()]);
            let mut session = open::<A>(post::<A>(&server)).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            let [first, second] = &server.requests()[..] else { panic!("two requests") };
            assert_eq!((second.method.as_str(), &*second.path), ("POST", "/moved"));
            assert_eq!((&second.headers, &second.body), (&first.headers, &first.body));
            assert_eq!((secrets(second), second.last_event_id()), (5, Some("5")));
        }
    });
}

/// The eleventh redirect in a row is an error.
pub fn a_redirect_loop_is_an_error<A: Adapter>() {
    case::<A>(async || {
        let server = serve([moved(302, "/events")]);
        let error = refused::<A>(get::<A>(&server).retry_initial(true)).await;
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        assert!(chain(&error).contains("too many redirects"), "{}", chain(&error));
        assert_eq!(server.requests().len(), 11);
    });
}

/// The error names the missing header.
pub fn a_redirect_without_a_location_is_an_error<A: Adapter>() {
    case::<A>(async || {
        for reply in [Reply::status(302), moved(302, "")] {
            let server = serve([reply]);
            let error = refused::<A>(get::<A>(&server).retry_initial(true)).await;
            assert!(matches!(error, Error::Connect(_)), "{error:?}");
            assert!(chain(&error).contains("no Location"), "{}", chain(&error));
            assert_eq!(server.requests().len(), 1);
        }
    });
}
