//! A new database: built under another name and given its own only when it is complete, so that nobody ever
//! opens half a schema, however many processes start at once or are killed meanwhile.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use rusqlite::Connection;

use crate::copies::{create_private, publish, sync_folder};
use crate::error::{Outcome, StoreError, file_error};
use crate::migrations::{self, Migration};

/// Creates the database at `path` and the folders above it, unless another process was faster.
pub(crate) fn create(path: &Path, migrations: &[Migration]) -> Outcome<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_folders(folder)?;
    let held = File::open(folder).map_err(|error| file_error(folder, error))?;
    // The lock only saves work and clears what a killed process left; `publish` alone decides who wins, so a
    // file system without locks is no obstacle.
    let locked = held.lock().is_ok();
    if path.symlink_metadata().is_ok() {
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.new-");
    if locked {
        remove_leftovers(folder, &prefix);
    }
    let part = folder.join(format!("{prefix}{}", std::process::id()));
    let made = build(&part, migrations).and_then(|()| publish(&part, path));
    match made {
        Err(crate::error::Fault::Store(StoreError::Exists { .. })) => {
            let _ = fs::remove_file(&part);
            Ok(())
        }
        Err(fault) => {
            remove_leftovers(folder, &format!("{prefix}{}", std::process::id()));
            Err(fault)
        }
        Ok(()) => Ok(()),
    }
}

fn build(part: &Path, migrations: &[Migration]) -> Outcome<()> {
    create_private(part)?;
    let conn = Connection::open(part)?;
    migrations::create(&conn, migrations)?;
    // Recorded in the file, so every later connection is in this mode without asking.
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn remove_leftovers(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// `mkdir -p`, each new folder private and on disk in the folder above it.
pub(crate) fn create_folders(folder: &Path) -> Result<(), StoreError> {
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut at = folder;
    while !at.as_os_str().is_empty() && !at.exists() {
        missing.push(at.to_path_buf());
        match at.parent() {
            Some(parent) => at = parent,
            None => break,
        }
    }
    for folder in missing.iter().rev() {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(file_error(folder, error));
            }
            _ => sync_folder(folder.parent().unwrap_or(Path::new(".")))?,
        }
    }
    Ok(())
}
