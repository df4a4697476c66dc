//! The decoder is equal to the reference. The body is `sse_harness::fuzz::decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::decode(input));
