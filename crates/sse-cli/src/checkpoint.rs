//! A last event ID in a file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::args::event_id;

/// Keeps a file up to date with the last event ID. It always holds a whole one: it is replaced, never written over.
pub(crate) struct Checkpoint {
    path: PathBuf,
    id: String,
}

impl Checkpoint {
    /// Reads the file; a missing one is an empty ID.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let id = text.strip_suffix('\n').unwrap_or(&text).to_owned();
        let id = event_id(&id).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(Self { path: path.to_owned(), id })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Writes the ID if it is another one.
    pub(crate) fn write(&mut self, id: &str) -> io::Result<()> {
        if self.id == id {
            return Ok(());
        }
        let mut beside = OsString::from(&self.path);
        beside.push(format!(".{}", std::process::id()));
        fs::write(&beside, format!("{id}\n"))?;
        fs::rename(&beside, &self.path)?;
        id.clone_into(&mut self.id);
        Ok(())
    }
}
