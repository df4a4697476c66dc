//! Gives the same bytes to this transport and to hyper. The documentation of
//! `sse_harness::fuzz::exchange` lists the intended differences.
#![allow(missing_docs)]

use std::env;

use sse_harness::{SplitMix64, fuzz};

/// `CASES=5000000 cargo test --release -p sse-http --test differential` sets the number of cases,
/// `SEED=n` the first one.
#[test]
fn sse_http_and_hyper_agree_about_generated_responses() {
    let variable = |name, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (cases, seed): (u64, u64) = (variable("CASES", 5_000), variable("SEED", 0));
    for case in seed..seed + cases {
        let mut random = SplitMix64::new(case);
        let mut input: Vec<u8> = (0..12).flat_map(|_| random.next_u64().to_le_bytes()).collect();
        // An even byte here selects generated responses instead of raw bytes.
        input[2] &= 0xFE;
        fuzz::exchange(&input);
    }
}

#[test]
fn sse_http_and_hyper_agree_about_kept_inputs() {
    fuzz::replay("exchange", fuzz::exchange);
}
