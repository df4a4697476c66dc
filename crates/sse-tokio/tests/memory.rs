//! What a session holds while nothing comes.
#![allow(missing_docs)]

use std::time::Duration;

use sse_testkit::{Reply, Server};
use sse_tokio::{Client, Session};

/// Opens so many sessions, reads an event of each, and waits for the next one in vain.
async fn idle_sessions(client: &Client, url: &str, count: usize) -> Vec<Session> {
    let mut sessions = Vec::with_capacity(count);
    for _ in 0..count {
        let mut session = client.get(url).open().await.expect("a stream");
        assert_eq!(session.next().await.expect("an event").expect("no error").data, "hello");
        sessions.push(session);
    }
    for session in &mut sessions {
        let more = tokio::time::timeout(Duration::from_millis(1), session.next()).await;
        more.expect_err("the stream is silent");
    }
    sessions
}

#[test]
fn an_idle_session_holds_at_most_2400_bytes() {
    const SESSIONS: usize = 100;
    let server = Server::script([Reply::events().send("id: 1\ndata: hello\n\n").stall()]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (url, client) = (server.url("/events"), Client::new());
    let held = |count| {
        let mut sessions = Vec::new();
        let info = allocation_counter::measure(|| {
            sessions = runtime.block_on(idle_sessions(&client, &url, count));
        });
        assert_eq!(sessions.len(), count);
        info.bytes_current
    };
    // The first ones make what is shared: the thread's buffer, the runtime's tables.
    held(SESSIONS);
    let each = held(SESSIONS) / SESSIONS as i64;
    println!("{each} bytes each, of which {} are the session itself", size_of::<Session>());
    assert!((500..=2400).contains(&each), "{each} bytes each");
}
