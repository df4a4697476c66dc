//! Compares the HTTP transport with hyper: see [`sse_harness::fuzz::exchange`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::exchange(input));
