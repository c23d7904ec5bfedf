//! Copies of the database, and looking for damage.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::Store;
use crate::error::{Fault, Outcome, StoreError, file_error};
use crate::store::beside;

/// What must refer to something: a query for the rows that don't, and what to say of each.
const REFERENCES: &[(&str, &str)] = &[
    ("SELECT coalesce(rowid, 0) FROM pragma_foreign_key_check", "a reference to no layer, row"),
    (
        "SELECT p.seq FROM phrases p WHERE NOT EXISTS (SELECT 1 FROM commands c WHERE c.seq = p.command)",
        "a phrase of no command, row",
    ),
    (
        "SELECT c.seq FROM commands c WHERE NOT EXISTS (SELECT 1 FROM phrases p
           WHERE p.seq = c.phrase AND p.command = c.seq AND p.canonical = 1)",
        "a command without its phrase, row",
    ),
    (
        "SELECT p.seq FROM phrases p WHERE p.canonical = 1
         AND NOT EXISTS (SELECT 1 FROM commands c WHERE c.seq = p.command AND c.phrase = p.seq)",
        "a canonical phrase that its command doesn't know, row",
    ),
    (
        "SELECT t.command FROM (SELECT command FROM trust UNION SELECT command FROM approvals
           UNION SELECT command FROM confirmations) t WHERE NOT EXISTS (SELECT 1 FROM commands c WHERE c.seq = t.command)",
        "trust in no command, row",
    ),
];

impl Store {
    /// Writes a consistent copy of the whole database to `to`, while others go on reading and writing.
    ///
    /// The copy is complete and on disk when this returns, and readable by its owner only.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is anything at `to`: nothing is overwritten.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        copy(&self.conn, to).map_err(|fault| fault.at(to))
    }

    /// Reads the whole file and says what is wrong with it: an empty list is a sound database.
    ///
    /// Takes time in proportion to the file (`SQLite`'s own check, then that every reference leads somewhere).
    pub fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.read_together(|conn| {
            let mut problems = Vec::new();
            let checks = [("PRAGMA integrity_check(100)", "")].iter().chain(REFERENCES);
            for (check, problem) in checks {
                // What stops a check is a finding too.
                if let Err(error) = look(conn, check, problem, &mut problems) {
                    problems.push(error.to_string());
                }
            }
            Ok(problems)
        })
    }
}

fn look(conn: &Connection, check: &str, problem: &str, found: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut query = conn.prepare(check)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        match row.get_ref(0)? {
            ValueRef::Text(b"ok") => {}
            ValueRef::Text(text) => found.push(String::from_utf8_lossy(text).into_owned()),
            other => found.push(format!("{problem} {}", other.as_i64().unwrap_or_default())),
        }
    }
    Ok(())
}

/// Copies the file at `path` to `lever.db.bak-v<from>` beside it, or the first free name after that.
pub(crate) fn copy_before_migration(path: &Path, from: i64) -> Outcome<PathBuf> {
    // A second connection: the backup interface does not read from one that holds a write transaction.
    let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let base = beside(path, &format!(".bak-v{from}"));
    for number in 1..1000 {
        let to = if number == 1 {
            base.clone()
        } else {
            beside(&base, &format!(".{number}"))
        };
        match copy(&source, &to) {
            Err(Fault::Store(StoreError::Exists { .. })) => {}
            Err(fault) => return Err(fault),
            Ok(()) => return Ok(to),
        }
    }
    Err(StoreError::Exists { path: base }.into())
}

/// The copy appears under its name only when it is complete and synced.
fn copy(source: &Connection, to: &Path) -> Outcome<()> {
    if to.symlink_metadata().is_ok() {
        return Err(StoreError::Exists {
            path: to.to_path_buf(),
        }
        .into());
    }
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::metadata(folder).map_err(|source| StoreError::File {
            path: folder.to_path_buf(),
            source,
        })?;
    }
    let part = beside(to, &format!(".part-{}", std::process::id()));
    let written = fill(source, &part).and_then(|()| publish(&part, to));
    if written.is_err() {
        // What failed is the copy; a leftover part is not worth a second error.
        let _ = fs::remove_file(&part);
    }
    written
}

fn fill(source: &Connection, part: &Path) -> Outcome<()> {
    create_private(part)?;
    let mut target = Connection::open(part)?;
    {
        let backup = Backup::new(source, &mut target)?;
        // All pages in one step: a read transaction, which in WAL mode holds up nobody.
        match backup.step(-1)? {
            StepResult::Done => {}
            _ => {
                return Err(StoreError::Busy {
                    path: part.to_path_buf(),
                }
                .into());
            }
        }
    }
    target.close().map_err(|(_, error)| error)?;
    Ok(())
}

pub(crate) fn create_private(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| file_error(path, error))
}

/// Gives a finished file its name, durably, unless the name is taken.
pub(crate) fn publish(part: &Path, to: &Path) -> Outcome<()> {
    let synced = File::open(part).and_then(|file| file.sync_all());
    synced.map_err(|error| file_error(part, error))?;
    // A hard link, unlike a rename, fails if the name was taken meanwhile; not every file system has it.
    match fs::hard_link(part, to) {
        Ok(()) => fs::remove_file(part),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists {
                path: to.to_path_buf(),
            }
            .into());
        }
        Err(_) if to.symlink_metadata().is_err() => fs::rename(part, to),
        Err(error) => Err(error),
    }
    .map_err(|error| file_error(to, error))?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))?;
    Ok(())
}

/// Makes names created or changed in a folder survive a loss of power.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    File::open(folder)
        .and_then(|opened| opened.sync_all())
        .map_err(|error| file_error(folder, error))
}
