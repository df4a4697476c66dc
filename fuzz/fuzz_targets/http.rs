//! Gives the HTTP transport whatever a server may send: see [`sse_harness::fuzz::http`].
#![no_main]

#[global_allocator]
static HEAP: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::http(input, || HEAP.current_usage()));
