//! What is reqwest's own: its requests, its bodies, its errors.

use std::error::Error as _;
use std::time::Duration;

use sse_harness::{MockServer, Reply, serve};
use sse_reqwest::{Error, InvalidSse, RequestBody, Session, Sse, SseResponse};

const SOON: Duration = Duration::from_secs(5);

fn chain(error: &Error) -> String {
    let causes = std::iter::successors(error.source(), |&error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// On several threads: reqwest's connections are tasks of their own, which must run for the server
/// to see a close.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_of_reqwest_becomes_a_session() {
    let server = serve([
        Reply::events().send("retry: 1\nid: 7\ndata: a\n\n").drop_connection(),
        Reply::events().send("data: b\n\n").stall(),
    ]);
    let http = reqwest::Client::builder().user_agent("follower").build().expect("a client");
    let request = http.post(server.url("/e?q=1")).bearer_auth("token").body("question");
    let mut session = request.sse().expect("bytes").replay(true).open().await.expect("it answers");
    for data in ["a", "b"] {
        assert_eq!(session.next().await.expect("an event").expect("no error").data, data);
    }
    for request in server.requests() {
        assert_eq!((request.method.as_str(), &*request.path), ("POST", "/e?q=1"));
        assert_eq!(request.body, "question");
        assert_eq!(request.header("authorization"), Some("Bearer token"));
        assert_eq!(request.header("user-agent"), Some("follower"));
    }
    assert_eq!(server.requests()[1].last_event_id(), Some("7"));
    drop(session);
    assert!(server.wait_for_close(1, SOON).is_some());
}

#[tokio::test]
async fn requests_with_stream_bodies_or_invalid_urls_are_refused() {
    let http = reqwest::Client::new();
    let streamed = RequestBody::from("x").to_stream();
    let request = http.post("http://localhost/").body(reqwest::Body::wrap_stream(streamed));
    assert!(matches!(request.sse(), Err(InvalidSse::StreamBody)));
    assert!(matches!(http.get("localhost").sse(), Err(InvalidSse::Request(_))));
}

#[tokio::test]
async fn a_stream_body_is_sent_chunked() {
    let server = serve([Reply::status(204)]);
    let client = sse_reqwest::client(reqwest::Client::new()).build();
    let body = RequestBody::stream(|| RequestBody::from("parts").to_stream());
    client.post(server.url("/")).body(body).open().await.expect("a 204 is an end, not an error");
    let request = server.wait_for_request(0, SOON).expect("one request");
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
}

#[tokio::test]
async fn a_response_is_read_as_events() {
    let server = serve([Reply::events().send_each_byte("data: a\n\ndata: b\n\n")]);
    let response = reqwest::get(server.url("/")).await.expect("it answers");
    let mut events = response.events().finish_before(|event| event.data == "b");
    assert_eq!(events.next().await.expect("an event").expect("no error").data, "a");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn only_an_event_stream_is_turned_into_events() {
    let page = || Reply::status(200).header("content-type", "text/html").send("<p>");
    let refused = || Reply::status(404).header("content-type", "text/event-stream").send("data: a\n\n");
    let packed = Reply::events().header("content-encoding", "gzip").send("packed");
    let server = serve([page(), refused(), packed, Reply::events().send("data: a\n\n")]);
    for body in ["<p>", "data: a\n\n", "packed"] {
        let response = reqwest::get(server.url("/")).await.expect("it answers");
        let response = response.into_events().expect_err("it is no event stream");
        assert_eq!(response.text().await.expect("its body is still there"), body);
    }
    let response = reqwest::get(server.url("/")).await.expect("it answers");
    let mut events = response.into_events().expect("it is an event stream");
    assert_eq!(events.next().await.expect("an event").expect("no error").data, "a");
}

#[tokio::test]
async fn an_executor_of_reqwest_responses_is_a_transport() {
    let server = serve([Reply::events().send("data: a\n\n"), Reply::status(204)]);
    let http = reqwest::Client::new();
    let transport = move |request: http::Request<RequestBody>| {
        let request = http.get(request.uri().to_string()).headers(request.headers().clone());
        async move { Ok::<_, sse_reqwest::BoxError>(sse_reqwest::Body::into_response(request.send().await?)) }
    };
    let client =
        sse_reqwest::sse_driver::Client::builder_with(transport, sse_reqwest::ReqwestTimer::default());
    let client = client.reconnection_time(Duration::from_millis(1)).build();
    let mut session = client.get(server.url("/")).open().await.expect("it opens");
    assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
    assert!(session.next().await.is_none());
}

#[tokio::test]
async fn a_redirect_changes_the_url_of_the_session() {
    let server = MockServer::new().reply_with(|request| match &*request.path {
        "/old" => Reply::status(307).header("location", "/new"),
        _ => Reply::events().send("data: a\n\n").stall(),
    });
    let client = sse_reqwest::client(reqwest::Client::new()).build();
    let session = client.get(server.url("/old")).open().await.expect("it answers");
    assert_eq!(session.url().path(), "/new");
}

#[tokio::test]
async fn a_timeout_of_reqwest_is_recognized_and_shows_no_secret() {
    let server = serve([Reply::raw().stall()]);
    let http = reqwest::Client::builder().timeout(Duration::from_millis(50)).build().expect("a client");
    let request = http.get(server.url("/?token=secret")).sse().expect("no body");
    let error = request.open().await.expect_err("nobody answers");
    assert!(error.is_timeout(), "{error:?}");
    for told in [chain(&error), format!("{error:?}")] {
        assert!(!told.contains("secret"), "{told}");
    }
}

#[test]
fn sessions_are_send() {
    fn is_send<T: Send>(_: impl FnOnce() -> T) {}
    is_send::<Session>(|| unreachable!("only its type counts"));
    is_send(|| sse_reqwest::client(reqwest::Client::new()).build().get("http://localhost/").open());
}
