//! Redirects over real sockets. The unit tests of `redirect.rs` cover all rules in a table.

mod common;

use core::time::Duration;

use common::{chain, empty, get};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use sse_driver::RequestBody;
use sse_driver::{EffectiveUrl, Transport};
use sse_harness::{MockServer, Reply, ReservedPort, serve};
use sse_http::Error;

type Body = sse_http::Body<<sse_tokio::TokioDial as sse_http::Dial>::Stream>;

async fn ask(request: Request<RequestBody>) -> Result<Response<Body>, Error> {
    sse_tokio::Http::default().connect(request).await
}

/// A server that redirects the first request and answers later ones with 204.
fn redirecting(status: u16, location: &str) -> MockServer {
    serve([Reply::status(status).header("location", location).stall(), Reply::status(204)])
}

fn is_secret(value: &HeaderValue) -> bool {
    value.to_str().unwrap().contains("secret")
}

fn header(name: &'static str, value: impl AsRef<str>) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), value.as_ref().parse().unwrap())
}

fn effective_url(response: &Response<Body>) -> Option<&str> {
    response.extensions().get().map(|EffectiveUrl(url)| url.as_str())
}

#[tokio::test]
async fn redirect_to_the_same_origin_keeps_everything() {
    let server = redirecting(307, "../new?x=1#part");
    let request = Request::post(server.url("/old/page")).header("x-api-key", "k").header("content-type", "t");
    let response = ask(request.body("{}".into()).unwrap()).await.unwrap();
    assert_eq!(effective_url(&response), Some(server.url("/new?x=1#part").as_str()));
    let [first, second] = &server.requests()[..] else { panic!("two requests") };
    assert_eq!((first.path.as_str(), second.path.as_str()), ("/old/page", "/new?x=1"));
    assert_eq!((second.method.as_str(), &second.body[..]), ("POST", &b"{}"[..]));
    assert_eq!(first.headers, second.headers);
    assert_eq!(second.header("x-api-key"), Some("k"));
    assert!(server.wait_for_close(0, Duration::from_secs(1)).is_some(), "one connection at a time");
}

#[tokio::test]
async fn redirect_to_another_origin_drops_credentials() {
    let other = serve([Reply::status(204)]);
    let server = redirecting(302, &other.url("/x"));
    let request = get(&server.url("/"))
        .header("accept", "text/event-stream")
        .header("cache-control", "no-cache")
        .header("authorization", "Bearer secret")
        .header("x-api-key", "secret")
        .header("last-event-id", "7");
    let response = ask(empty(request)).await.unwrap();
    assert_eq!(effective_url(&response), Some(other.url("/x").as_str()));
    assert_eq!(server.requests()[0].headers.values().filter(|value| is_secret(value)).count(), 2);
    let expected = [
        header("host", other.addr().to_string()),
        header("accept-encoding", "identity"),
        header("accept", "text/event-stream"),
        header("cache-control", "no-cache"),
        header("last-event-id", "7"),
    ];
    assert_eq!(other.requests()[0].headers, HeaderMap::from_iter(expected));
}

#[tokio::test]
async fn a_post_with_a_body_is_not_redirected_to_another_origin() {
    let other = serve([Reply::status(204)]);
    for status in [307, 308] {
        let server = redirecting(status, &other.url("/x"));
        let request = Request::post(server.url("/")).body("secret".into());
        let error = ask(request.unwrap()).await.unwrap_err();
        let expected =
            "the redirect was not followed: the redirect would carry the request body to another origin";
        assert_eq!(chain(&error), expected);
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_post_without_a_body_is_redirected_to_another_origin() {
    let other = serve([Reply::status(204)]);
    let server = redirecting(308, &other.url("/x"));
    let request = Request::post(server.url("/")).header("content-type", "secret").body("".into());
    ask(request.unwrap()).await.unwrap();
    let asked = &other.requests()[0];
    assert_eq!((asked.method.as_str(), asked.body.len()), ("POST", 0));
    let expected = [
        header("host", other.addr().to_string()),
        header("accept-encoding", "identity"),
        header("content-length", "0"),
    ];
    assert_eq!(asked.headers, HeaderMap::from_iter(expected));
}

#[tokio::test]
async fn a_303_turns_a_post_into_a_get() {
    let server = redirecting(303, "/result");
    let request = Request::post(server.url("/")).header("content-type", "t").body("{}".into()).unwrap();
    ask(request).await.unwrap();
    let asked = &server.requests()[1];
    assert_eq!((asked.method.as_str(), asked.path.as_str(), asked.body.len()), ("GET", "/result", 0));
    let expected = [header("host", server.addr().to_string()), header("accept-encoding", "identity")];
    assert_eq!(asked.headers, HeaderMap::from_iter(expected));
}

#[tokio::test]
async fn a_response_without_redirect_has_no_effective_url() {
    let server = serve([Reply::status(204)]);
    assert_eq!(effective_url(&ask(empty(get(&server.url("/")))).await.unwrap()), None);
}

#[tokio::test]
async fn a_redirect_loop_ends_after_ten() {
    let server = serve([Reply::status(302).header("location", "/")]);
    let error = ask(empty(get(&server.url("/")))).await.unwrap_err();
    assert_eq!(chain(&error), "the redirect was not followed: too many redirects: more than 10 in a row");
    assert_eq!(server.requests().len(), 11);
}

#[tokio::test]
async fn invalid_redirects_are_errors_without_secrets() {
    let cases = [
        (None, "the redirect was not followed: the redirect has no Location"),
        (Some(""), "the redirect was not followed: the redirect has no Location"),
        (
            Some("ftp://u:secret@a/?secret"),
            "the redirect was not followed: expected the redirect's Location to be http or https, got the scheme `ftp`",
        ),
        (
            Some("http://secret:x/"),
            "the redirect was not followed: the redirect's Location is not a valid URL: invalid port number",
        ),
    ];
    for (location, message) in cases {
        let redirect = Reply::status(302).stall();
        let server = serve([match location {
            Some(location) => redirect.header("location", location),
            None => redirect,
        }]);
        let error = ask(empty(get(&server.url("/")))).await.unwrap_err();
        assert_eq!(chain(&error), message);
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        assert!(server.wait_for_close(0, Duration::from_secs(1)).is_some());
    }
}

#[tokio::test]
async fn a_refused_redirect_target_is_named_in_the_error() {
    let port = ReservedPort::new();
    let unused = port.addr();
    let server = redirecting(302, &format!("http://{unused}/"));
    let error = ask(empty(get(&server.url("/")))).await.unwrap_err();
    assert!(matches!(error, Error::Connect { port, .. } if port == unused.port()), "{error:?}");
}
