//! What is fetch's own: its options, its redirects, its timers.

use sse_web::{Client, Error, Fetch, Futile, RequestCache, RequestCredentials, RequestMode, Timer, WebTimer};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{LONG, Server, chain, data, get, has_origins, open, within};
use crate::script::Reply;

/// A redirect is followed, and the session knows where it led; a reconnection asks the original
/// URL.
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

/// A cookie that the server has set comes back where the option says so. (Node keeps none.)
#[wasm_bindgen_test]
async fn credentials_are_an_option() {
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
async fn the_cache_is_an_option() {
    let server = Server::script([Reply::events().stall()]).await;
    let fetch = Fetch::default().cache(RequestCache::Default);
    drop(open(Client::builder_with(fetch, WebTimer::default()).build().get(server.url("/"))).await);
    assert_ne!(server.requests().await[0].header("pragma"), Some("no-cache"));
    drop(open(get(&server)).await);
    assert_eq!(server.requests().await[1].header("pragma"), Some("no-cache"));
}

/// A response that shows nothing ends the session. (Node has no origins, and so no such mode.)
#[wasm_bindgen_test]
async fn an_opaque_response_is_futile() {
    if !has_origins() {
        return;
    }
    let reply = Reply::events().header("cross-origin-resource-policy", "cross-origin").send("data: a\n\n");
    let server = Server::script([reply]).await;
    let fetch = Fetch::default().mode(RequestMode::NoCors);
    let client = Client::builder_with(fetch, WebTimer::default()).retry_initial(true).build();
    let error =
        within(LONG, client.get(server.url("/")).open()).await.expect("an end").expect_err("no stream");
    assert!(matches!(error, Error::Connect(_)) && chain(&error).contains("opaque"), "{}", chain(&error));
    let cause = error.into_cause().expect("the transport's");
    assert!(cause.is::<Futile>(), "{cause:?}");
}

/// The date is today's, and no two seeds are the same.
#[wasm_bindgen_test]
fn the_timer_knows_the_date_and_chance() {
    let timer = WebTimer::default();
    let since_1970 = timer.wall_clock().duration_since(std::time::SystemTime::UNIX_EPOCH).expect("after it");
    assert!((js_sys::Date::now() / 1000.0 - since_1970.as_secs_f64()).abs() < 5.0, "{since_1970:?}");
    assert_ne!(timer.seed(), timer.seed());
}
