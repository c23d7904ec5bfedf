//! What can go wrong, each with a stable code, one line that says what and where, and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// An error of the store. `Display` says what happened and where; [`StoreError::hint`] says what to do.
///
/// None of them leaves a change half made: a write that fails is rolled back, and a file that the store does
/// not understand is never written to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no database at this path, and it was opened for reading only.
    #[error("there is no database at {}", .path.display())]
    NotFound {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The path names a folder, a socket or a device.
    #[error("{} is not a regular file", .path.display())]
    NotAFile {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The file is no `SQLite` database, or one that another program made.
    #[error("{} is not a lever database", .path.display())]
    NotLever {
        /// The path of the file.
        path: PathBuf,
    },
    /// The database was written by a later version of this program.
    #[error("{} has schema version {found}; this program knows versions up to {known}", .path.display())]
    NewerVersion {
        /// The path of the file.
        path: PathBuf,
        /// The version that the file says it has.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// The database was written by an earlier version, and can't be brought up to date where nothing may be written.
    #[error("{} has schema version {found}, older than this program's {known}", .path.display())]
    OlderVersion {
        /// The path of the file.
        path: PathBuf,
        /// The version that the file says it has.
        found: i64,
        /// The version that this program reads.
        known: i64,
    },
    /// The file's contents contradict themselves.
    #[error("{} is damaged: {detail}", .path.display())]
    Damaged {
        /// The path of the file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The file or its folder can't be written.
    #[error("{} can't be written", .path.display())]
    ReadOnly {
        /// The path of the file.
        path: PathBuf,
    },
    /// The disk, or the user's share of it, is full.
    #[error("no space left to write {}", .path.display())]
    DiskFull {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file exists, but this user may not open it.
    #[error("no permission to open {}", .path.display())]
    Forbidden {
        /// The path of the file.
        path: PathBuf,
    },
    /// Another process kept the database locked for longer than the busy timeout.
    #[error("{} is locked by another process", .path.display())]
    Busy {
        /// The path of the file.
        path: PathBuf,
    },
    /// The file was deleted or replaced while it was open: writing to it would lose what is written.
    #[error("{} was deleted or replaced while it was open", .path.display())]
    Replaced {
        /// The path of the file.
        path: PathBuf,
    },
    /// The system refused to create, open, rename or sync a file.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A copy was asked for at a path that already exists.
    #[error("{} already exists", .path.display())]
    Exists {
        /// The path of the copy.
        path: PathBuf,
    },
    /// No such command in this namespace or in a pack under it.
    #[error("no command {id} in namespace {namespace}")]
    UnknownCommand {
        /// The namespace that was searched.
        namespace: String,
        /// The command's id.
        id: String,
    },
    /// A command's digest is not the one that was shown: it was changed in between.
    #[error("command {id} in namespace {namespace} was changed since it was shown")]
    Changed {
        /// The namespace.
        namespace: String,
        /// The command's id.
        id: String,
    },
    /// Something handed to the store breaks one of its rules.
    #[error("{what}")]
    Invalid {
        /// Which rule, and by what.
        what: String,
    },
    /// Any other answer of `SQLite`: a fault in this crate, or a limit of the machine.
    #[error("{}: {source}", .path.display())]
    Sqlite {
        /// The path of the file.
        path: PathBuf,
        /// `SQLite`'s answer.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "store_not_found",
            Self::NotAFile { .. } => "store_not_a_file",
            Self::NotLever { .. } => "store_not_lever",
            Self::NewerVersion { .. } => "store_newer_version",
            Self::OlderVersion { .. } => "store_older_version",
            Self::Damaged { .. } => "store_damaged",
            Self::ReadOnly { .. } => "store_read_only",
            Self::DiskFull { .. } => "store_disk_full",
            Self::Forbidden { .. } => "store_forbidden",
            Self::Busy { .. } => "store_busy",
            Self::Replaced { .. } => "store_replaced",
            Self::File { .. } => "store_file",
            Self::Exists { .. } => "store_exists",
            Self::UnknownCommand { .. } => "unknown_command",
            Self::Changed { .. } => "command_changed",
            Self::Invalid { .. } => "store_invalid",
            Self::Sqlite { .. } => "store_sqlite",
        }
    }

    /// What the person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "check LEVER_HOME, or teach a command to create it",
            Self::NotAFile { .. } => "move it away, or point LEVER_HOME to another folder",
            Self::NotLever { .. } => {
                "nothing was changed; move the file away, or point LEVER_HOME to another folder"
            }
            Self::NewerVersion { .. } => "nothing was changed; install the newer version of lever-runner",
            Self::OlderVersion { .. } => {
                "open it once where it can be written; that brings it up to date and keeps a copy"
            }
            Self::Damaged { .. } => {
                "nothing was changed; put back a backup (lever.db.bak-* or one made by `lever backup`), or move the file away"
            }
            Self::ReadOnly { .. } => {
                "make the file and its folder writable, or point LEVER_HOME to a folder that is"
            }
            Self::DiskFull { .. } => "nothing was changed; free some space and try again",
            Self::Forbidden { .. } => {
                "run as the owner of the file, or point LEVER_HOME to a folder of your own"
            }
            Self::Busy { .. } => "try again; if it lasts, look for a lever process that hangs",
            Self::Replaced { .. } => "nothing was changed; start again to open the file that is there now",
            Self::File { .. } => "check the path and its permissions",
            Self::Exists { .. } => "choose another name; nothing is overwritten",
            Self::UnknownCommand { .. } => "`lever list` shows the commands",
            Self::Changed { .. } => "look at it again (`lever show`), then approve what it is now",
            Self::Invalid { .. } => "correct the value and try again",
            Self::Sqlite { .. } => "`lever doctor` checks the database",
        }
    }
}

/// An error before it is known which file it is about.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

pub(crate) type Outcome<T> = Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// Replaces `SQLite`'s "disk I/O error" by the system's own reason, where that is one a person can act on.
    pub(crate) fn with_system_reason(self, conn: &rusqlite::Connection, path: &Path) -> Self {
        let Self::Sqlite(error) = &self else { return self };
        if !matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen)
        ) {
            return self;
        }
        // SAFETY: the handle is that of a live, open connection, borrowed for the call.
        let errno = unsafe { rusqlite::ffi::sqlite3_system_errno(conn.handle()) };
        match file_error(path, std::io::Error::from_raw_os_error(errno)) {
            reason @ (StoreError::DiskFull { .. } | StoreError::ReadOnly { .. }) => Self::Store(reason),
            _ => self,
        }
    }

    /// Names the file and turns `SQLite`'s codes into the kinds that a person can act on.
    pub(crate) fn at(self, path: &Path) -> StoreError {
        let source = match self {
            Self::Store(error) => return error,
            Self::Sqlite(source) => source,
        };
        let path = path.to_path_buf();
        if contradicts(&source) {
            return StoreError::Damaged {
                detail: source.to_string().replace('\n', " "),
                path,
            };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged {
                detail: detail(&source),
                path,
            },
            Some(ErrorCode::NotADatabase) => StoreError::NotLever { path },
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly { path },
            Some(ErrorCode::DiskFull) => StoreError::DiskFull { path },
            Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
                StoreError::Forbidden { path }
            }
            Some(
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed,
            ) => StoreError::Busy { path },
            _ => StoreError::Sqlite { path, source },
        }
    }
}

/// Whether the file holds something else than what this crate's fixed statements put there.
fn contradicts(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::SqlInputError { .. }
            | E::InvalidColumnType(..)
            | E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::Utf8Error(..)
            | E::QueryReturnedNoRows
    )
}

fn detail(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

pub(crate) fn file_error(path: &Path, source: std::io::Error) -> StoreError {
    use std::io::ErrorKind;
    let path = path.to_path_buf();
    match source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { path },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::DiskFull { path }
        }
        ErrorKind::NotFound => StoreError::NotFound { path },
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => StoreError::NotAFile { path },
        _ => StoreError::File { path, source },
    }
}

pub(crate) fn invalid(what: impl Into<String>) -> StoreError {
    StoreError::Invalid { what: what.into() }
}
