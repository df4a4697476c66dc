//! Hooks that are not `Send`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Promise;
use sse_web::{Error, State, TokenRequest};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, data, get, open};
use crate::script::Reply;

/// Returns a token from a JavaScript promise.
async fn token(text: &str) -> Result<String, Error> {
    let value = JsFuture::from(Promise::resolve(&JsValue::from_str(text))).await.expect("a resolved promise");
    Ok(value.as_string().expect("a string"))
}

#[wasm_bindgen_test]
async fn before_each_may_await_a_promise() {
    let stream = |data| Reply::events().send(format!("data: {data}\n\n"));
    let server = Server::script([stream("a"), stream("b").stall()]).await;
    let attempts = Rc::new(Cell::new(0));
    let counted = Rc::clone(&attempts);
    let request = get(&server).before_each(move |_, mut request| {
        let attempts = Rc::clone(&counted);
        async move {
            let token = token("fresh").await?;
            attempts.set(attempts.get() + 1);
            let value = format!("{token} {}", attempts.get()).parse().expect("a valid header value");
            request.headers_mut().insert("authorization", value);
            Ok::<_, Error>(request)
        }
    });
    let mut session = open(request).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
    let requests = server.requests().await;
    let sent: Vec<_> = requests.iter().map(|request| request.header("authorization")).collect();
    assert_eq!((sent, attempts.get()), (vec![Some("fresh 1"), Some("fresh 2")], 2));
}

#[wasm_bindgen_test]
async fn bearer_auth_with_may_await_a_promise() {
    let server = Server::script([Reply::status(401), Reply::events().send("data: a\n\n").stall()]).await;
    let request = get(&server).bearer_auth_with(|why| async move {
        match why {
            TokenRequest::First => token("old").await,
            _ => token("new").await,
        }
    });
    let mut session = open(request).await;
    assert_eq!(data(&mut session).await, "a");
    let requests = server.requests().await;
    let sent: Vec<_> = requests.iter().map(|request| request.header("authorization")).collect();
    assert_eq!(sent, [Some("Bearer old"), Some("Bearer new")]);
}

#[wasm_bindgen_test]
async fn states_come_in_order() {
    let stream = |data| Reply::events().send(format!("data: {data}\n\n"));
    let server = Server::script([stream("a"), stream("b").stall()]).await;
    let states = Rc::new(RefCell::new(vec![]));
    let seen = Rc::clone(&states);
    // A JavaScript value is not `Send`.
    let mark = JsValue::from_str("seen");
    let request = get(&server).on_state(move |state| {
        assert_eq!(mark.as_string().as_deref(), Some("seen"));
        seen.borrow_mut().push(match state {
            State::Connecting { .. } => "connecting",
            State::Open { .. } => "open",
            State::Disconnected { .. } => "disconnected",
            State::Closed { .. } => "closed",
            _ => "another",
        });
    });
    let mut session = open(request).await;
    for expected in ["a", "b"] {
        assert_eq!(data(&mut session).await, expected);
    }
    session.close();
    assert!(session.next().await.is_none());
    let expected = ["connecting", "open", "disconnected", "connecting", "open", "closed"];
    assert_eq!(*states.borrow(), expected);
}

/// A client whose type does not name its transport behaves the same.
#[wasm_bindgen_test]
async fn a_boxed_client_works() {
    let server = Server::script([Reply::events().send("data: a\n\n").stall()]).await;
    let client = crate::case::client().build().boxed();
    let mut session = client.get(server.url("/")).open().await.expect("a response");
    assert_eq!(session.next().await.expect("an event").expect("no error").data, "a");
    drop(session);
    server.closes(0).await;
}
