//! Helpers that run the command.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sse_harness::MockServer;

/// The longest time to wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_sse");

/// Returns the command with these arguments, ready to spawn.
pub(crate) fn sse(args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The result of a finished run.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command to its end.
pub(crate) fn run(args: &[&str]) -> Run {
    finish(sse(args))
}

/// Runs the command to its end with `input` on stdin.
pub(crate) fn run_with_input(args: &[&str], input: &str) -> Run {
    let mut child = sse(args).stdin(Stdio::piped()).spawn().expect("the binary is built");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("the command reads stdin");
    drop(stdin);
    result(wait(&mut child))
}

pub(crate) fn finish(mut command: Command) -> Run {
    result(wait(&mut command.spawn().expect("the command is there")))
}

pub(crate) fn result(output: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let status = output.status.code().expect("it exits by itself");
    Run { status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Waits for the end of the process and reads the rest of its output.
pub(crate) fn wait(child: &mut Child) -> Output {
    let stdout = child.stdout.take().map(read_all);
    let stderr = child.stderr.take().map(read_all);
    let status = wait_for_exit(child);
    let all = |reader: Option<JoinHandle<Vec<u8>>>| {
        reader.map_or(vec![], |reader| reader.join().expect("no panic"))
    };
    Output { status, stdout: all(stdout), stderr: all(stderr) }
}

fn read_all(mut from: impl std::io::Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("readable");
        bytes
    })
}

pub(crate) fn wait_for_exit(child: &mut Child) -> std::process::ExitStatus {
    let mut status = None;
    let ended = eventually(|| {
        status = child.try_wait().expect("it can be waited for");
        status.is_some()
    });
    if !ended {
        child.kill().expect("it can be killed");
        panic!("the command did not end");
    }
    status.expect("it ended")
}

/// Waits until a condition holds. Returns `false` if it does not hold in time.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > PATIENCE {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// Runs `sse follow` on a URL of the server.
pub(crate) fn follow(server: &MockServer, args: &[&str]) -> Run {
    let url = server.url("/events");
    run(&[&["follow", &url][..], args].concat())
}

/// Reads the first line of stdout.
pub(crate) fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("it prints");
    line.trim_end().to_owned()
}

/// Returns the content of a file.
pub(crate) fn contents(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A temporary folder, which is removed when it is dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        fs::write(&path, content).expect("writable");
        path
    }

    /// Returns the sorted names of all files.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
        names.sort();
        names
    }
}

/// Returns the path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}
