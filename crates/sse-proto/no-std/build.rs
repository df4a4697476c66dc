//! There is no std to ask the linker for the C library and its start-up code.
fn main() {
    println!("cargo::rustc-link-lib=c");
}
