//! Replays the kept inputs of the transport's fuzz target, without a fuzzer.
#![allow(missing_docs)]

use peak_alloc::PeakAlloc;
use sse_harness::fuzz;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

#[test]
fn http() {
    fuzz::replay("http", |input| fuzz::http(input, || HEAP.current_usage()));
}
