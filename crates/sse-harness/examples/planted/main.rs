//! Checks that the simulation can fail. Plants one bug after another in a copy of the workspace,
//! and expects the simulation of the client to find it. The driver's other tests must find the bugs
//! in code that the simulation does not cover.
//!
//! ```sh
//! cargo run -p sse-harness --example planted
//! cargo run -p sse-harness --example planted -- deciding  # bugs with this word in their name
//! ```
//!
//! The copy is in the target folder and has its own target folder. With a shared one, cargo would
//! not tell the two workspaces apart, and would use what it built from the code with the bug.
#![allow(missing_docs)]

mod bugs;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::time::Instant;
use std::{env, fs};

use bugs::{Bug, Finder};

/// The maximum number of simulations for a bug. Most bugs are found within the first hundred.
const SEEDS: &str = "5000";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let copy = Copy::new()?;
    for finder in [Finder::Simulation, Finder::Tests] {
        if !copy.test(finder)?.status.success() {
            return Err(format!("{finder:?} fails without any bug planted").into());
        }
    }
    let word = env::args().nth(1).unwrap_or_default();
    let bugs: Vec<_> = bugs::all().filter(|(bug, _)| bug.name.contains(&word)).collect();
    let mut missed = 0;
    for (bug, finder) in &bugs {
        let since = Instant::now();
        let outcome = copy.with(bug, *finder)?;
        missed += usize::from(outcome.is_none());
        println!(
            "{:5.1} s  {}\n         {}",
            since.elapsed().as_secs_f32(),
            bug.name,
            outcome.as_deref().unwrap_or("NOT FOUND")
        );
    }
    println!("{} of {} planted bugs were found", bugs.len() - missed, bugs.len());
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A copy of the code that the simulation is built from.
struct Copy {
    root: PathBuf,
}

impl Copy {
    fn new() -> Result<Self, Box<dyn Error>> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let program = env::current_exe()?;
        let target =
            program.ancestors().nth(3).ok_or("expected the program to be in a target folder")?.to_owned();
        let root = target.join("planted");
        fs::create_dir_all(&root)?;
        for part in ["Cargo.toml", "Cargo.lock", "crates", "benches"] {
            copy(&workspace.join(part), &root.join(part))?;
        }
        Ok(Self { root })
    }

    /// Returns how the tests found a bug, or `None` if they did not.
    fn with(&self, bug: &Bug, finder: Finder) -> Result<Option<String>, Box<dyn Error>> {
        let file = self.root.join(bug.file);
        let sound = fs::read_to_string(&file)?;
        if sound.matches(bug.from).count() != 1 {
            return Err(
                format!("{}: expected this exactly once in {}: {}", bug.name, bug.file, bug.from).into()
            );
        }
        fs::write(&file, sound.replace(bug.from, bug.to))?;
        let outcome = self.test(finder);
        fs::write(&file, sound)?;
        let outcome = outcome?;
        Ok((!outcome.status.success()).then(|| how(&outcome)))
    }

    fn test(&self, finder: Finder) -> Result<Output, Box<dyn Error>> {
        let built = self.cargo(finder, &["--no-run"])?;
        if !built.status.success() {
            return Err(
                format!("the copy does not compile: {}", String::from_utf8_lossy(&built.stderr)).into()
            );
        }
        self.cargo(finder, &[])
    }

    fn cargo(&self, finder: Finder, more: &[&str]) -> Result<Output, Box<dyn Error>> {
        let tests: &[&str] = match finder {
            Finder::Simulation => &["--test", "simulation"],
            Finder::Tests => &["--all-features", "--lib", "--test", "session"],
        };
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--quiet", "--offline", "-p", "sse-driver"]).args(tests).args(more);
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", self.root.join("target"));
        cargo.env("SEEDS", SEEDS).env("RUST_BACKTRACE", "0").env_remove("SEED");
        Ok(cargo.output()?)
    }
}

/// Returns the seed and the first failure.
fn how(outcome: &Output) -> String {
    let text = [&outcome.stdout[..], &outcome.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let seed = text.lines().find(|line| line.contains("failed. Its trace")).unwrap_or("no seed");
    let mut lines = text.lines().skip_while(|line| !line.contains("panicked at"));
    let what: Vec<_> =
        lines.by_ref().skip(1).take_while(|line| !line.starts_with("note:")).take(3).map(str::trim).collect();
    format!("{}: {}", seed.split('.').next().unwrap_or_default(), what.join(", ")).chars().take(200).collect()
}

/// Copies files. A file that has not changed keeps its time, so that cargo does not rebuild it.
fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            if name != "target" {
                copy(&from.join(&name), &to.join(&name))?;
            }
        }
        return Ok(());
    }
    let bytes = fs::read(from)?;
    if fs::read(to).ok().as_ref() != Some(&bytes) {
        fs::write(to, bytes)?;
    }
    Ok(())
}
