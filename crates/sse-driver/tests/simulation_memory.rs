//! The memory of a client: within its limit under a flood, little during a session, and none after
//! it.
#![allow(missing_docs)]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use peak_alloc::PeakAlloc;
use sse_driver::proto::{Limits, Oversize};
use sse_driver::{Diagnostics, Error};
use sse_harness::{MockTimer, MockTransport, Reply, simulation};

/// Counts all bytes of the process, and a reallocation as if it moved.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const KIB: usize = 1024;
const LIMIT: usize = 256 * KIB;
/// The buffers that are kept for the next event, and the last lines of [`Diagnostics`], up to 256
/// KiB.
const SLACK: usize = 384 * KIB;

/// There is only one test, since the count is that of the process.
#[test]
fn a_client_uses_little_memory() {
    a_life_holds_little_and_leaves_nothing_behind();
    a_flood_is_held_within_the_limit();
}

fn a_flood_is_held_within_the_limit() {
    for (pattern, len) in [
        ("x", 64 * KIB),
        ("data: x\n", 64 * KIB),
        ("data\n", 8 * KIB),
        ("data: é", 1000),
        ("event: x\n", 64 * KIB),
        ("id: x", 64 * KIB),
        (": x", 64 * KIB),
        ("\r", 64 * KIB),
        ("retry: 1\n", 8 * KIB),
        ("data: x\n\n", 64 * KIB),
    ] {
        for oversize in [Oversize::Fail, Oversize::Skip] {
            let chunk = Bytes::from(pattern.repeat(len / pattern.len()));
            let base = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            let error = flood(chunk, oversize);
            assert!(error.is_none_or(|error| matches!(error, Error::TooLong { limit: LIMIT })));
            let held = MEMORY.peak_usage() - base;
            assert!(held <= 2 * LIMIT + SLACK, "{pattern:?} {oversize:?}: {held} bytes in use");
        }
    }
}

/// Returns the error that ends the session before it has received 8 MiB, if any. (A turn takes at
/// least 256 KiB or 256 events.)
fn flood(chunk: Bytes, oversize: Oversize) -> Option<Error> {
    let clock = MockTimer::new();
    let net = MockTransport::new(clock.clone()).reply(Reply::events().send_forever(chunk));
    let limits = Limits::default().max_event_len(LIMIT).oversize(oversize);
    let client = net.client().limits(limits);
    let client = client.diagnostics(Diagnostics::LastLines(100)).build();
    let mut session = clock.run(client.get("http://test/").open()).expect("open");
    for _ in 0..32 {
        while let Poll::Ready(event) =
            Pin::new(&mut session).poll_next(&mut Context::from_waker(Waker::noop()))
        {
            if let Err(error) = event.expect("the session ends only with an error") {
                return Some(error);
            }
        }
    }
    None
}

fn a_life_holds_little_and_leaves_nothing_behind() {
    simulation::run(0, false);
    let base = MEMORY.current_usage();
    for seed in 0..500 {
        MEMORY.reset_peak_usage();
        simulation::run(seed, false);
        let held = MEMORY.peak_usage() - base;
        assert!(held <= 256 * KIB, "seed {seed}: {held} bytes in use");
    }
    let left = MEMORY.current_usage().saturating_sub(base);
    assert!(left <= KIB, "{left} bytes left behind");
}
