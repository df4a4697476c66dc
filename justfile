# The commands of CONTRIBUTING.md by name: `just` lists them, `just check` runs what is quick.

default:
    @just --list

# Format, clippy and tests: what to run before each commit
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo test --workspace

# Everything that has to hold before a change lands
ci:
    .ci/run

# The documentation, with warnings denied
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

# The demonstration: a stream that is dropped twice and resumed
demo:
    cargo run -p sse-cli -- demo

# Every fuzz target for so many seconds
fuzz seconds="60":
    .ci/fuzz {{seconds}}

# One life of an event source again, by its seed
event-source seed:
    SEED={{seed}} cargo test -p sse-proto --test simulation

# One whole client again, by its seed, with its trace
client seed:
    SEED={{seed}} cargo test -p sse-driver --test simulation -- --nocapture

# The simulation has to find bugs that are planted
planted:
    cargo run -p sse-harness --example planted

# Hundreds of sessions against a server of chaos
soak minutes="10":
    cargo run --release -p sse-harness --example soak -- --minutes {{minutes}}

# The public API against its listings; `just api --renew` after a change that is meant
api *arguments:
    .ci/api {{arguments}}

# Every published crate on the oldest Rust
msrv:
    .ci/msrv

# Every published crate with the oldest dependencies
minimal-versions:
    .ci/minimal-versions

# What a user gets: the packages, and the programs of their READMEs
packages:
    .ci/packages

# The decoder's instructions per event; `just instructions --renew` after a change that is meant
instructions *arguments:
    .ci/instructions {{arguments}}

# The decoder beside those of others
side-by-side:
    cargo run --release -p sse-benches --features peers --bin side_by_side > benches/RESULTS.md

# Clients under load, ours beside others
load:
    cargo run --release -p sse-benches --features peers --bin load -- all
