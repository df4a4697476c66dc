//! A file that contains a last event ID.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::args::event_id;

/// A file that always contains a complete ID, because it is replaced and never overwritten.
pub(crate) struct CheckpointFile {
    /// The path of the file, with symbolic links resolved.
    path: PathBuf,
    folder: PathBuf,
    permissions: Option<Permissions>,
}

impl CheckpointFile {
    /// Opens a file, returns the ID in it, and makes sure that the file can be replaced. The ID of
    /// a missing file is empty.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, String)> {
        let path = resolve_links(path)?;
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
            Some(folder) => folder.to_owned(),
            None => return Err(io::ErrorKind::IsADirectory.into()),
        };
        let mut file = Self { path, folder, permissions: None };
        let id = match fs::metadata(&file.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
            Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if !metadata.is_file() => {
                return Err(io::Error::other(
                    "expected a regular file, got a device or another special file",
                ));
            }
            Ok(metadata) => {
                file.permissions = Some(metadata.permissions());
                read_id(&file.path)?
            }
        };
        file.temporary()?;
        Ok((file, id))
    }

    /// Replaces the ID in the file. If this fails, the file is unchanged.
    pub(crate) fn write(&self, id: &str) -> io::Result<()> {
        let mut temporary = self.temporary()?;
        temporary.write_all(format!("{id}\n").as_bytes())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path).map_err(|error| error.error)?;
        self.sync_folder()
    }

    /// Creates a temporary file in the same folder and with the same mode. It is removed when it is
    /// dropped.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".");
        let mut builder = Builder::new();
        builder.prefix(&name);
        #[cfg(unix)]
        if self.permissions.is_none() {
            // This is the mode that `File::create` uses; the umask applies to it.
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        let temporary = builder.tempfile_in(&self.folder)?;
        if let Some(permissions) = &self.permissions {
            temporary.as_file().set_permissions(permissions.clone())?;
        }
        Ok(temporary)
    }

    /// Syncs the folder, so that the new file survives a loss of power.
    fn sync_folder(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.folder)?.sync_all() } else { Ok(()) }
    }
}

/// Resolves symbolic links. The final target need not exist.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    const MAX_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Reads the ID in a file, and checks that the file is writable and the ID can be sent.
fn read_id(path: &Path) -> io::Result<String> {
    // Replacing a file does not need write permission, but a read-only file must not change.
    OpenOptions::new().write(true).open(path)?;
    let text = fs::read_to_string(path)?;
    let id = text.strip_suffix('\n').unwrap_or(&text);
    event_id(id).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
    }

    fn open_error(path: &Path) -> String {
        CheckpointFile::open(path).err().expect("it cannot be opened").to_string()
    }

    #[test]
    fn a_written_id_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("id");
        let longest = "x".repeat(4096);
        for id in ["1", "", " a ", "a\tb", "é 漢", &longest] {
            CheckpointFile::open(&path).expect("it can be opened").0.write(id).expect("it can be written");
            assert_eq!(CheckpointFile::open(&path).expect("it can be opened").1, id);
            assert_eq!(names(folder.path()), ["id"]);
        }
    }

    #[test]
    fn opening_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(CheckpointFile::open(&folder.path().join("id")).expect("it can be opened").1, "");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_without_a_valid_id_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("id");
        let long = vec![b'x'; 4097];
        for content in [&b"1\n2\n"[..], b"\x7f", b"\0", b"\xff", &long] {
            fs::write(&path, content).expect("writable");
            open_error(&path);
            assert_eq!(fs::read(&path).expect("it is there"), content);
        }
    }

    #[test]
    fn a_path_that_is_not_a_regular_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(open_error(folder.path()), "is a directory");
        open_error(&folder.path().join("absent").join("id"));
        if cfg!(unix) {
            assert!(open_error(Path::new("/dev/null")).contains("device"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_target_of_a_link_is_replaced_and_the_link_stays() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder");
        let (link, second) = (folder.path().join("link"), folder.path().join("second"));
        fs::create_dir(folder.path().join("sub")).expect("a folder");
        symlink("second", &link).expect("a link");
        symlink("sub/id", &second).expect("a link");
        for id in ["1", "2"] {
            CheckpointFile::open(&link).expect("it can be opened").0.write(id).expect("it can be written");
            assert_eq!(
                fs::read_to_string(folder.path().join("sub/id")).expect("it is there"),
                format!("{id}\n")
            );
        }
        assert!(link.is_symlink() && second.is_symlink());
        symlink("loop", folder.path().join("loop")).expect("a link");
        assert_eq!(open_error(&folder.path().join("loop")), "too many symbolic links");
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_of_the_file_is_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("id");
        fs::write(&path, "1\n").expect("writable");
        for mode in [0o600, 0o640, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("it is ours");
            CheckpointFile::open(&path).expect("it can be opened").0.write("2").expect("it can be written");
            assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, mode);
        }
    }

    #[test]
    fn a_write_that_fails_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sub").join("id");
        fs::create_dir(folder.path().join("sub")).expect("a folder");
        let (file, _) = CheckpointFile::open(&path).expect("it can be opened");
        fs::remove_dir(folder.path().join("sub")).expect("it is empty");
        file.write("1").expect_err("there is no folder");
        // The temporary file can be created, but it cannot replace a folder.
        fs::create_dir_all(path.join("x")).expect("a folder");
        file.write("1").expect_err("there is a folder in its place");
        assert_eq!(names(&folder.path().join("sub")), ["id"]);
    }
}
