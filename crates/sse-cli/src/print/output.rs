//! Writes to stdout or to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;

/// The size in bytes at which the buffer is written.
const BUFFER: usize = 64 * 1024;

/// A buffered output.
pub(crate) struct Output {
    sink: Sink,
    /// Whether a file is emptied at the start.
    overwrites: bool,
    buffer: Vec<u8>,
}

enum Sink {
    Stdout,
    File(File),
}

impl Output {
    pub(crate) fn stdout() -> Self {
        Self { sink: Sink::Stdout, overwrites: false, buffer: Vec::new() }
    }

    /// Opens a file, to append to it or to overwrite it from [`start`](Self::start) on.
    pub(crate) fn file(path: &Path, append: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).write(true);
        let file = if append {
            let mut file = options.append(true).open(path)?;
            if file.metadata()?.is_file() && ends_within_line(path)? {
                file.write_all(b"\n")?;
            }
            file
        } else {
            options.truncate(false).open(path)?
        };
        Ok(Self { sink: Sink::File(file), overwrites: !append, buffer: Vec::new() })
    }

    /// Empties a file that is to be overwritten.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        match &self.sink {
            Sink::File(file) if self.overwrites && file.metadata()?.is_file() => file.set_len(0),
            _ => Ok(()),
        }
    }

    /// Returns whether the output is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        match &self.sink {
            Sink::Stdout => io::stdout().is_terminal(),
            Sink::File(file) => file.is_terminal(),
        }
    }

    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self.sink, Sink::Stdout)
    }

    /// Returns a second handle to sync the file with. Returns `None` if the output is not a regular
    /// file.
    pub(crate) fn file_handle(&self) -> io::Result<Option<File>> {
        match &self.sink {
            Sink::File(file) if file.metadata()?.is_file() => file.try_clone().map(Some),
            _ => Ok(None),
        }
    }

    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Returns whether the buffer should be flushed.
    pub(crate) fn is_full(&self) -> bool {
        self.buffer.len() >= BUFFER
    }

    /// Writes the buffer and clears it, even after an error.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        let written = match &mut self.sink {
            Sink::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(&self.buffer).and_then(|()| stdout.flush())
            }
            Sink::File(file) => file.write_all(&self.buffer),
        };
        self.buffer.clear();
        // Frees the memory of an unusually large event.
        self.buffer.shrink_to(2 * BUFFER);
        written
    }
}

/// Returns whether a file does not end with a line end, because an earlier run was killed while it
/// wrote.
fn ends_within_line(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Returns whether the process was started with stdout closed. Rust's runtime then opens /dev/null
/// for reading and writing in its place, so that writes succeed although nothing is printed.
#[cfg(unix)]
pub(crate) fn stdout_is_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    let stdout = rustix::stdio::stdout();
    let (Ok(flags), Ok(ours), Ok(null)) = (fcntl_getfl(stdout), fstat(stdout), stat("/dev/null")) else {
        return true;
    };
    flags.contains(OFlags::RDWR) && ours.st_rdev == null.st_rdev && ours.st_ino == null.st_ino
}

#[cfg(not(unix))]
pub(crate) fn stdout_is_closed() -> bool {
    false
}
