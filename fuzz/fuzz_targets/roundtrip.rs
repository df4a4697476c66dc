//! What is encoded comes back. The body is `sse_testkit::fuzz::roundtrip`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse_testkit::fuzz::roundtrip(input));
