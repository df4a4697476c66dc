//! Decisions of the application: what is retried, what opens a stream, and what is an answer.

use core::time::Duration;

use sse_driver::{Answer, Cause, CloseReason, Error, ReconnectPolicy, Response, Retry, State, TokenRequest};

use super::Adapter;
use super::case::{
    LONG, Notes, RequestOf, case, chain, client, data, ends, failure, get, next, open, refused, timed, within,
};
use crate::{Reply, serve};

type ResponseOf<A> = Response<<A as Adapter>::Transport, <A as Adapter>::Timer>;

fn stream(data: &str) -> Reply {
    Reply::events().send(format!("data: {data}\n\n"))
}

async fn other<A: Adapter>(request: RequestOf<A>) -> ResponseOf<A> {
    match within::<A, _>(LONG, request.send()).await.expect("an answer in time").expect("no error") {
        Answer::Other(response) => response,
        Answer::Stream(session) => panic!("{session:?}"),
    }
}

/// `retry_initial` applies before the first open, whatever the method.
pub fn a_post_is_retried_until_it_is_open<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(429), stream("a"), stream("b")]);
        let client = client::<A>().retry_initial(true).max_reconnection_attempts(5).build();
        let mut session = open::<A>(client.post(server.url("/")).body("question")).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::EndOfStream));
        assert_eq!(server.requests().len(), 2);
    });
}

/// A server that breaks off after each event makes progress each time, but the total is limited.
pub fn total_reconnections_are_limited<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::events().send("data: a\n\n").drop_connection()]);
        let ten_ms = Duration::from_millis(10);
        let policy =
            ReconnectPolicy::default().reconnection_time(ten_ms).min_delay(ten_ms).max_total_reconnections(2);
        let request = client::<A>().reconnect_policy(policy).build().post(server.url("/")).replay(true);
        let mut session = open::<A>(request).await;
        for _ in 0..3 {
            assert_eq!(data::<A>(&mut session).await, "a");
        }
        let error = failure::<A>(&mut session).await;
        assert!(matches!(error, Error::GaveUp { attempts: 2, .. }), "{error:?}");
        assert_eq!(server.requests().len(), 3);
    });
}

