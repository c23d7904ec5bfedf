//! The schema's history. Migrations are numbered from 1 without gaps and only ever added: one that has been
//! released is never edited, because files in the world say only which number they have reached.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::copies;
use crate::error::{Fault, Outcome, StoreError};

/// Marks a file as ours, at byte 68 of the header: "LEVR".
pub(crate) const APPLICATION_ID: i32 = 0x4C45_5652;

/// One step of the schema: SQL that takes a database from the version before to this one.
pub(crate) type Migration = &'static str;

/// All of them; the position, counted from 1, is the version that it leads to.
pub(crate) const MIGRATIONS: &[Migration] = &[
    include_str!("0001_initial.sql"),
    include_str!("0002_model_requests.sql"),
    include_str!("0003_consent.sql"),
    include_str!("0004_learned.sql"),
    include_str!("0005_later_rows.sql"),
];

/// The schema version that a list of migrations leads to.
pub(crate) fn latest(migrations: &[Migration]) -> i64 {
    i64::from(migrations.len() as u32)
}

pub(crate) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("PRAGMA user_version")?
        .query_row([], |row| row.get(0))
}

/// Whether the file is ours and not newer than this program.
pub(crate) fn identify(conn: &Connection, path: &Path, known: i64) -> Outcome<i64> {
    let application: i32 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if application != APPLICATION_ID {
        return Err(StoreError::NotLever {
            path: path.to_path_buf(),
        }
        .into());
    }
    let found = version(conn)?;
    if found > known {
        return Err(StoreError::NewerVersion {
            path: path.to_path_buf(),
            found,
            known,
        }
        .into());
    }
    if found < 1 {
        return Err(damaged(path, format!("schema version {found}")));
    }
    Ok(found)
}

fn damaged(path: &Path, detail: String) -> Fault {
    StoreError::Damaged {
        path: path.to_path_buf(),
        detail,
    }
    .into()
}

/// Makes the schema of a new, empty database.
pub(crate) fn create(conn: &Connection, migrations: &[Migration]) -> Outcome<()> {
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    apply(conn, 0, migrations)
}

/// Takes an existing file to the latest version, keeping a copy of it as it was. All steps are one transaction.
///
/// Returns the path of the copy. Writers of other processes wait meanwhile, so the copy misses nothing.
pub(crate) fn upgrade(conn: &Connection, path: &Path, migrations: &[Migration]) -> Outcome<Option<PathBuf>> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited for the lock.
    let from = identify(&tx, path, latest(migrations))?;
    if from == latest(migrations) {
        return Ok(None);
    }
    let copy = copies::copy_before_migration(path, from)?;
    let done = apply_steps(&tx, from, migrations).and_then(|()| check_references(&tx, path));
    match done.and_then(|()| Ok(tx.commit()?)) {
        Ok(()) => Ok(Some(copy)),
        Err(fault) => {
            // What it copies is still in place; trying again would only pile up copies.
            let _ = fs::remove_file(copy);
            Err(fault)
        }
    }
}

fn check_references(conn: &Connection, path: &Path) -> Outcome<()> {
    let mut check = conn.prepare("PRAGMA foreign_key_check")?;
    let broken: Option<String> = check.query_map([], |row| row.get(0))?.next().transpose()?;
    match broken {
        Some(table) => Err(damaged(
            path,
            format!("rows of {table} refer to rows that don't exist"),
        )),
        None => Ok(()),
    }
}

fn apply(conn: &Connection, from: i64, migrations: &[Migration]) -> Outcome<()> {
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    apply_steps(&tx, from, migrations)?;
    tx.commit()?;
    Ok(())
}

fn apply_steps(tx: &Transaction<'_>, from: i64, migrations: &[Migration]) -> Outcome<()> {
    for step in &migrations[from as usize..] {
        tx.execute_batch(step)
            .map_err(|error| misplaced(tx, from, error))?;
    }
    tx.pragma_update(None, "user_version", latest(migrations))?;
    Ok(())
}

/// A step that fails for what is there means that the file says to be of a version that it is not.
fn misplaced(conn: &Connection, from: i64, error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::Unknown) => damaged(
            Path::new(conn.path().unwrap_or_default()),
            format!("its tables are not those of version {from}: {error}"),
        ),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests;
