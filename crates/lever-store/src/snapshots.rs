//! What can be computed again from a layer, kept so that it need not be: packed vectors of an embedder, a compiled trie.
//! A snapshot says which state of the layer it holds; [`Store::load_changes`] gives what came after.
//!
//! The bytes are a file each, in the folder `<database>-cache`, and are mapped: opening costs the same at any size.
//! A file is never changed once it has its name, which is random and written in the database: a database that was
//! put back from a copy finds none of the files made since, rather than the wrong ones.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Store;
use crate::copies::{create_private, sync_folder};
use crate::error::{Outcome, StoreError, file_error};
use crate::layers::{self, Layer, Mark};
use crate::store::{Commit, beside};

/// A stored snapshot.
#[derive(Debug)]
pub struct Snapshot {
    /// The state of the layer that it holds.
    pub mark: Mark,
    /// How many entries, as its maker counted them.
    pub count: u32,
    /// The bytes.
    pub bytes: Packed,
}

/// Bytes in one piece, aligned to a page of memory where they come from a file. They outlive the store's handle.
#[derive(Debug)]
pub struct Packed(Bytes);

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    Held(Vec<u8>),
}

impl Deref for Packed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Mapped(map) => map,
            Bytes::Held(bytes) => bytes,
        }
    }
}

impl Store {
    /// A layer's snapshot of one kind. `kind` is the caller's, and names the format too: `trie-3`, `vectors-hash-1`.
    ///
    /// The bytes are as they were written, unless the disk is failing or somebody wrote to the file: readers check
    /// what they rely on.
    pub fn snapshot(&self, layer: Layer<'_>, kind: &str) -> Result<Option<Snapshot>, StoreError> {
        self.read_together(|conn| {
            let Some(open) = layers::find(conn, layer)? else {
                return Ok(None);
            };
            let mut query = conn.prepare_cached(
                "SELECT generation, next_phrase, count, length, file, bytes FROM snapshots
                 WHERE layer = ?1 AND kind = ?2",
            )?;
            let mut rows = query.query(params![open.id, kind])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let mark = Mark {
                generation: row.get(0)?,
                next_phrase: row.get(1)?,
            };
            let bytes = match (row.get::<_, Option<String>>(4)?, self.cache_folder()) {
                (None, _) => Bytes::Held(row.get(5)?),
                (Some(file), Some(folder)) => match map(&folder.join(file), row.get::<_, i64>(3)?) {
                    Some(map) => Bytes::Mapped(map),
                    None => return Ok(None),
                },
                (Some(_), None) => return Ok(None),
            };
            Ok(Some(Snapshot {
                mark,
                count: row.get(2)?,
                bytes: Packed(bytes),
            }))
        })
    }

    /// Keeps a snapshot in place of the one of the same kind. Returns `false`, and keeps the old one, if that holds a
    /// later state, or if the layer is gone.
    pub fn put_snapshot(
        &mut self,
        layer: Layer<'_>,
        kind: &str,
        mark: Mark,
        count: u32,
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        // The long part, before anybody has to wait for the lock.
        let part = match self.cache_folder() {
            Some(folder) if !self.is_read_only() => Some(Part::write(folder, bytes)?),
            _ => None,
        };
        self.write(Commit::Soon, |tx, _| {
            let Some(open) = layers::find(tx, layer)? else { return Ok(false) };
            let held: Option<i64> = tx
                .prepare_cached("SELECT generation FROM snapshots WHERE layer = ?1 AND kind = ?2")?
                .query_row(params![open.id, kind], |row| row.get(0))
                .optional()?;
            if mark.generation > open.generation || held.is_some_and(|held| held > mark.generation) {
                return Ok(false);
            }
            let (file, inline) = match &part {
                Some(part) => (Some(part.publish(tx)?), None),
                None => (None, Some(bytes)),
            };
            tx.prepare_cached(
                "INSERT OR REPLACE INTO snapshots (layer, kind, generation, next_phrase, count, length, file, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                open.id,
                kind,
                mark.generation,
                mark.next_phrase,
                count,
                bytes.len().cast_signed(),
                file,
                inline
            ])?;
            if let Some(part) = &part {
                sweep(tx, &part.folder)?;
            }
            Ok(true)
        })
    }

    /// Drops all snapshots of a kind, in every layer; returns how many.
    pub fn drop_snapshots(&mut self, kind: &str) -> Result<u64, StoreError> {
        let folder = self.cache_folder();
        self.write(Commit::Soon, |tx, _| {
            let dropped = tx.execute("DELETE FROM snapshots WHERE kind = ?1", [kind])?;
            if let Some(folder) = folder {
                sweep(tx, &folder)?;
            }
            Ok(dropped as u64)
        })
    }

    fn cache_folder(&self) -> Option<PathBuf> {
        (self.path() != Path::new(":memory:")).then(|| beside(self.path(), "-cache"))
    }
}

/// A file that is being written. It is locked for as long, which tells it from one that a killed process left.
struct Part {
    folder: PathBuf,
    path: PathBuf,
    _locked: File,
}

impl Part {
    fn write(folder: PathBuf, bytes: &[u8]) -> Result<Self, StoreError> {
        crate::create::create_folders(&folder)?;
        let (path, mut file) = Self::begin(&folder)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        let part = Self {
            folder,
            path,
            _locked: file,
        };
        written.map_err(|error| file_error(&part.path, error))?;
        Ok(part)
    }

    fn begin(folder: &Path) -> Result<(PathBuf, File), StoreError> {
        let mut number = 0;
        loop {
            let path = folder.join(format!("part-{}-{number}", std::process::id()));
            number += 1;
            let file = match create_private(&path) {
                Err(StoreError::File { source, .. }) if source.kind() == ErrorKind::AlreadyExists => continue,
                other => other?,
            };
            let locked = file.lock().and_then(|()| file.metadata());
            // Between being made and locked it may have been taken for one left behind.
            if locked.map_err(|error| file_error(&path, error))?.nlink() > 0 {
                return Ok((path, file));
            }
        }
    }

    /// Gives it a random name, under the write lock, and returns the name.
    fn publish(&self, tx: &Connection) -> Outcome<String> {
        let name: String = tx.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
        let to = self.folder.join(&name);
        fs::rename(&self.path, &to).map_err(|error| file_error(&to, error))?;
        sync_folder(&self.folder)?;
        Ok(name)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already if it has its name.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes the files that no row names. Called under the write lock, so no file is between its name and its row.
fn sweep(tx: &Connection, folder: &Path) -> Outcome<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut named = tx.prepare_cached("SELECT 1 FROM snapshots WHERE file = ?1")?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let unused = if name.starts_with("part-") {
            File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        } else {
            !named.exists([&name])?
        };
        if unused {
            // Whoever has it mapped keeps it until it is unmapped.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn map(path: &Path, length: i64) -> Option<Mmap> {
    let file = File::open(path).ok()?;
    if file.metadata().ok()?.len() != length.cast_unsigned() {
        return None;
    }
    // SAFETY: the file is never changed or cut after it got its name, only unlinked; it is private to its owner, who
    // could as well change this process's memory.
    unsafe { Mmap::map(&file) }.ok()
}
