//! Idle streams.

use core::time::Duration;

use super::FaultAdapter;
use super::case::{delivers, events};
use crate::MockServer;
use crate::suite::case::{client, in_time, open, within};

/// The maximum memory in bytes of a session, with its connection and its share of the runtime.
const MAX_EACH: u64 = 2400;

/// An application may have many thousands of idle sessions. None of them owns a buffer.
pub fn an_idle_session_uses_little_memory<A: FaultAdapter>() {
    in_time(|| {
        let server = MockServer::new().reply_with(|_| events(1..=1));
        let held = |count: usize| {
            A::memory_of(|| {
                A::block_on(async {
                    let (client, mut sessions) = (client::<A>().build(), Vec::with_capacity(count));
                    for _ in 0..count {
                        let mut session = open::<A>(client.get(server.url("/"))).await;
                        delivers::<A>(&mut session, 1..=1, "before").await;
                        sessions.push(session);
                    }
                    for session in &mut sessions {
                        let more = within::<A, _>(Duration::from_millis(1), session.next()).await;
                        assert!(more.is_none(), "the server is silent");
                    }
                });
            })
        };
        // The first sessions allocate shared memory: the thread's buffer and the runtime's tables.
        held(150);
        let (few, many) = (held(50), held(150));
        let each = many.saturating_sub(few) / 100;
        assert!((500..=MAX_EACH).contains(&each), "{each} bytes per session");
    });
}
