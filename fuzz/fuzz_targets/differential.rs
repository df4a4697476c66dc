//! Compares the decoder with two other crates: see [`sse_harness::fuzz::differential`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::differential(input));
