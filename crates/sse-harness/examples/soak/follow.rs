//! An application that reads a stream and sometimes restarts its session.

use std::time::Duration;

use sse_driver::proto::{CloseReason, ReconnectPolicy};
use sse_driver::{Event, Session, Timer};
use sse_harness::SplitMix64;
use sse_harness::suite::Adapter;

use crate::chaos::{Chaos, text};

type SessionOf<A> = Session<<A as Adapter>::Transport, <A as Adapter>::Timer>;

/// Follows stream `number` to its end, and counts the events.
pub(crate) async fn follow<A: Adapter>(url: &str, chaos: &Chaos, number: usize) {
    let client = A::builder()
        .reconnect_policy(policy())
        .idle_timeout(Duration::from_millis(900))
        .response_timeout(Duration::from_secs(2))
        .build();
    let mut dice = SplitMix64::new(chaos.seed() ^ (number as u64).wrapping_mul(0xdead_beef));
    loop {
        let received = chaos.received(number);
        let mut request = client.get(format!("{url}/{number}"));
        if received > 0 {
            request = request.last_event_id(received.to_string());
        }
        match request.open().await {
            Ok(session) => {
                if read::<A>(session, chaos, number, &mut dice).await {
                    return;
                }
            }
            Err(error) => return chaos.complain(number, format!("not opened: {error:?}")),
        }
    }
}

/// Returns a policy with short delays, since outages are short here, and without a limit of
/// attempts.
fn policy() -> ReconnectPolicy {
    ReconnectPolicy::default()
        .reconnection_time(Duration::from_millis(20))
        .min_delay(Duration::from_millis(10))
        .max_delay(Duration::from_millis(500))
        .retry_initial(true)
}

/// Reads a session. Returns `true` when the stream has ended, and `false` when the application
/// wants another session.
async fn read<A: Adapter>(
    mut session: SessionOf<A>,
    chaos: &Chaos,
    number: usize,
    dice: &mut SplitMix64,
) -> bool {
    while let Some(item) = session.next().await {
        match item {
            Ok(event) => {
                if !take(&event, chaos, number) {
                    return true;
                }
            }
            Err(error) => {
                chaos.complain(number, format!("ended: {error:?}"));
                return true;
            }
        }
        match dice.below(200) {
            // The application drops the session and opens another one after its last event.
            0 => return false,
            1 => session.reconnect(),
            2..=5 => pause::<A>(dice.below(60)).await,
            _ => {}
        }
    }
    if session.close_reason() != Some(&CloseReason::NoContent) {
        chaos.complain(number, format!("closed: {:?}", session.close_reason()));
    }
    true
}

/// Counts an event. Returns whether it is the expected one.
fn take(event: &Event, chaos: &Chaos, number: usize) -> bool {
    let expected = chaos.received(number) + 1;
    if event.last_event_id != expected.to_string() || event.data != text(number, expected) {
        let got = (&event.last_event_id, event.data.len());
        chaos.complain(number, format!("got {got:?} instead of event {expected}"));
        return false;
    }
    chaos.receive(number);
    true
}

async fn pause<A: Adapter>(millis: u64) {
    let timer = A::Timer::default();
    timer.sleep_until(timer.now() + Duration::from_millis(millis)).await;
}
