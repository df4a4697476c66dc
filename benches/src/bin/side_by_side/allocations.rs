//! The table of allocations, from the binary `allocations`, whose documentation says why it is
//! separate.

use std::env;
use std::process::{Command, Stdio};

/// Runs the binary with the cargo that runs this one.
pub(crate) fn table() -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--release", "--package", "sse-benches", "--bin", "allocations"]);
    if cfg!(feature = "peers") {
        // With other features cargo would build the dependencies again.
        command.args(["--features", "peers"]);
    }
    let output = command.stderr(Stdio::inherit()).output().expect("cargo can be run");
    assert!(output.status.success(), "the binary `allocations` failed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn print(table: &str) {
    println!("## Allocations per event\n");
    println!("lent / owned / events() / sse-core, by the size of the pieces; 0+ is less than one in 200.\n");
    println!("{table}");
}
