//! Replays the kept inputs of the fuzz targets without a fuzzer.

use sse_harness::fuzz;

#[test]
fn decode() {
    fuzz::replay("decode", fuzz::decode);
}

#[test]
fn chunking() {
    fuzz::replay("chunking", fuzz::chunking);
}

#[test]
fn roundtrip() {
    fuzz::replay("roundtrip", fuzz::roundtrip);
}

#[cfg(feature = "client")]
#[test]
fn source() {
    fuzz::replay("source", fuzz::source);
}
