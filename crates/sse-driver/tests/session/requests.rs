use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, Method, Request};
use sse_driver::{ConnectTimeout, Endpoint, Frame, RequestBody, RequestError};

use super::*;

#[test]
fn only_get_and_head_are_repeated_by_default() {
    for (method, replay, requests) in [
        (Method::GET, None, 2),
        (Method::HEAD, None, 2),
        (Method::POST, None, 1),
        (Method::PUT, None, 1),
        (Method::POST, Some(true), 2),
        (Method::GET, Some(false), 1),
    ] {
        let test = test([events().send("data: a\n\n"), no_content()]);
        let mut request = test.builder().build().request(method.clone(), URL).body("question");
        if let Some(replay) = replay {
            request = request.replay(replay);
        }
        let (data, end) = test.read(request);
        end.expect("the end of the stream is a normal end");
        assert_eq!(data, ["a"]);
        let sent = test.net.requests();
        assert_eq!(sent.len(), requests, "{method} {replay:?}");
        assert!(sent.iter().all(|request| request.body == "question" && request.method == method));
    }
}

#[test]
fn before_each_can_change_the_request() {
    let test = test([events().send("id: 5\ndata: a\n\n"), Reply::status(503), no_content()]);
    let request = test.builder().build().post(URL).body("question").replay(true).before_each(
        |attempt, mut request: Request<RequestBody>| async move {
            let token = format!("token-{}-{}", attempt.number, attempt.failures);
            request.headers_mut().insert("authorization", token.parse()?);
            if attempt.number == 3 {
                let failure = attempt.last_failure.expect("a last failure");
                assert_eq!(failure.status().map(|status| status.as_u16()), Some(503));
                assert_eq!(attempt.last_response.expect("a last response").status(), 503);
            }
            if attempt.number > 1 {
                *request.method_mut() = Method::GET;
                *request.body_mut() = RequestBody::default();
                *request.uri_mut() = "http://test/resume?after=5".parse()?;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(request)
        },
    );
    test.read(request).1.expect("a normal end");
    let sent = test.net.requests();
    let lines: Vec<_> = sent.iter().map(|request| format!("{} {}", request.method, request.url)).collect();
    let again = "GET http://test/resume?after=5";
    assert_eq!(lines, ["POST http://test/events", again, again]);
    let tokens: Vec<_> = (0..3).map(|n| test.header(n, "authorization").expect("a header")).collect();
    assert_eq!(tokens, ["token-1-0", "token-2-1", "token-3-2"]);
}

#[test]
fn before_each_receives_the_last_event_id() {
    for (id, sent) in [(Some("41"), true), (Some("4\u{1}1"), false), (None, false)] {
        let test = test([no_content()]);
        let told = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&told);
        let mut request = test.get().before_each(move |attempt, request: Request<RequestBody>| {
            let has_header = request.headers().contains_key("last-event-id");
            *seen.lock().expect("no panic") = Some((attempt.last_event_id().to_owned(), has_header));
            async { Ok::<_, Error>(request) }
        });
        if let Some(id) = id {
            request = request.last_event_id(id);
        }
        test.read(request).1.expect("a normal end");
        let told = told.lock().expect("no panic").take();
        assert_eq!(told, Some((id.unwrap_or_default().to_owned(), sent)));
    }
}

/// The ID may be set as a header. The method `last_event_id` takes precedence.
#[test]
fn the_last_event_id_can_be_a_setting_or_a_header() {
    let test = test([]);
    for (n, (request, id)) in [
        (test.get(), None),
        (test.get().last_event_id("41"), Some("41")),
        (test.get().header("last-event-id", "40"), Some("40")),
        (test.get().header("last-event-id", "40").last_event_id("41"), Some("41")),
        (test.get().last_event_id("41").header("last-event-id", "40"), Some("41")),
        (test.get().header("last-event-id", "40").last_event_id(""), None),
    ]
    .into_iter()
    .enumerate()
    {
        test.read(request).1.expect_err("the script is empty");
        assert_eq!(test.header(n, "last-event-id").as_deref(), id, "request {n}");
    }
}

