//! Prints frames on stdout or in a file, and states and errors on stderr.

mod colour;
mod escape;
mod failure;
mod json;
mod output;
mod status;
mod stderr;
mod text;

use std::fs::File;
use std::io;

use jiff::Timestamp;
use sse_tokio::{Frame, State};

use crate::args::{Format, PrintArgs};
use colour::{DIM, paint};
use escape::escape;
use json::{frame_line, state_line};
use output::Output;

pub(crate) use escape::needs_escape;
pub(crate) use failure::Failure;
pub(crate) use stderr::Stderr;

/// Prints frames and states in the chosen format. The output is buffered until it is flushed.
pub(crate) struct Printer {
    format: Format,
    output: Output,
    stderr: Stderr,
    /// Whether the output and stderr may be the same terminal.
    is_terminal: bool,
    colours: bool,
    timestamps: bool,
}

impl Printer {
    /// Opens the output, and leaves what an earlier run wrote until [`start`](Self::start).
    pub(crate) fn new(args: &PrintArgs) -> Result<Self, Failure> {
        let output = match args.file.as_deref().filter(|file| file.as_os_str() != "-") {
            None => Output::stdout(),
            Some(file) => Output::file(file, args.checkpoint.is_some()).map_err(|error| {
                Failure::new("output", format!("cannot write to {}: {error}", file.display()))
            })?,
        };
        if args.checkpoint.is_some() && output.is_stdout() && output::stdout_is_closed() {
            let message = "stdout is closed, so that a checkpoint would count events that are not printed";
            return Err(Failure::new("output", message.to_owned()));
        }
        let is_terminal = output.is_terminal();
        // The program that reads a pipe may draw on the terminal too.
        let with_status = args.output != Format::Json && (is_terminal || !output.is_stdout());
        Ok(Self {
            format: args.output,
            stderr: Stderr::new(with_status),
            is_terminal,
            colours: is_terminal && stderr::wants_colours(),
            timestamps: args.timestamps,
            output,
        })
    }

    /// Empties a file that is to be overwritten.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        self.output.start()
    }

    pub(crate) fn stderr(&self) -> &Stderr {
        &self.stderr
    }

    /// Returns whether the output is stdout.
    pub(crate) fn is_stdout(&self) -> bool {
        self.output.is_stdout()
    }

    /// Returns a second handle to the output, if it is a regular file.
    pub(crate) fn file_handle(&self) -> io::Result<Option<File>> {
        self.output.file_handle()
    }

    /// Returns whether the buffer is full and should be flushed.
    pub(crate) fn is_full(&self) -> bool {
        self.output.is_full()
    }

    /// Prints a frame.
    pub(crate) fn frame(&mut self, frame: &Frame) -> io::Result<()> {
        if let Frame::Event(event) = frame {
            self.stderr.update(|status| status.event(&event.last_event_id));
        }
        let time = self.timestamps.then(Timestamp::now);
        match (self.format, frame) {
            (Format::Json, _) => match frame_line(frame) {
                Some(line) => line.write(self.output.buffer(), time)?,
                None => return Ok(()),
            },
            (Format::Text, _) => self.line(&text::text(frame, self.colours), time),
            (Format::Data, Frame::Event(event)) if self.is_terminal => self.line(&escape(&event.data), time),
            (Format::Data, Frame::Event(event)) => self.line(&event.data, time),
            (Format::Data, _) => {}
        }
        Ok(())
    }

    /// Prints a state: in JSON among the frames, in other formats on stderr. Flush first, so that
    /// on a terminal the earlier frames are above it.
    pub(crate) fn state(&mut self, state: &State) -> io::Result<()> {
        if self.format == Format::Json {
            let time = self.timestamps.then(Timestamp::now);
            return state_line(state).map_or(Ok(()), |line| line.write(self.output.buffer(), time));
        }
        self.stderr.state(state);
        Ok(())
    }

    /// Writes the buffered output.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        if self.is_terminal {
            self.stderr.erase();
        }
        self.output.flush()
    }

    /// Prints a failure on stderr.
    pub(crate) fn failure(&self, failure: &Failure) {
        failure.print(&self.stderr, self.format);
    }

    /// Adds a line to the buffer.
    fn line(&mut self, text: &str, time: Option<Timestamp>) {
        let buffer = self.output.buffer();
        if let Some(time) = time {
            let time = format!("{time:.3} ");
            let time = if self.colours { paint(DIM, &time) } else { time };
            buffer.extend_from_slice(time.as_bytes());
        }
        buffer.extend_from_slice(text.as_bytes());
        buffer.push(b'\n');
    }
}
