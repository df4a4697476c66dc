//! The exact bytes of requests.

mod common;

use common::{Memory, Piece, chain, direct, empty, get};
use futures_util::stream;
use http::{Method, Request, request};
use sse_driver::{RequestBody, Transport};
use sse_http::Error;

const NO_CONTENT: [&str; 1] = ["HTTP/1.1 204 No Content\r\n\r\n"];

async fn sent(request: Request<RequestBody>) -> (String, String) {
    let network = Memory::replying(NO_CONTENT);
    direct(network.clone()).connect(request).await.unwrap();
    let mut record = network.record();
    (record.dialled.remove(0), record.sent.remove(0))
}

#[tokio::test]
async fn the_head_has_all_headers_of_the_request() {
    let request = get("http://localhost:8080/events?a=1&b=%20")
        .header("accept", "text/event-stream")
        .header("cache-control", "no-cache")
        .header("last-event-id", "ü".as_bytes());
    let (dialled, sent) = sent(empty(request)).await;
    assert_eq!(dialled, "localhost 8080");
    assert_eq!(
        sent,
        "GET /events?a=1&b=%20 HTTP/1.1\r\n\
         host: localhost:8080\r\n\
         accept-encoding: identity\r\n\
         accept: text/event-stream\r\n\
         cache-control: no-cache\r\n\
         last-event-id: ü\r\n\r\n"
    );
}

#[tokio::test]
async fn urls_become_a_dial_a_target_and_a_host() {
    #[rustfmt::skip]
    let cases = [
        ("http://example.com", "example.com 80", "GET / HTTP/1.1\r\nhost: example.com\r\n"),
        ("http://example.com:80/x", "example.com 80", "GET /x HTTP/1.1\r\nhost: example.com\r\n"),
        ("http://EXAMPLE.com:443/", "example.com 443", "GET / HTTP/1.1\r\nhost: example.com:443\r\n"),
        ("http://example.com?q", "example.com 80", "GET /?q HTTP/1.1\r\nhost: example.com\r\n"),
        ("http://127.0.0.1:1/", "127.0.0.1 1", "GET / HTTP/1.1\r\nhost: 127.0.0.1:1\r\n"),
        ("http://[::1]/", "::1 80", "GET / HTTP/1.1\r\nhost: [::1]\r\n"),
        ("http://[2001:db8::1]:8080/", "2001:db8::1 8080", "GET / HTTP/1.1\r\nhost: [2001:db8::1]:8080\r\n"),
        ("http://user:secret@example.com/", "example.com 80", "GET / HTTP/1.1\r\nhost: example.com\r\n"),
        ("http://example.com//two//slashes", "example.com 80", "GET //two//slashes HTTP/1.1\r\nhost: example.com\r\n"),
        ("http://example.com/#part", "example.com 80", "GET / HTTP/1.1\r\nhost: example.com\r\n"),
    ];
    for (url, dial, head) in cases {
        let (dialled, sent) = sent(empty(get(url))).await;
        assert_eq!(dialled, dial, "{url}");
        assert!(sent.starts_with(head), "{url}: {sent}");
        assert!(!sent.contains("secret") && !sent.contains("part"), "{url}: {sent}");
    }
}

