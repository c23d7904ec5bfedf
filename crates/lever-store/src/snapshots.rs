//! What can be computed again from a layer, kept so that it need not be: packed vectors of an embedder, a compiled trie.
//! A snapshot says which state of the layer it holds; [`Store::load_changes`] gives what came after.

use std::io::Read;
use std::ops::Deref;

use rusqlite::{MAIN_DB, OptionalExtension, params};

use crate::Store;
use crate::error::{Fault, StoreError};
use crate::layers::{self, Layer, Mark};
use crate::store::Commit;

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

/// Bytes in one piece.
#[derive(Debug)]
pub struct Packed(Vec<u8>);

impl Deref for Packed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Store {
    /// Reads a layer's snapshot of one kind, in one piece. `kind` is the caller's: `trie-3`, `vectors-hash-1`.
    pub fn snapshot(&self, layer: Layer<'_>, kind: &str) -> Result<Option<Snapshot>, StoreError> {
        self.read_together(|conn| {
            let Some(open) = layers::find(conn, layer)? else {
                return Ok(None);
            };
            let mut query = conn.prepare_cached(
                "SELECT seq, generation, next_phrase, count FROM snapshots WHERE layer = ?1 AND kind = ?2",
            )?;
            let found: Option<(i64, Mark, u32)> = query
                .query_row(params![open.id, kind], |row| {
                    let mark = Mark {
                        generation: row.get(1)?,
                        next_phrase: row.get(2)?,
                    };
                    Ok((row.get(0)?, mark, row.get(3)?))
                })
                .optional()?;
            let Some((seq, mark, count)) = found else {
                return Ok(None);
            };
            // Straight from the pages into the buffer, without a copy of the whole in between.
            let mut blob = conn.blob_open(MAIN_DB, "snapshots", "blob", seq, true)?;
            let mut bytes = Vec::with_capacity(blob.len());
            blob.read_to_end(&mut bytes).map_err(|error| {
                Fault::Store(StoreError::Damaged {
                    path: self.path().to_path_buf(),
                    detail: error.to_string(),
                })
            })?;
            Ok(Some(Snapshot {
                mark,
                count,
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
        self.write(Commit::Soon, |tx, _| {
            let Some(open) = layers::find(tx, layer)? else { return Ok(false) };
            if mark.generation > open.generation {
                return Ok(false);
            }
            let put = tx
                .prepare_cached(
                    "INSERT INTO snapshots (layer, kind, generation, next_phrase, count, blob)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET generation = excluded.generation, next_phrase = excluded.next_phrase,
                       count = excluded.count, blob = excluded.blob WHERE generation <= excluded.generation",
                )?
                .execute(params![open.id, kind, mark.generation, mark.next_phrase, count, bytes])?;
            Ok(put > 0)
        })
    }

    /// Drops all snapshots of a kind, in every layer; returns how many.
    pub fn drop_snapshots(&mut self, kind: &str) -> Result<u64, StoreError> {
        self.write(Commit::Soon, |tx, _| {
            Ok(tx.execute("DELETE FROM snapshots WHERE kind = ?1", [kind])? as u64)
        })
    }
}
