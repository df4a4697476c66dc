//! Compares the results of different cuts: see [`sse_harness::fuzz::chunking`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::chunking(input));
