//! Copying the log into the database, which waits for the disk: on a thread of its own, so that no request waits with it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};

/// Pages that the log may have before it is copied: 4 MiB, as `SQLite` has it. While a log grows, each commit waits longer for
/// the disk than in one that is begun anew.
const DUE: i32 = 1000;
/// Where copying never catches up with the writer, the log would grow for ever: from here on the writer waits for it.
const OVERDUE: i32 = 3 * DUE;
/// How long the copying waits for the writer, or for readers of the log, with the writer waiting for it.
const BRIEFLY: Duration = Duration::from_millis(2);
/// The same for a log that has grown too long.
const PATIENCE: Duration = Duration::from_millis(500);

/// The copying that goes on, if any.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Checkpoints {
    /// Has the log of the database at `path`, which `conn` writes, copied aside from now on.
    pub(crate) fn aside(conn: &mut Connection, path: &Path) -> rusqlite::Result<Self> {
        let thread = Arc::default();
        let (own, path) = (Arc::clone(&thread), path.to_path_buf());
        conn.wal_hook(Some(move |log: &mut Wal, pages| {
            if pages < DUE || copy_aside(&own, &path, pages) {
                return Ok(());
            }
            // No thread can be had: here and now, as `SQLite` would. A log that cannot be copied stays and is as good.
            let _ = log.checkpoint();
            Ok(())
        }))?;
        Ok(Self { thread })
    }

    /// Waits for what goes on.
    pub(crate) fn finish(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = thread.map(JoinHandle::join);
    }
}

/// Whether a thread copies the log or has begun to.
fn copy_aside(slot: &Mutex<Option<JoinHandle<()>>>, path: &Path, pages: i32) -> bool {
    let mut thread = match slot.try_lock() {
        Ok(thread) => thread,
        Err(TryLockError::Poisoned(slot)) => slot.into_inner(),
        Err(TryLockError::WouldBlock) => return true,
    };
    if thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
        return true;
    }
    let path: PathBuf = path.to_path_buf();
    let started = std::thread::Builder::new()
        .name("lever-log".to_owned())
        .spawn(move || {
            // Failing leaves the log as it is; the next commit asks again.
            let _ = copy(&path, pages);
        });
    let began = started.is_ok();
    *thread = started.ok();
    began
}

fn copy(path: &Path, pages: i32) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(if pages < OVERDUE { BRIEFLY } else { PATIENCE })?;
    #[cfg(target_os = "macos")]
    conn.execute_batch("PRAGMA fullfsync = 1")?;
    // Nearly all of it beside the writer; then the little that came meanwhile, while the writer waits, so that the log begins anew.
    // Without that a busy writer would never be caught up with.
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    conn.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))
}
