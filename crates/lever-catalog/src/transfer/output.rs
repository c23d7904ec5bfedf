//! Where an export is written to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::CatalogError;

/// Between two attempts at an output whose reader is slower.
const PATIENCE: Duration = Duration::from_millis(2);

/// An output that may be in nonblocking mode, as Node leaves a pipe: waits for its reader where that is slower.
pub(super) struct Patient<W>(pub(super) W);

impl<W: Write> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        wait(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        wait(|| self.0.flush())
    }
}

fn wait<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PATIENCE),
            done => return done,
        }
    }
}

/// The file that a path names, behind a link too: one that may be written, as nothing is there or `force` says so.
///
/// # Errors
/// A file without `force`; what is no file, such as a device, which a rename would replace.
pub(super) fn settle(path: &Path, force: bool) -> Result<PathBuf, CatalogError> {
    if path.symlink_metadata().is_err() {
        return Ok(path.to_path_buf());
    }
    let found = fs::canonicalize(path).and_then(|real| Ok((fs::metadata(&real)?.is_file(), real)));
    match found {
        Ok((true, real)) if force => Ok(real),
        Ok((true, _)) => Err(CatalogError::Transfer {
            code: "export_exists",
            message: format!("{} is there already", path.display()),
            hint: "choose another name, or write over it with --force".to_owned(),
        }),
        Ok((false, _)) => Err(CatalogError::Transfer {
            code: "export_exists",
            message: format!("{} is there already and no file", path.display()),
            hint: "choose another name".to_owned(),
        }),
        Err(error) => Err(unwritable(&path.display().to_string(), &error)),
    }
}

/// A name of its own in the same folder, so that the last step is a rename.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".part-{}", std::process::id()));
    name.into()
}

/// Private: templates may name what is nobody else's business.
pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

pub(super) fn unwritable(shown: &str, error: &io::Error) -> CatalogError {
    CatalogError::Transfer {
        code: if error.kind() == io::ErrorKind::BrokenPipe {
            "export_reader_gone"
        } else {
            "export_unwritable"
        },
        message: format!("{shown} cannot be written: {error}"),
        hint: "check the path, its permissions and the space that is left".to_owned(),
    }
}
