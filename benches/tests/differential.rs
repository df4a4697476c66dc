//! Replays the saved inputs of the fuzz target that compares the decoder with other decoders,
//! without a fuzzer.

use sse_harness::fuzz;

#[test]
fn saved_inputs_decode_as_with_other_decoders() {
    fuzz::replay("differential", fuzz::differential);
}