#[test]
fn an_error_of_before_each_is_final() {
    let test = test([events().send("data: a\n\n")]);
    let request = test.get().before_each(|attempt, request| async move {
        if attempt.number == 1 { Ok(request) } else { Err("no token") }
    });
    let (data, end) = test.read(request);
    assert_eq!(data, ["a"]);
    assert!(matches!(end, Err(Error::BeforeEach(_))), "{end:?}");
    assert_eq!(test.net.requests().len(), 1);
}

#[test]
fn settings_of_the_request_override_those_of_the_client() {
    for (client, request, shown) in
        [(false, None, false), (true, None, true), (true, Some(false), false), (false, Some(true), true)]
    {
        let test = test([events().send(": c\nretry: 5\ndata: a\n\n"), no_content()]);
        let mut asked = test.builder().show_comments(client).show_retries(client).build().get(URL);
        if let Some(show) = request {
            asked = asked.show_comments(show).show_retries(show);
        }
        let frames = test.clock.run(async {
            let mut session = asked.open().await.expect("open");
            let mut incoming = session.frames();
            let mut frames = Vec::new();
            while let Some(frame) = incoming.next().await {
                frames.push(frame.expect("no error"));
            }
            frames
        });
        let events = frames.iter().filter(|frame| matches!(frame, Frame::Event(_))).count();
        assert_eq!((events, frames.len()), (1, if shown { 3 } else { 1 }));
    }
}

/// The transport gets the timeout as an extension of each request.
#[test]
fn each_attempt_carries_the_connect_timeout() {
    let seconds = |n| Some(Duration::from_secs(n));
    for (client, request, told) in [
        (None, None, seconds(30)),
        (Some(seconds(5)), None, seconds(5)),
        (Some(None), None, None),
        (Some(seconds(5)), Some(seconds(7)), seconds(7)),
        (Some(seconds(5)), Some(None), None),
    ] {
        let test = test([events().send("data: a\n\n"), no_content()]);
        let asked_for = Arc::new(Mutex::new(Vec::new()));
        let (net, seen) = (test.net.clone(), Arc::clone(&asked_for));
        let transport = move |request: Request<RequestBody>| {
            seen.lock().expect("no panic").push(request.extensions().get().copied());
            net.connect(request)
        };
        let mut builder = Client::builder_with(transport, test.clock.clone());
        if let Some(timeout) = client {
            builder = builder.connect_timeout(timeout);
        }
        let mut asked = builder.build().get(URL);
        if let Some(timeout) = request {
            asked = asked.connect_timeout(timeout);
        }
        test.read(asked).1.expect("a normal end");
        assert_eq!(*asked_for.lock().expect("no panic"), [told.map(ConnectTimeout); 2]);
    }
}

