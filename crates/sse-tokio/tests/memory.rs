//! What a session holds while nothing comes.
#![allow(missing_docs)]

use std::time::Duration;

use sse_harness::{MockServer, Reply, serve};
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

/// The live bytes of each of so many idle sessions.
fn live_bytes_each(client: &Client, url: &str, count: usize) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let held = || {
        let mut sessions = Vec::new();
        let info = allocation_counter::measure(|| {
            sessions = runtime.block_on(idle_sessions(client, url, count));
        });
        assert_eq!(sessions.len(), count);
        info.bytes_current
    };
    // The first ones make what is shared: the thread's buffer, the runtime's tables.
    held();
    held() / count as i64
}

fn silent() -> MockServer {
    serve([Reply::events().send("id: 1\ndata: hello\n\n").stall()])
}

#[test]
fn an_idle_session_holds_at_most_2400_bytes() {
    let server = silent();
    let each = live_bytes_each(&Client::new(), &server.url("/events"), 100);
    println!("{each} bytes each");
    assert!((500..=2400).contains(&each), "{each} bytes each");
}

/// What rustls holds is not ours; that it is a constant is.
#[cfg(feature = "ring")]
#[test]
fn an_idle_session_over_tls_holds_at_most_24_kib() {
    use sse_harness::{TlsServer, TlsSettings, root_pem};

    let server = TlsServer::new(silent(), TlsSettings::default());
    let tls = sse_tokio::Tls::default().add_roots_pem(root_pem().as_bytes()).expect("it is a certificate");
    let transport = sse_tokio::Http::default().tls(tls);
    let client = sse_driver::Client::builder_with(transport, sse_tokio::TokioTimer::default()).build();
    let each = live_bytes_each(&client, &server.url("/events"), 20);
    println!("{each} bytes each");
    assert!((2400..=24 << 10).contains(&each), "{each} bytes each");
}
