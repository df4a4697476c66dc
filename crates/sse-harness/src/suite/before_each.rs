//! The hook that runs before every attempt.

use std::error::Error as _;
use std::io;

use http::{Method, StatusCode};
use sse_driver::{Attempt, Cause, CloseReason, Error};

use super::Adapter;
use super::case::{Notes, case, client, closes, data, failure, get, open, refused};
use crate::{MockServer, Reply, serve};

/// The arguments of the hook in short: the number of the attempt, the failures before it, the last
/// event ID, whether there is a last failure, and the status of the latest response.
type Summary = (u64, u32, String, bool, Option<u16>);

fn summary(attempt: &Attempt) -> Summary {
    let status = attempt.last_response.as_ref().map(|response| response.status().as_u16());
    let id = attempt.last_event_id().to_owned();
    (attempt.number, attempt.failures, id, attempt.last_failure.is_some(), status)
}

/// The hook replaces a token that has expired by the time of the reconnection. The response would
/// otherwise be a final 401.
pub fn a_stale_token_is_renewed<A: Adapter>() {
    case::<A>(async || {
        let server =
            MockServer::new().reply_with(|request| match (request.number, request.header("authorization")) {
                (0, Some("Bearer token 1")) => Reply::events().send("id: 7\ndata: a\n\n"),
                (1, Some("Bearer token 2")) => Reply::status(503),
                (2, Some("Bearer token 3")) => Reply::events().send("data: b\n\n").stall(),
                _ => Reply::status(401),
            });
        let notes = Notes::new();
        let seen = notes.clone();
        let request = get::<A>(&server).bearer_auth("stale").before_each(move |attempt, mut request| {
            seen.push(summary(&attempt));
            let token = format!("Bearer token {}", attempt.number);
            request.headers_mut().insert("authorization", token.parse().expect("a header value"));
            async { Ok::<_, Error>(request) }
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b");
        let expected = [
            (1, 0, String::new(), false, None),
            (2, 1, "7".into(), true, Some(200)),
            (3, 2, "7".into(), true, Some(503)),
        ];
        assert_eq!(notes.all(), expected);
    });
}

/// The hook can change method, URL, headers and body. Here a GET of another URL resumes a POST.
pub fn an_attempt_can_become_another_request<A: Adapter>() {
    case::<A>(async || {
        let server =
            serve([Reply::events().send("id: 7\ndata: a\n\n"), Reply::events().send("data: b\n\n").stall()]);
        let resume = server.url("/resume?after=");
        let request = client::<A>().build().post(server.url("/start")).body("{}").replay(true);
        let request = request.header("x-start", "1").before_each(move |attempt, mut request| {
            if attempt.number > 1 {
                *request.method_mut() = Method::GET;
                *request.uri_mut() = format!("{resume}{}", attempt.last_event_id()).parse().expect("a url");
                *request.body_mut() = Default::default();
                request.headers_mut().remove("x-start");
            }
            async { Ok::<_, Error>(request) }
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert_eq!(data::<A>(&mut session).await, "b");
        assert_eq!(session.url().as_str(), server.url("/resume?after=7"));
        let [first, second] = &server.requests()[..] else { panic!("two requests") };
        assert_eq!((first.method.as_str(), &*first.path, &*first.body), ("POST", "/start", &b"{}"[..]));
        assert_eq!(
            (second.method.as_str(), &*second.path, &*second.body),
            ("GET", "/resume?after=7", &b""[..])
        );
        assert_eq!((first.header("x-start"), second.header("x-start")), (Some("1"), None));
    });
}

/// An error from the hook ends the session, whatever the policy, and no request is sent.
pub fn an_error_of_the_hook_ends_the_first_attempt<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().stall()]);
        let request = get::<A>(&server).retry_initial(true);
        let request = request.before_each(async |_, _| Err(io::Error::other("no token")));
        let error = refused::<A>(request).await;
        assert!(matches!(error, Error::BeforeEach(_)), "{error:?}");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("no token"));
        assert!(server.requests().is_empty());
    });
}

/// The same holds before a reconnection.
pub fn an_error_of_the_hook_ends_a_reconnection<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n"), Reply::events().stall()]);
        let request = get::<A>(&server).before_each(|attempt, request| async move {
            if attempt.number == 1 { Ok(request) } else { Err(io::Error::other("no token")) }
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let error = failure::<A>(&mut session).await;
        assert!(matches!(error, Error::BeforeEach(_)), "{error:?}");
        assert_eq!(session.close_reason(), Some(&CloseReason::Failed(Cause::HookFailed)));
        assert_eq!(session.last_response().expect("it is open").status(), StatusCode::OK);
        closes::<A>(&server, 0).await;
        assert_eq!(server.requests().len(), 1);
    });
}
