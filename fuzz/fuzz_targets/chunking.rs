//! How the bytes are cut makes no difference. The body is `sse_harness::fuzz::chunking`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_harness::fuzz::chunking(input));
