//! Opening: what is there is looked at before anything is changed, and refused with a reason if it isn't ours.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Fault, Outcome, StoreError, file_error};
use crate::migrations::{self, APPLICATION_ID, MIGRATIONS, Migration};
use crate::store::{Origin, Store, log_length};
use crate::{Settings, create};

/// How to open a store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// How long a call waits for another process's write before it gives [`StoreError::Busy`].
    pub busy_timeout: Duration,
    /// The constants of trust and the bounds of what is kept.
    pub settings: Settings,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            busy_timeout: Duration::from_secs(10),
            settings: Settings::default(),
        }
    }
}

impl Store {
    /// Opens the database at `path` for reading and writing; makes it, and the folders above it (0700, the file
    /// 0600), if there is none. An older schema is brought up to date after a copy to `<path>.bak-v<version>`.
    ///
    /// # Errors
    /// A file that is damaged, newer or not ours is refused and left byte for byte as it is.
    pub fn open(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self, StoreError> {
        Self::open_at(path.as_ref(), options, MIGRATIONS)
    }

    pub(crate) fn open_at(
        path: &Path,
        options: OpenOptions,
        migrations: &[Migration],
    ) -> Result<Self, StoreError> {
        if !is_there(path)? {
            create::create(path, migrations).map_err(|fault| name_folder(fault, path))?;
        }
        let path = &resolve(path)?;
        look_first(path, migrations::latest(migrations))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).map_err(Fault::from);
        let conn = opened.map_err(|fault| cannot_open(fault, path))?;
        let ready = prepare(&conn, path, &options, migrations);
        match ready {
            Ok(()) => Ok(Store::new(
                conn,
                origin(path)?,
                options.settings,
                migrations::latest(migrations),
            )),
            Err(fault) => {
                if has_log(path) {
                    // Closing would otherwise copy the log into a file that was just refused.
                    let _ = conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
                }
                let fault = fault.with_system_reason(&conn, path);
                Err(cannot_open(fault, path))
            }
        }
    }

    /// Opens an existing database for reading only: also on a read-only file system, and where the files that
    /// `SQLite` keeps beside it can't be made. What is in an unfinished log is seen.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none; [`StoreError::OlderVersion`] if it must be opened for writing first.
    pub fn open_read_only(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if !is_there(path)? {
            return Err(StoreError::NotFound {
                path: path.to_path_buf(),
            });
        }
        let path = &resolve(path)?;
        look_first(path, migrations::latest(MIGRATIONS))?;
        let conn = match read_only(path, &options, Reading::Shared) {
            Err(fault) if lacks_files(&fault) => read_only(path, &options, Reading::Alone),
            other => other,
        };
        let conn = conn.map_err(|fault| cannot_open(fault, path))?;
        Ok(Store::new(
            conn,
            Origin::ReadOnly(path.clone()),
            options.settings,
            migrations::latest(MIGRATIONS),
        ))
    }

    /// A store that lives in memory and is gone when it is dropped.
    pub fn open_in_memory(options: OpenOptions) -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let made = Connection::open_in_memory()
            .map_err(Fault::from)
            .and_then(|conn| {
                migrations::create(&conn, MIGRATIONS)?;
                configure(&conn, &options)?;
                Ok(conn)
            });
        let conn = made.map_err(|fault| fault.at(&path))?;
        Ok(Store::new(
            conn,
            Origin::Memory,
            options.settings,
            migrations::latest(MIGRATIONS),
        ))
    }
}

fn origin(path: &Path) -> Result<Origin, StoreError> {
    let metadata = fs::metadata(path).map_err(|error| file_error(path, error))?;
    Ok(Origin::File {
        path: path.to_path_buf(),
        device: metadata.dev(),
        inode: metadata.ino(),
    })
}

fn is_there(path: &Path) -> Result<bool, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(true),
        Ok(_) => Err(StoreError::NotAFile {
            path: path.to_path_buf(),
        }),
        // A link to nowhere is somebody's intention; creating beside or through it would not be.
        Err(_) if path.symlink_metadata().is_ok() => Err(StoreError::NotAFile {
            path: path.to_path_buf(),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Err(StoreError::Forbidden {
            path: path.to_path_buf(),
        }),
        Err(error) => Err(file_error(path, error)),
    }
}

