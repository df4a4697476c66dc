//! Inputs that are kept.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Hands a target each input that is kept for it: the committed seeds, and what a fuzzer has left in this working copy
/// (`corpus`, `artifacts`). Returns how many there were.
///
/// ```
/// use sse_harness::fuzz;
///
/// assert!(fuzz::replay("decode", fuzz::decode) > 0);
/// ```
///
/// # Panics
///
/// When the target does, after the name of the input was printed; or when there is no seed.
pub fn replay(target: &str, body: impl Fn(&[u8])) -> usize {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let seeds = inputs(&fuzz.join("seeds").join(target)).expect("each target has seeds");
    assert!(!seeds.is_empty(), "each target has seeds");
    let left = ["corpus", "artifacts"].into_iter().flat_map(|from| inputs(&fuzz.join(from).join(target)));
    let inputs: Vec<_> = seeds.into_iter().chain(left.flatten()).collect();
    for input in &inputs {
        let _named = Named(input);
        // A fuzzer that is at work takes out of its corpus what it has no need for.
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

/// Says at which input a panic happened.
struct Named<'a>(&'a Path);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input is {}", self.0.display());
        }
    }
}
