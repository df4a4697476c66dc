//! Encodes frames and decodes them again: see [`sse_harness::fuzz::roundtrip`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::roundtrip(input));
