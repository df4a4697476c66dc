//! Replays the kept inputs of the fuzz target that compares the decoder with others, without a
//! fuzzer.

use sse_harness::fuzz;

#[test]
fn differential() {
    fuzz::replay("differential", fuzz::differential);
}
