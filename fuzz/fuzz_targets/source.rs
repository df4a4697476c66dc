//! The life of an event source is that of its model. The body is `sse_harness::fuzz::source`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::source(input));
