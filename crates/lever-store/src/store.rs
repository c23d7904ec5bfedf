//! The handle, and the two ways to use it: a consistent read, and a write that is all or nothing.

use std::cell::{Cell, RefCell};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::Settings;
use crate::checkpoints::Checkpoints;
use crate::error::{Fault, Outcome, StoreError};
use crate::layers::Generations;
use crate::migrations;
use crate::wal_head::WalHead;

/// Milliseconds since 1970-01-01 UTC. The store has no clock: callers say what time it is.
pub type Millis = i64;

/// An open database. One a thread; any number a file, in any number of processes.
#[derive(Debug)]
pub struct Store {
    pub(crate) conn: Connection,
    origin: Origin,
    pub(crate) settings: Settings,
    synced: Cell<Commit>,
    /// Whether anything was written through this handle that has to be on disk.
    taught: Cell<bool>,
    /// The schema version that this handle was opened with.
    version: i64,
    checkpoints: Checkpoints,
    pub(crate) generations: RefCell<Generations>,
}

/// Where the database is.
#[derive(Debug)]
pub(crate) enum Origin {
    Memory,
    ReadOnly(PathBuf),
    File { path: PathBuf, device: u64, inode: u64 },
}

/// What an acknowledged write promises. Both survive the death of the process; they differ in a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commit {
    /// On disk when the call returns (`synchronous=FULL`): what a person taught, approved or took back.
    Durable,
    /// Consistent, but the last ones may be missing after a loss of power (`synchronous=NORMAL`): records, caches.
    Soon,
}

/// How long a log may be for the next start to read it in passing.
const SHORT_LOG: u64 = 256 * 1024;

impl Drop for Store {
    /// The last one to close a database copies the log into it, which syncs both. After a teach that is right: the
    /// database file alone then holds all that was taught. After a look or a record it would be the dearest part of
    /// a short run, so a short log stays for the next.
    fn drop(&mut self) {
        let Origin::File { path, .. } = &self.origin else {
            return;
        };
        self.checkpoints.finish();
        if !self.taught.get() && log_length(path) < SHORT_LOG {
            // Failing means that the log is copied: slower, and as right.
            let _ = self
                .conn
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

/// The path with something added to its last name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The length of the log beside a database; 0 if there is none.
pub(crate) fn log_length(path: &Path) -> u64 {
    fs::metadata(beside(path, "-wal")).map_or(0, |log| log.len())
}

/// A transaction with the write lock, taken back where it is not committed. Its statements are prepared once a connection.
struct Change<'c>(Option<&'c Connection>);

impl<'c> Change<'c> {
    fn begin(conn: &'c Connection) -> rusqlite::Result<Self> {
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self(Some(conn)))
    }

    fn commit(mut self) -> rusqlite::Result<()> {
        if let Some(conn) = self.0 {
            conn.prepare_cached("COMMIT")?.execute([])?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        // Where SQLite has taken it back already, there is none.
        if let Some(conn) = self.0.take()
            && !conn.is_autocommit()
        {
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
}

impl Store {
    pub(crate) fn new(mut conn: Connection, origin: Origin, settings: Settings, version: i64) -> Self {
        let checkpoints = match &origin {
            // Failing leaves SQLite's own way, which copies the log before a commit returns.
            Origin::File { path, .. } => Checkpoints::aside(&mut conn, path).unwrap_or_default(),
            Origin::Memory | Origin::ReadOnly(_) => Checkpoints::default(),
        };
        // `synchronous` is FULL where nobody has changed it.
        Self {
            conn,
            origin,
            settings,
            synced: Cell::new(Commit::Durable),
            taught: Cell::new(false),
            version,
            checkpoints,
            generations: RefCell::default(),
        }
    }

    /// Equal heads mean that nothing was committed meanwhile, by any process. `None` where there is no telling.
    pub(crate) fn wal_head(&self) -> Option<WalHead> {
        match self.origin {
            Origin::File { .. } => WalHead::read(&self.conn),
            Origin::Memory | Origin::ReadOnly(_) => None,
        }
    }

    /// The file, or `:memory:`.
    pub fn path(&self) -> &Path {
        match &self.origin {
            Origin::Memory => Path::new(":memory:"),
            Origin::ReadOnly(path) | Origin::File { path, .. } => path,
        }
    }

    /// Whether every write will be refused with [`StoreError::ReadOnly`].
    pub fn is_read_only(&self) -> bool {
        matches!(self.origin, Origin::ReadOnly(_))
    }

    /// The number of the schema.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The constants that this handle uses.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn fail(&self, fault: Fault) -> StoreError {
        fault.with_system_reason(&self.conn, self.path()).at(self.path())
    }

    /// Runs queries; each sees the state at its own start.
    pub(crate) fn read<T>(&self, f: impl FnOnce(&Connection) -> Outcome<T>) -> Result<T, StoreError> {
        f(&self.conn).map_err(|fault| self.fail(fault))
    }

    /// Runs several queries that all see one state. Never waits for a writer.
    pub(crate) fn read_together<T>(
        &self,
        f: impl FnOnce(&Connection) -> Outcome<T>,
    ) -> Result<T, StoreError> {
        self.read(|conn| {
            let tx = conn.unchecked_transaction()?;
            let found = f(&tx)?;
            tx.finish()?;
            Ok(found)
        })
    }

    /// Runs one transaction that has the write lock from its start, so it never fails half way for another's sake.
    pub(crate) fn write<T>(
        &mut self,
        commit: Commit,
        f: impl FnOnce(&Connection, &Settings) -> Outcome<T>,
    ) -> Result<T, StoreError> {
        if let Origin::ReadOnly(path) = &self.origin {
            return Err(StoreError::ReadOnly { path: path.clone() });
        }
        self.check_in_place(commit)?;
        self.write_unchecked(commit, f).map_err(|fault| self.fail(fault))
    }

    fn write_unchecked<T>(
        &self,
        commit: Commit,
        f: impl FnOnce(&Connection, &Settings) -> Outcome<T>,
    ) -> Outcome<T> {
        self.sync_as(commit)?;
        let change = Change::begin(&self.conn)?;
        let found = migrations::version(&self.conn)?;
        if found != self.version {
            // Another process, of a later version, changed the schema under this one.
            let path = self.path().to_path_buf();
            return Err(StoreError::NewerVersion {
                path,
                found,
                known: self.version,
            }
            .into());
        }
        let done = f(&self.conn, &self.settings)?;
        change.commit()?;
        if commit == Commit::Durable {
            self.taught.set(true);
        }
        Ok(done)
    }

    /// The setting belongs to the connection and can only be changed between transactions.
    fn sync_as(&self, commit: Commit) -> rusqlite::Result<()> {
        if self.synced.get() != commit {
            self.conn.execute_batch(match commit {
                Commit::Durable => "PRAGMA synchronous = FULL",
                Commit::Soon => "PRAGMA synchronous = NORMAL",
            })?;
            self.synced.set(commit);
        }
        Ok(())
    }

    /// A file that was deleted under a running process still takes writes, which then go with it.
    fn check_in_place(&self, commit: Commit) -> Result<(), StoreError> {
        let Origin::File { path, device, inode } = &self.origin else {
            return Ok(());
        };
        if commit == Commit::Soon {
            return Ok(());
        }
        match fs::metadata(path) {
            Ok(now) if now.dev() == *device && now.ino() == *inode => Ok(()),
            _ => Err(StoreError::Replaced { path: path.clone() }),
        }
    }
}
