//! `sse completions` and `sse man`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::args::Args;
use crate::failure;

/// The man page, which the build script writes from the definition of the command line.
const PAGE: &str = include_str!(concat!(env!("OUT_DIR"), "/sse.1"));

/// Runs `sse completions`.
pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    generate(shell, &mut Args::command(), "sse", &mut script);
    print(&script)
}

/// Runs `sse man`.
pub(crate) fn man() -> ExitCode {
    print(PAGE.as_bytes())
}

fn print(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            failure(format_args!("cannot print: {error}"))
        }
        _ => ExitCode::SUCCESS,
    }
}
