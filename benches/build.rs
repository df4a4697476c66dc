//! Passes the compiler's version and the path of Cargo.lock to the crate, for the head of the
//! report.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    println!("cargo::rustc-env=RUSTC_VERSION={}", String::from_utf8_lossy(&output.stdout).trim());
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut folders = Path::new(&manifest_dir).ancestors();
    let lock = folders.find_map(|folder| Some(folder.join("Cargo.lock")).filter(|lock| lock.exists()));
    let lock = lock.expect("cargo has locked the versions");
    println!("cargo::rustc-env=CARGO_LOCK={}", lock.display());
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build.rs");
}
