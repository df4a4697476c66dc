//! The decoder against two others. The body is `sse_harness::fuzz::differential`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::differential(input));