/// The retried statuses include those of well-known proxies.
pub fn every_5xx_but_501_505_and_511_is_retried<A: Adapter>() {
    case::<A>(async || {
        for status in [520, 521, 529, 530, 561, 598, 599] {
            let server = serve([stream("a"), Reply::status(status), stream("b").stall()]);
            let mut session = open::<A>(get::<A>(&server)).await;
            for expected in ["a", "b"] {
                assert_eq!(data::<A>(&mut session).await, expected, "{status}");
            }
        }
        for status in [501, 505, 511] {
            let server = serve([stream("a"), Reply::status(status)]);
            let mut session = open::<A>(get::<A>(&server)).await;
            assert_eq!(data::<A>(&mut session).await, "a");
            let error = failure::<A>(&mut session).await;
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
    });
}

/// A server for polling sends an ID and a reconnection time, and ends the stream.
pub fn a_new_last_event_id_is_progress<A: Adapter>() {
    case::<A>(async || {
        let polled = |id: u32| Reply::events().send(format!("id: {id}\nretry: 10\n\n"));
        let server = serve((7..12).map(polled).chain([Reply::status(204)]));
        let mut session = open::<A>(get::<A>(&server).max_reconnection_attempts(1)).await;
        ends::<A>(&mut session).await;
        assert_eq!(session.close_reason(), Some(&CloseReason::NoContent));
        assert_eq!(server.requests()[5].last_event_id(), Some("11"));
    });
}

/// `Retry-After` sets the delay even if that of the policy is longer.
pub fn retry_after_is_the_next_delay<A: Adapter>() {
    case::<A>(async || {
        let server = serve([Reply::status(503).header("retry-after", "1"), stream("a").stall()]);
        let request = get::<A>(&server).retry_initial(true).reconnection_time(Duration::from_secs(60));
        let (took, mut session) = timed::<A, _>(open::<A>(request)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        assert!((Duration::from_millis(950)..LONG).contains(&took), "{took:?}");
    });
}

/// The error of a retried status has the start of the body.
pub fn a_retried_status_has_its_body<A: Adapter>() {
    case::<A>(async || {
        let server = serve([stream("a"), Reply::status(502).send("bad gateway"), stream("b").stall()]);
        let notes = Notes::new();
        let seen = notes.clone();
        let request = get::<A>(&server).on_state(move |state| {
            if let State::Disconnected { cause: Cause::Status(_), error: Some(error), .. } = state {
                seen.push(error.response().map(|response| response.body().clone()));
            }
        });
        let mut session = open::<A>(request).await;
        for expected in ["a", "b"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        assert_eq!(notes.all(), [Some("bad gateway".into())]);
    });
}

/// The application's rule overrides those for statuses, content types and the first attempt.
pub fn the_application_decides_what_is_retried<A: Adapter>() {
    case::<A>(async || {
        let html = Reply::status(200).header("content-type", "text/html").send("<p>starting");
        let server = serve([html, Reply::status(404), stream("a"), Reply::status(503)]);
        let request = get::<A>(&server).retry_when(|failure| match failure.cause {
            Cause::ContentType | Cause::Status(404) => Retry::After(Duration::from_millis(10)),
            Cause::Status(503) => Retry::Stop,
            _ => Retry::Default,
        });
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let error = failure::<A>(&mut session).await;
        assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
        assert_eq!(session.close_reason(), Some(&CloseReason::Failed(Cause::Status(503))));
        assert_eq!(server.requests().len(), 4);
    });
}

/// The token is renewed at the first attempt and at a reconnection. A valid token is kept.
pub fn an_expired_token_is_renewed<A: Adapter>() {
    case::<A>(async || {
        let expired = || Reply::status(401).send("expired");
        let server = serve([expired(), stream("a"), stream("b"), expired(), stream("c").stall()]);
        let notes = Notes::new();
        let asked = notes.clone();
        let request = get::<A>(&server).bearer_auth_with(move |why| {
            asked.push(match why {
                TokenRequest::Refused(response) => String::from_utf8_lossy(response.body()).into_owned(),
                _ => "first".into(),
            });
            let token = format!("t{}", asked.all().len());
            async move { Ok::<_, Error>(token) }
        });
        let mut session = open::<A>(request).await;
        for expected in ["a", "b", "c"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        assert_eq!(notes.all(), ["first", "expired", "expired"]);
        let requests = server.requests();
        let sent: Vec<_> =
            requests.iter().map(|request| request.header("authorization").unwrap_or("")).collect();
        assert_eq!(sent, ["Bearer t1", "Bearer t2", "Bearer t2", "Bearer t2", "Bearer t3"]);
    });
}

/// The application accepts a 200 with another content type, and another status.
pub fn the_application_decides_what_opens_a_stream<A: Adapter>() {
    case::<A>(async || {
        let other =
            |status| Reply::status(status).header("content-type", "text/x").send("data: a\n\n").stall();
        let server = serve([other(200), other(201)]);
        let mut session = open::<A>(get::<A>(&server).any_content_type(true)).await;
        assert_eq!(data::<A>(&mut session).await, "a");
        let request = get::<A>(&server).accept_when(|head| head.status() == 201);
        let mut session = open::<A>(request).await;
        assert_eq!(data::<A>(&mut session).await, "a");
    });
}

/// Servers use many values to say that a body is not compressed.
pub fn a_body_that_is_not_compressed_is_read<A: Adapter>() {
    case::<A>(async || {
        for coding in ["none", "identity", "utf-8", "binary", "chunked"] {
            let server = serve([stream("a").header("content-encoding", coding).stall()]);
            let mut session = open::<A>(get::<A>(&server)).await;
            assert_eq!(data::<A>(&mut session).await, "a", "{coding}");
        }
    });
}

/// The error has the response, and no attempt follows, whatever the policy.
pub fn a_compressed_body_is_not_retried<A: Adapter>() {
    case::<A>(async || {
        for coding in ["gzip", "br", "zstd", "deflate"] {
            let server = serve([stream("a").header("content-encoding", coding)]);
            let error = refused::<A>(get::<A>(&server).retry_initial(true)).await;
            assert!(matches!(error, Error::ContentEncoding(_)), "{error:?}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
            assert_eq!(server.requests().len(), 1);
        }
    });
}

/// An unsupported URL is not retried, whatever the policy.
pub fn an_unsupported_scheme_is_not_retried<A: Adapter>() {
    case::<A>(async || {
        let request = client::<A>().retry_initial(true).build().get("ftp://localhost/");
        let error = refused::<A>(request).await;
        assert!(matches!(error, Error::Connect(_)), "{}", chain(&error));
    });
}

/// Tabs and spaces are sent within and around the ID. HTTP trims those around it.
pub fn an_id_with_tabs_and_spaces_is_sent<A: Adapter>() {
    case::<A>(async || {
        let ids = Reply::events().send("id: a\tb\ndata: a\n\n");
        let server = serve([ids, Reply::events().send("id: 7 \ndata: b\n\n"), Reply::status(204)]);
        let mut session = open::<A>(get::<A>(&server)).await;
        while next::<A>(&mut session).await.is_some() {}
        assert_eq!(server.requests()[1].last_event_id(), Some("a\tb"));
        assert_eq!(server.requests()[2].last_event_id().map(str::trim), Some("7"));
    });
}

/// A stream, JSON, a 202 and a refusal are answers rather than errors, and each has its whole body.
pub fn every_response_is_an_answer<A: Adapter>() {
    case::<A>(async || {
        let json = Reply::status(200).header("content-type", "application/json").send("x".repeat(100_000));
        let replies = [json, Reply::status(202), Reply::status(204), Reply::status(404).send("no session")];
        let server = serve(replies.into_iter().chain([stream("a").stall()]));
        let client = client::<A>().build();
        for (status, len) in [(200, 100_000), (202, 0), (204, 0), (404, 10)] {
            let response = other::<A>(client.post(server.url("/mcp")).body("{}")).await;
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.bytes(1_000_000).await.expect("no error").len(), len);
        }
        let answer = client.post(server.url("/mcp")).body("{}").send().await.expect("an answer");
        let Answer::Stream(mut session) = answer else { panic!("{answer:?}") };
        assert_eq!(data::<A>(&mut session).await, "a");
    });
}

/// As in MCP Streamable HTTP, the GET has no body and resumes after the last event.
pub fn a_post_is_resumed_by_get<A: Adapter>() {
    case::<A>(async || {
        let primed = Reply::events().send("id: 1\nretry: 10\ndata:\n\n");
        let server = serve([primed, Reply::events().send("id\ndata: b\n\n")]);
        let post = client::<A>().build().post(server.url("/mcp")).body("{}");
        let request = post.header("content-type", "application/json").resume_by_get(true);
        let mut session = open::<A>(request).await;
        for expected in ["", "b"] {
            assert_eq!(data::<A>(&mut session).await, expected);
        }
        ends::<A>(&mut session).await;
        let [first, second] = &server.requests()[..] else { panic!("two requests") };
        assert_eq!((first.method.as_str(), &first.body[..]), ("POST", &b"{}"[..]));
        assert_eq!((second.method.as_str(), second.last_event_id()), ("GET", Some("1")));
        assert!(second.body.is_empty() && second.header("content-type").is_none());
    });
}