#[test]
fn the_callers_headers_are_sent() {
    let test = test([events().send("id: 2\ndata: a\n\n"), no_content()]);
    let client = test.builder().header("x-a", "client").header("x-b", "client").build();
    let mut headers = HeaderMap::new();
    headers.append("x-c", "1".parse().unwrap());
    headers.append("x-c", "2".parse().unwrap());
    let request = client
        .get("http://us%65r:p%40ss@test/events?key=secret")
        .header("x-b", "request")
        .header("accept", "application/json, text/event-stream")
        .header("last-event-id", "1")
        .headers(headers)
        .query([("q", "a b")]);
    test.read(request).1.expect("a normal end");
    let first = &test.net.requests()[0];
    assert_eq!(first.url, "http://test/events?key=secret&q=a+b");
    for (name, value) in [
        ("x-a", "client"),
        ("x-b", "request"),
        ("accept", "application/json, text/event-stream"),
        ("authorization", "Basic dXNlcjpwQHNz"),
        ("last-event-id", "1"),
    ] {
        let values: Vec<_> = first.headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
    assert_eq!(first.headers.get_all("x-c").iter().count(), 2);
    assert_eq!(test.header(1, "last-event-id").as_deref(), Some("2"));
    let auth = |request: RequestBuilder<_, _>| {
        test.read(request).1.expect_err("the script is used up");
        test.header(test.net.requests().len() - 1, "authorization")
    };
    for (url, sent) in [
        (URL, None),
        ("http://u@test/", Some("Basic dTo=")),
        ("http://:p@test/", Some("Basic OnA=")),
        ("http://u:p@test/", Some("Basic dTpw")),
    ] {
        assert_eq!(auth(test.builder().build().get(url)).as_deref(), sent, "{url}");
    }
    let own = test.builder().build().get("http://u:p@test/").bearer_auth("t");
    assert_eq!(auth(own).as_deref(), Some("Bearer t"), "the caller's own goes before the URL's");
    assert_eq!(auth(test.get().bearer_auth("t")).as_deref(), Some("Bearer t"));
    assert_eq!(auth(test.get().basic_auth("u", "p")).as_deref(), Some("Basic dTpw"));
}

/// Some servers require other accepted types, and an application may allow caches.
#[test]
fn the_caller_can_replace_accept_and_cache_control() {
    let test = test([]);
    let get = || test.get();
    for (n, (request, accept, cache)) in [
        (get(), "text/event-stream", "no-cache"),
        (get().header("accept", "*/*"), "*/*", "no-cache"),
        (get().header("cache-control", "no-store"), "text/event-stream", "no-store"),
    ]
    .into_iter()
    .enumerate()
    {
        test.read(request).1.expect_err("the script is empty");
        for (name, value) in [("accept", accept), ("cache-control", cache)] {
            assert_eq!(test.header(n, name).as_deref(), Some(value), "request {n}");
        }
    }
}

#[test]
fn all_types_of_urls_are_accepted() {
    let test = test([]);
    let client = test.builder().build();
    let (text, url) = (URL.to_owned(), url::Url::parse(URL).expect("a url"));
    let endpoint = Endpoint { host: "test", path: "/events", ..Endpoint::default() };
    for request in [
        client.get(URL),
        client.get(&text),
        client.get(text),
        client.get(&url),
        client.get(url),
        client.get(endpoint),
    ] {
        test.read(request).1.expect_err("the script is empty");
    }
    let requests = test.net.requests();
    assert_eq!(requests.len(), 6);
    assert!(requests.iter().all(|request| request.url == URL && request.method == Method::GET));
}

#[test]
fn invalid_requests_are_errors() {
    let test = test([]);
    let client = test.builder().build();
    for (request, expected) in [
        (client.get("events"), "invalid URL: relative URL without a base"),
        (client.get("http://"), "invalid URL: empty host"),
        (client.get("data:x"), "expected an absolute URL with a host"),
        (client.get(URL).header("a b", "c"), "invalid header name"),
        (client.get(URL).header("a", "b\nc"), "invalid header value"),
        (client.get(URL).bearer_auth("a\nb"), "invalid header value"),
        (client.request(http::Method::CONNECT, URL), "expected a method other than CONNECT"),
    ] {
        let error = test.read(request).1.expect_err("it cannot be made");
        assert!(matches!(error, Error::Request(_)), "{error:?}");
        assert_eq!(error.source().expect("the reason").to_string(), expected);
    }
    assert!(matches!(Endpoint { host: "", ..Endpoint::default() }.url(), Err(RequestError::Url(_))));
    assert!(test.net.requests().is_empty());
}

#[test]
fn an_empty_query_changes_nothing() {
    let test = test([]);
    let none: [(&str, &str); 0] = [];
    test.read(test.get().query(none)).1.expect_err("the script is empty");
    test.read(test.get().query([("a", "b")])).1.expect_err("the script is empty");
    let urls: Vec<_> = test.net.requests().into_iter().map(|request| request.url).collect();
    assert_eq!(urls, [URL.to_owned(), format!("{URL}?a=b")]);
}

#[test]
fn an_unknown_status_is_displayed_as_its_number() {
    let test = test([Reply::status(599).send("x")]);
    let error = test.read(test.get()).1.expect_err("599");
    assert_eq!(error.to_string(), "expected status 200 and text/event-stream, got status 599");
    let _: &sse_driver::FailedResponse = error.response().expect("a refused response");
}