/// Reads the header before `SQLite` does: opening makes files beside the database, and with a header that it doesn't
/// know it may discard the log.
///
/// A database is never shorter than its header here, since it gets its name only when it is complete. Format:
/// <https://www.sqlite.org/fileformat2.html>, section 1.3.
fn look_first(path: &Path, known: i64) -> Result<(), StoreError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut header = Vec::with_capacity(100);
    let read = File::open(path).and_then(|file| file.take(100).read_to_end(&mut header));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => StoreError::Forbidden {
            path: path.to_path_buf(),
        },
        _ => file_error(path, error),
    })?;
    let damaged = |detail: &str| {
        Err(StoreError::Damaged {
            path: path.to_path_buf(),
            detail: detail.into(),
        })
    };
    let sqlite = header.starts_with(MAGIC) || MAGIC.starts_with(&header);
    if sqlite && header.len() < 100 {
        return damaged("it is cut short");
    }
    let number = |at: usize| {
        header
            .get(at..at + 4)
            .map(|bytes| bytes.iter().fold(0, |n, &b| n << 8 | i64::from(b)))
    };
    match (sqlite, number(68) == Some(i64::from(APPLICATION_ID))) {
        (true, true) => {}
        (false, true) => return damaged("it does not begin like a database"),
        _ => {
            return Err(StoreError::NotLever {
                path: path.to_path_buf(),
            });
        }
    }
    // Pages are written whole, unless the log still has them.
    let page = number(16).map_or(1, |bytes| bytes >> 16);
    let length = fs::metadata(path).map_err(|error| file_error(path, error))?.len();
    if page > 1 && length % page.cast_unsigned() != 0 && !has_log(path) {
        return damaged("it is cut short");
    }
    // A version that is still in the log can only be later.
    match number(60) {
        Some(found) if found > known => Err(StoreError::NewerVersion {
            path: path.to_path_buf(),
            found,
            known,
        }),
        _ => Ok(()),
    }
}

/// The file itself, where a link leads to it: the log lies beside the file.
fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    fs::canonicalize(path).map_err(|error| file_error(path, error))
}

fn has_log(path: &Path) -> bool {
    log_length(path) > 0
}

fn hex(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

/// The file, by its full path, as a URI that says so. <https://www.sqlite.org/uri.html>
fn unchanging(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.extend(['%', hex(byte >> 4), hex(byte & 15)]),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

fn prepare(conn: &Connection, path: &Path, options: &OpenOptions, migrations: &[Migration]) -> Outcome<()> {
    configure(conn, options)?;
    let version = migrations::identify(conn, path, migrations::latest(migrations))?;
    if version < migrations::latest(migrations) {
        migrations::upgrade(conn, path, migrations)?;
    }
    if conn.is_readonly("main")? {
        return Err(StoreError::ReadOnly {
            path: path.to_path_buf(),
        }
        .into());
    }
    Ok(())
}

fn configure(conn: &Connection, options: &OpenOptions) -> Outcome<()> {
    conn.busy_timeout(options.busy_timeout)?;
    conn.set_prepared_statement_cache_capacity(64);
    // A damaged or planted file must not run code through its schema, nor write through its own tables.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    // Otherwise a statement with a range is compiled again whenever its values change.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Elsewhere a plain fsync reaches the disk.
    #[cfg(target_os = "macos")]
    conn.execute_batch("PRAGMA fullfsync = 1")?;
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Together with others, by the files that `SQLite` keeps beside the database.
    Shared,
    /// Where those files can't be made there is nobody to share with.
    Alone,
}

/// Alone, without a log, the file is read as one that never changes. With a log, whose frames must be seen, it is read
/// in exclusive mode, which keeps the log's index on the heap, and through the file system that takes no locks,
/// which a read-only file can't give.
fn read_only(path: &Path, options: &OpenOptions, reading: Reading) -> Outcome<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let logged = reading == Reading::Alone && has_log(path);
    let conn = match reading {
        Reading::Shared => Connection::open_with_flags(path, flags)?,
        Reading::Alone if logged => Connection::open_with_flags_and_vfs(path, flags, "unix-none")?,
        Reading::Alone => Connection::open_with_flags(unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?,
    };
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    configure(&conn, options)?;
    if logged {
        conn.pragma_update(None, "locking_mode", "exclusive")?;
    }
    let version = migrations::identify(&conn, path, migrations::latest(MIGRATIONS))?;
    if version < migrations::latest(MIGRATIONS) {
        let known = migrations::latest(MIGRATIONS);
        return Err(StoreError::OlderVersion {
            path: path.to_path_buf(),
            found: version,
            known,
        }
        .into());
    }
    Ok(conn)
}

fn lacks_files(fault: &Fault) -> bool {
    let Fault::Sqlite(error) = fault else { return false };
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::DiskFull | ErrorCode::SystemIoFailure)
    )
}

/// `SQLite` says "unable to open" for many reasons; the file system knows which.
fn cannot_open(fault: Fault, path: &Path) -> StoreError {
    if let Fault::Sqlite(error) = &fault
        && error.sqlite_error_code() == Some(ErrorCode::CannotOpen)
    {
        let writable = fs::OpenOptions::new().append(true).open(path);
        return match writable.map_err(|error| error.kind()) {
            // The file is fine: it is the log beside it that can't be made.
            Ok(_) => StoreError::ReadOnly {
                path: path.to_path_buf(),
            },
            Err(std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem) => {
                StoreError::ReadOnly {
                    path: path.to_path_buf(),
                }
            }
            Err(_) => fault.at(path),
        };
    }
    fault.at(path)
}

/// Faults while creating are about the database that was asked for, not about the name it is built under.
fn name_folder(fault: Fault, path: &Path) -> StoreError {
    match fault {
        Fault::Store(StoreError::ReadOnly { .. }) => StoreError::ReadOnly {
            path: path.to_path_buf(),
        },
        Fault::Store(StoreError::DiskFull { .. }) => StoreError::DiskFull {
            path: path.to_path_buf(),
        },
        other => cannot_open(other, path),
    }
}
