//! A recording that is written while the stream goes on.

use std::io::{self, Write};
use std::time::Duration;

use super::{HEADER, line};

/// Writes a [`Recording`](crate::Recording) line by line, so that what was received is in the file even if the program
/// does not end well. Each line is flushed.
///
/// ```
/// use std::time::Duration;
/// use sse_testkit::{Recording, RecordingWriter};
///
/// let mut file = Vec::new();
/// let mut writer = RecordingWriter::new(&mut file)?;
/// writer.chunk(Duration::ZERO, b"data: one\n\n")?;
/// writer.end(Duration::from_secs(3))?;
/// let recording: Recording = String::from_utf8(file)?.parse()?;
/// assert!(recording.is_ended());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RecordingWriter<W>(W);

impl<W: Write> RecordingWriter<W> {
    /// Writes the first line.
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn new(mut to: W) -> io::Result<Self> {
        writeln!(to, "{HEADER}")?;
        to.flush()?;
        Ok(Self(to))
    }

    /// Writes a chunk that was received at this time since the response head.
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn chunk(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        let mut text = String::new();
        line::write_chunk(&mut text, at, bytes).map_err(io::Error::other)?;
        self.write(&text)
    }

    /// Writes that the body ended cleanly at this time.
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn end(mut self, at: Duration) -> io::Result<()> {
        self.last(at, "end")
    }

    /// Writes that the connection was lost at this time.
    ///
    /// # Errors
    ///
    /// That of the writer.
    pub fn drop_connection(mut self, at: Duration) -> io::Result<()> {
        self.last(at, "drop")
    }

    fn last(&mut self, at: Duration, word: &str) -> io::Result<()> {
        let mut text = String::new();
        line::write_end(&mut text, at, word).map_err(io::Error::other)?;
        self.write(&text)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.0.write_all(text.as_bytes())?;
        self.0.flush()
    }
}
