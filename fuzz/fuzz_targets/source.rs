//! Compares an event source with its model: see [`sse_harness::fuzz::source`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::source(input));
