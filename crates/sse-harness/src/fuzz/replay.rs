//! Replays kept inputs.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Runs a target with all its kept inputs: the committed seeds, and what a fuzzer left in this
/// working copy (`corpus`, `artifacts`). Returns the number of inputs.
///
/// ```
/// use sse_harness::fuzz;
///
/// assert!(fuzz::replay("decode", fuzz::decode) > 0);
/// ```
///
/// # Panics
///
/// Panics if the target does, after printing the name of the input, or if there is no seed.
pub fn replay(target: &str, body: impl Fn(&[u8])) -> usize {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let seeds = inputs(&fuzz.join("seeds").join(target)).expect("each target has seeds");
    assert!(!seeds.is_empty(), "each target has seeds");
    let left = ["corpus", "artifacts"].into_iter().flat_map(|from| inputs(&fuzz.join(from).join(target)));
    let inputs: Vec<_> = seeds.into_iter().chain(left.flatten()).collect();
    for input in &inputs {
        let _print = PrintOnPanic(input);
        // A running fuzzer may remove inputs from its corpus.
        if let Ok(input) = fs::read(input) {
            body(&input);
        }
    }
    inputs.len()
}

fn inputs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inputs: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    inputs.sort();
    Ok(inputs)
}

/// Prints the input at which a panic happened.
struct PrintOnPanic<'a>(&'a Path);

impl Drop for PrintOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input is {}", self.0.display());
        }
    }
}
