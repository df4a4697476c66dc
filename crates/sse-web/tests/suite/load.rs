//! Many sessions.

use futures_util::future::join_all;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::case::{Server, data, get, open};
use crate::script::Reply;

/// The number of connections that a browser opens to one host.
const CONNECTIONS: usize = 6;

/// Each connection breaks once, but no event is lost and none arrives twice. Each host serves as
/// many sessions as a browser opens connections to it.
#[wasm_bindgen_test]
async fn a_hundred_sessions_are_open_at_once() {
    const SESSIONS: usize = 100;
    let hosts = SESSIONS.div_ceil(CONNECTIONS);
    let half = |events: std::ops::Range<u32>| {
        let events: String = events.map(|n| format!("id: {n}\ndata: {n}\n\n")).collect();
        Reply::events().send(events).pause(50)
    };
    let sessions_of = |host| CONNECTIONS.min(SESSIONS - host * CONNECTIONS);
    // A host sends its first replies to the first connection of each session.
    let replies = |host| (0..sessions_of(host)).map(|_| half(0..50)).chain([half(50..100).stall()]);
    let servers = join_all((0..hosts).map(|host| Server::script(replies(host)))).await;
    let mut sessions =
        join_all((0..SESSIONS).map(|n| open(get(&servers[n / CONNECTIONS]).query([("n", n.to_string())]))))
            .await;
    join_all(sessions.iter_mut().map(async |session| {
        for expected in 0..100 {
            assert_eq!(data(session).await, expected.to_string());
        }
    }))
    .await;
    let mut requests = 0;
    for server in &servers {
        requests += server.requests().await.len();
    }
    assert_eq!(requests, 2 * SESSIONS);
    drop(sessions);
    for (host, server) in servers.iter().enumerate() {
        for number in sessions_of(host)..2 * sessions_of(host) {
            server.closes(number).await;
        }
    }
}
