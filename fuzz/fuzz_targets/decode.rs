//! Compares the decoder with the reference: see [`sse_harness::fuzz::decode`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::decode(input));
