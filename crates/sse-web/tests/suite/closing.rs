//! Sessions that the application closes or drops.

use std::pin::pin;

use futures_util::future::{Either, select};
use sse_web::CloseReason;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{LONG, Server, collect_garbage, data, ends, get, open, sleep};
use crate::script::Reply;

#[wasm_bindgen_test]
async fn a_dropped_session_closes_its_connection() {
    let server = Server::script([Reply::events().send("data: a\n\n").stall()]).await;
    let mut session = open(get(&server)).await;
    assert_eq!(data(&mut session).await, "a");
    drop(session);
    server.closes(0).await;
}

/// The session still closes its connection after a garbage collection, which drops the objects that
/// only the session refers to.
#[wasm_bindgen_test]
async fn garbage_collection_keeps_the_connection_of_a_session() {
    let server =
        Server::script([Reply::events().send("data: a\n\n").pause(300).send("data: b\n\n").stall()]).await;
    let mut session = open(get(&server)).await;
    assert_eq!(data(&mut session).await, "a");
    collect_garbage().await;
    assert_eq!(data(&mut session).await, "b");
    drop(session);
    server.closes(0).await;
}

/// `next` is dropped while it waits for a chunk.
#[wasm_bindgen_test]
async fn a_dropped_next_loses_nothing() {
    let stream = Reply::events().send("data: a\n\n").pause(300).send("data: b\n\n").stall();
    let server = Server::script([stream]).await;
    let mut session = open(get(&server)).await;
    assert_eq!(data(&mut session).await, "a");
    let soon = sleep(std::time::Duration::from_millis(50));
    assert!(
        matches!(select(pin!(session.next()), pin!(soon)).await, Either::Right(_)),
        "the server has not sent it yet"
    );
    assert_eq!(data(&mut session).await, "b");
    assert_eq!(server.requests().await.len(), 1);
}

/// The request of the attempt is aborted.
#[wasm_bindgen_test]
async fn a_dropped_open_closes_its_connection() {
    let server = Server::script([Reply::raw().stall()]).await;
    let arrived = async {
        while server.requests().await.is_empty() {
            sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let opening = Box::pin(get(&server).open());
    match select(opening, pin!(select(pin!(arrived), pin!(sleep(LONG))))).await {
        Either::Right((Either::Left(_), opening)) => drop(opening),
        _ => panic!("the session opened, or no request arrived"),
    }
    server.closes(0).await;
}

#[wasm_bindgen_test]
async fn close_and_finish_close_the_connection() {
    let server = Server::script([Reply::events().send("data: a\n\n").stall()]).await;
    let mut session = open(get(&server)).await;
    session.close();
    ends(&mut session).await;
    server.closes(0).await;
    let mut session = open(get(&server)).await;
    session.finish();
    ends(&mut session).await;
    assert_eq!(session.close_reason(), Some(&CloseReason::Finished));
    server.closes(1).await;
}
