//! The options and redirects of fetch, and the timer.

use sse_web::{Client, Error, Fetch, Futile, RequestCache, RequestCredentials, RequestMode, Timer, WebTimer};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{LONG, Server, chain, data, get, has_origins, open, within};
use crate::script::Reply;

/// The session returns the URL that the redirect led to. A reconnection requests the original URL.
#[wasm_bindgen_test]
async fn redirects_are_followed() {
    let target = Server::script([Reply::events().send("data: a\n\n").stall()]).await;
    let moved = Reply::status(307).header("location", &target.url("/moved"));
    let server = Server::script([moved]).await;
    let mut session = open(get(&server)).await;
    assert_eq!(data(&mut session).await, "a");
    assert_eq!(session.url().as_str(), target.url("/moved"));
    session.reconnect();
    assert_eq!(data(&mut session).await, "a");
    assert_eq!(server.requests().await.len(), 2);
}

/// The browser sends the server's cookie back only if the option includes it. Node stores no cookies.
#[wasm_bindgen_test]
async fn credentials_can_be_configured() {
    let stream = || Reply::events().header("set-cookie", "a=b").send("data: a\n\n").stall();
    let server = Server::script([stream()]).await;
    for (number, credentials) in
        [RequestCredentials::Include, RequestCredentials::Include, RequestCredentials::Omit]
            .into_iter()
            .enumerate()
    {
        let fetch = Fetch::default().credentials(credentials);
        let client = Client::builder_with(fetch, WebTimer::default()).build();
        drop(open(client.get(server.url("/"))).await);
        let cookie = (has_origins() && number == 1).then_some("a=b");
        assert_eq!(server.requests().await[number].header("cookie"), cookie, "request {number}");
    }
}

#[wasm_bindgen_test]
async fn the_cache_mode_can_be_configured() {
    let server = Server::script([Reply::events().stall()]).await;
    let fetch = Fetch::default().cache(RequestCache::Default);
    drop(open(Client::builder_with(fetch, WebTimer::default()).build().get(server.url("/"))).await);
    assert_ne!(server.requests().await[0].header("pragma"), Some("no-cache"));
    drop(open(get(&server)).await);
    assert_eq!(server.requests().await[1].header("pragma"), Some("no-cache"));
}

/// The client cannot read the response, so the session ends. Node has no origins and no opaque
/// responses.
#[wasm_bindgen_test]
async fn an_opaque_response_is_not_retried() {
    if !has_origins() {
        return;
    }
    let reply = Reply::events().header("cross-origin-resource-policy", "cross-origin").send("data: a\n\n");
    let server = Server::script([reply]).await;
    let fetch = Fetch::default().mode(RequestMode::NoCors);
    let client = Client::builder_with(fetch, WebTimer::default()).retry_initial(true).build();
    let error = within(LONG, client.get(server.url("/")).open())
        .await
        .expect("an error in time")
        .expect_err("no stream");
    assert!(matches!(error, Error::Connect(_)) && chain(&error).contains("opaque"), "{}", chain(&error));
    let cause = error.into_cause().expect("the error of the transport");
    assert!(cause.is::<Futile>(), "{cause:?}");
}

/// The date is that of JavaScript's clock, and two seeds differ.
#[wasm_bindgen_test]
fn the_timer_has_the_date_and_random_seeds() {
    let timer = WebTimer::default();
    let since_1970 =
        timer.wall_clock().duration_since(std::time::SystemTime::UNIX_EPOCH).expect("a date after 1970");
    assert!((js_sys::Date::now() / 1000.0 - since_1970.as_secs_f64()).abs() < 5.0, "{since_1970:?}");
    assert_ne!(timer.seed(), timer.seed());
}
