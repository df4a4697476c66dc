//! The spans and events of a session.
//!
//! This test needs its own process: `tracing` caches for all threads whether a call site is
//! enabled, and a session of another test, on a thread without a subscriber, would disable it.
#![allow(missing_docs)]
#![cfg(feature = "tracing")]

use std::io;
use std::sync::{Arc, Mutex};

use sse_driver::proto::ReconnectPolicy;
use sse_harness::{MockTimer, MockTransport, Reply};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn a_session_is_traced_without_its_secrets() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(log.clone())
        .finish();
    let clock = MockTimer::new();
    let script = [
        Reply::events()
            .header("set-cookie", "secret-cookie")
            .send("id: a\u{1}secret-id\ndata: secret-data\n\n")
            .reset(),
        Reply::status(503),
        Reply::status(204),
    ];
    let policy = ReconnectPolicy::default().jitter_percent(0);
    let client = script
        .into_iter()
        .fold(MockTransport::new(clock.clone()), MockTransport::reply)
        .client()
        .reconnect_policy(policy)
        .build();
    tracing::subscriber::with_default(subscriber, || {
        clock.run(async {
            let url = "http://secret-user:secret-password@test/events?token=secret-query";
            let request = client.get(url).header("x-api-key", "secret-key");
            let mut session = request.open().await.expect("open");
            let event = session.next().await.expect("an event").expect("no error");
            assert_eq!(event.data, "secret-data");
            assert!(session.next().await.is_none());
        });
    });
    let log = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    let lines: Vec<_> = log.lines().map(str::trim).collect();
    let expected = [
        "DEBUG sse{url=http://test/events}: sse_driver::trace: connecting attempt=1",
        "DEBUG sse{url=http://test/events}: sse_driver::trace: open status=200",
        "DEBUG sse{url=http://test/events}: sse_driver::trace: disconnected cause=the transport failed retry_in_ms=3000",
        "DEBUG sse{url=http://test/events}: sse_driver::trace: connecting attempt=2",
        "WARN sse{url=http://test/events}: sse_driver::trace: the last event ID cannot be sent as a header; resuming without it id_len=11",
        "DEBUG sse{url=http://test/events}: sse_driver::trace: disconnected cause=the response had status 503 retry_in_ms=6000",
        "DEBUG sse{url=http://test/events}: sse_driver::trace: connecting attempt=3",
        "WARN sse{url=http://test/events}: sse_driver::trace: the last event ID cannot be sent as a header; resuming without it id_len=11",
        "DEBUG sse{url=http://test/events}: sse_driver::trace: closed reason=the server has no more content (204)",
    ];
    assert_eq!(lines, expected, "{log}");
}
