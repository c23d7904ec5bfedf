//! Whether anyone committed anything, told from memory that all processes share.
//!
//! A question to SQLite takes two locks and some microseconds; a warm process asks one before each request only to hear that
//! nothing changed. SQLite's WAL-index begins with a head that every commit changes, its layout is documented
//! (<https://sqlite.org/walformat.html>, "The WAL-Index File Format"), and a connection that has read once has it mapped.

use std::ffi::c_int;
use std::ptr::{self, null_mut};

use rusqlite::{Connection, ffi};

/// The head's first copy: a counter of changes, the size of the log, its checksums and its salts. Equal heads are one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WalHead([u32; 12]);

/// Bytes of a region of the WAL-index; the head is in the first.
const REGION: c_int = 32 * 1024;

impl WalHead {
    /// The head as it is now. `None` where there is no log: in memory, on a file system that is read only, or before the first
    /// question. Read before what it shall stand for, it never stands for something older: a head that another process is
    /// half through writing equals neither the one before nor the one after.
    pub(crate) fn read(conn: &Connection) -> Option<Self> {
        let mut file: *mut ffi::sqlite3_file = null_mut();
        let mut region: *mut std::ffi::c_void = null_mut();
        // SAFETY: the handle is open, this thread has it, and "main" always exists; SQLite writes a pointer to its file, which
        // lives as long as the connection. Its methods are the file system layer's, whose second version has `xShmMap`.
        // Asked not to extend, that gives a region which it mapped before or finds, and null else.
        unsafe {
            let control = ffi::SQLITE_FCNTL_FILE_POINTER;
            let code =
                ffi::sqlite3_file_control(conn.handle(), c"main".as_ptr(), control, (&raw mut file).cast());
            if code != ffi::SQLITE_OK || file.is_null() {
                return None;
            }
            let methods = (*file)
                .pMethods
                .as_ref()
                .filter(|methods| methods.iVersion >= 2)?;
            let code = methods.xShmMap?(file, 0, REGION, 0, &raw mut region);
            if code != ffi::SQLITE_OK || region.is_null() {
                return None;
            }
            // Others write it meanwhile: each word is read once, and as it is.
            let words = region.cast::<u32>();
            Some(Self(std::array::from_fn(|at| ptr::read_volatile(words.add(at)))))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn open(path: &Path) -> Connection {
        let conn = Connection::open(path).unwrap();
        conn.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE IF NOT EXISTS t (n)")
            .unwrap();
        conn
    }

    fn count(conn: &Connection) -> i64 {
        conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn there_is_none_without_a_log() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (n)").unwrap();
        assert_eq!(WalHead::read(&conn), None);
    }

    /// What others do meanwhile, the ends of logs and of processes among it.
    const DEEDS: &[&str] = &[
        "INSERT INTO t VALUES (1)",
        "BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); COMMIT",
        "BEGIN; INSERT INTO t VALUES (1); ROLLBACK",
        "DELETE FROM t",
        "PRAGMA wal_checkpoint(PASSIVE)",
        "PRAGMA wal_checkpoint(RESTART)",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "SELECT * FROM t",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn an_equal_head_is_an_equal_state(deeds in prop::collection::vec((0..DEEDS.len(), any::<bool>()), 1..40)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.db");
            let watching = open(&path);
            let mut other = open(&path);
            let mut last = (WalHead::read(&watching), count(&watching));
            prop_assert!(last.0.is_some());
            for (deed, reopens) in deeds {
                if reopens {
                    other = open(&path);
                }
                other.execute_batch(DEEDS[deed]).unwrap();
                let now = (WalHead::read(&watching), count(&watching));
                prop_assert!(now.0 != last.0 || now.1 == last.1, "{} went unseen", DEEDS[deed]);
                if DEEDS[deed].starts_with("SELECT") {
                    prop_assert_eq!(now.0, last.0, "nothing happened");
                }
                last = now;
            }
        }
    }
}
