//! The same bytes to this transport and to hyper. The differences that are meant are in the
//! documentation of `sse_harness::fuzz::exchange`.
#![allow(missing_docs)]

use std::env;

use sse_harness::{SplitMix64, fuzz};

/// `CASES=5000000 cargo test --release -p sse-http --test differential` runs so many; `SEED=n`
/// begins with another one.
#[test]
fn sse_http_and_hyper_agree_about_responses_by_a_grammar() {
    let variable = |name, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (cases, seed): (u64, u64) = (variable("CASES", 5_000), variable("SEED", 0));
    for case in seed..seed + cases {
        let mut random = SplitMix64::new(case);
        let mut input: Vec<u8> = (0..12).flat_map(|_| random.next_u64().to_le_bytes()).collect();
        // By the grammar, not as they are.
        input[2] &= 0xFE;
        fuzz::exchange(&input);
    }
}

#[test]
fn the_kept_inputs_of_the_fuzz_target_hold() {
    fuzz::replay("exchange", fuzz::exchange);
}