#[tokio::test]
async fn content_length_depends_on_method_and_body() {
    let cases = [
        (Method::GET, "", ""),
        (Method::DELETE, "", ""),
        (Method::POST, "", "content-length: 0\r\n"),
        (Method::PUT, "", "content-length: 0\r\n"),
        (Method::PATCH, "", "content-length: 0\r\n"),
        (Method::POST, "{}", "content-length: 2\r\n"),
        (Method::GET, "{}", "content-length: 2\r\n"),
        (Method::from_bytes(b"REPORT").unwrap(), "{}", "content-length: 2\r\n"),
    ];
    for (method, body, length) in cases {
        let request = Request::builder().method(&method).uri("http://a/").body(body.into()).unwrap();
        let (_, sent) = sent(request).await;
        let expected =
            format!("{method} / HTTP/1.1\r\nhost: a\r\naccept-encoding: identity\r\n{length}\r\n{body}");
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn a_large_body_is_sent_whole() {
    let body = "x".repeat(3 << 20);
    let request = Request::post("http://a/").body(RequestBody::from(body.clone())).unwrap();
    let (_, sent) = sent(request).await;
    assert!(sent.ends_with(&format!("\r\ncontent-length: {}\r\n\r\n{body}", 3 << 20)));
}

fn streamed(parts: [Result<&'static str, &'static str>; 2]) -> Request<RequestBody> {
    let body = RequestBody::stream(move || stream::iter(parts.map(|part| part.map(Into::into))));
    Request::put("http://a/").header("content-length", "5").body(body).unwrap()
}

#[tokio::test]
async fn a_streamed_body_is_sent_in_chunks() {
    let (_, sent) = sent(streamed([Ok("one "), Ok("two")])).await;
    let head = "PUT / HTTP/1.1\r\nhost: a\r\naccept-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n";
    assert_eq!(sent, format!("{head}4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn a_redirect_sends_a_streamed_body_again() {
    let network = Memory::replying(["HTTP/1.1 307 \r\nlocation: /b\r\n\r\n"]).then(NO_CONTENT);
    direct(network.clone()).connect(streamed([Ok("one "), Ok("two")])).await.unwrap();
    for sent in &network.record().sent {
        assert!(sent.ends_with("4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"), "{sent}");
    }
    assert_eq!(network.record().sent.len(), 2);
}

#[tokio::test]
async fn a_streamed_body_that_fails_fails_the_request() {
    let network = Memory::default().then([Piece::Silence]);
    let error =
        direct(network.clone()).connect(streamed([Ok("one "), Err("lost the rest")])).await.unwrap_err();
    assert!(chain(&error).ends_with("lost the rest"), "{}", chain(&error));
    assert_eq!(network.record().open, 0);
}

#[tokio::test]
async fn the_caller_can_replace_headers() {
    let cases = [
        ("host", "virtual.example", "host: virtual.example\r\naccept-encoding: identity\r\n\r\n"),
        ("accept-encoding", "gzip", "host: a\r\naccept-encoding: gzip\r\n\r\n"),
        ("X-Mixed-Case", "Kept", "host: a\r\naccept-encoding: identity\r\nx-mixed-case: Kept\r\n\r\n"),
    ];
    for (name, value, head) in cases {
        let (_, sent) = sent(empty(get("http://a/").header(name, value))).await;
        assert_eq!(sent, format!("GET / HTTP/1.1\r\n{head}"));
    }
}

#[tokio::test]
async fn the_caller_cannot_replace_the_framing() {
    let plain = "host: a\r\naccept-encoding: identity\r\n";
    for (name, value) in [("content-length", "5"), ("content-length", "1"), ("transfer-encoding", "chunked")]
    {
        let (_, got) = sent(empty(get("http://a/").header(name, value))).await;
        assert_eq!(got, format!("GET / HTTP/1.1\r\n{plain}\r\n"));
        let (_, got) = sent(Request::put("http://a/").header(name, value).body("{}".into()).unwrap()).await;
        assert_eq!(got, format!("PUT / HTTP/1.1\r\n{plain}content-length: 2\r\n\r\n{{}}"));
    }
}

#[tokio::test]
async fn unsupported_urls_are_errors_without_secrets() {
    let cases = [
        ("/events?secret", "expected an absolute http:// or https:// URL: relative URL without a base"),
        (
            "ftp://u:secret@a/",
            "unsupported URL scheme: expected an http:// or https:// URL, got the scheme `ftp`",
        ),
        (
            "localhost:8080",
            "unsupported URL scheme: expected an http:// or https:// URL, got the scheme `localhost`",
        ),
    ];
    for (url, message) in cases {
        let network = Memory::replying(NO_CONTENT);
        let error = direct(network.clone()).connect(empty(get(url))).await.unwrap_err();
        assert_eq!(chain(&error), message);
        assert!(!format!("{error:?}").contains("secret"));
        assert!(network.record().dialled.is_empty());
    }
}

#[tokio::test]
async fn a_url_that_is_too_long_when_normalized_is_an_error() {
    // Percent-encoding turns each of these bytes into three.
    let url = format!("http://a/{}", "\"".repeat(30_000));
    let error = direct(Memory::default()).connect(empty(get(&url))).await.unwrap_err();
    assert!(matches!(error, Error::Url(_)), "{error:?}");
}

#[test]
fn the_future_and_the_body_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    fn body_is_send<T: Transport<Body: Send, Future: Send>>(_: &T) {}
    let transport = direct(Memory::default());
    body_is_send(&transport);
    drop(is_send(transport.connect(empty(request::Builder::new()))));
    is_send(sse_tokio::Http::default());
}
