//! The inputs that are kept for the fuzz target that compares the decoder with those of others, without a fuzzer.

use sse_harness::fuzz;

#[test]
fn differential() {
    fuzz::replay("differential", fuzz::differential);
}
