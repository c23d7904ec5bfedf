//! Approval: a person saw a digest and said yes. It holds for that digest only.

use rusqlite::params;

use crate::error::StoreError;
use crate::store::Commit;
use crate::{Millis, Store, ids};

impl Store {
    /// Records that `by` approved command `id` as it was shown, with this `digest`. Durable.
    ///
    /// # Errors
    /// [`StoreError::Changed`] if the command has another digest by now.
    pub fn approve(
        &mut self,
        namespace: &str,
        id: &str,
        digest: &str,
        by: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            let mut query = tx.prepare_cached("SELECT 1 FROM commands WHERE seq = ?1 AND digest = ?2")?;
            if !query.exists(params![seq, digest])? {
                return Err(StoreError::Changed {
                    namespace: namespace.into(),
                    id: id.into(),
                }
                .into());
            }
            if ids::is_packed(id) {
                tx.execute(
                    "INSERT INTO approvals (command, namespace, digest, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET digest = excluded.digest, by = excluded.by, at = excluded.at",
                    params![seq, namespace, digest, by, now],
                )?;
            } else {
                tx.execute(
                    "UPDATE commands SET approved_by = ?2, approved_at = ?3 WHERE seq = ?1",
                    params![seq, by, now],
                )?;
            }
            Ok(())
        })
    }

    /// Takes an approval back. Returns whether there was one. Durable.
    pub fn disapprove(&mut self, namespace: &str, id: &str) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let Some(seq) = ids::locate(tx, namespace, id)? else {
                return Ok(false);
            };
            let gone = if ids::is_packed(id) {
                tx.execute(
                    "DELETE FROM approvals WHERE command = ?1 AND namespace = ?2",
                    params![seq, namespace],
                )?
            } else {
                tx.execute(
                    "UPDATE commands SET approved_by = NULL, approved_at = NULL
                     WHERE seq = ?1 AND approved_by IS NOT NULL",
                    [seq],
                )?
            };
            Ok(gone > 0)
        })
    }

    /// Remembers that a person confirmed these very arguments in this very folder; `hash` names both. Durable.
    ///
    /// # Errors
    /// [`StoreError::UnknownCommand`].
    pub fn confirm(&mut self, namespace: &str, id: &str, hash: &str, now: Millis) -> Result<(), StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            tx.execute(
                "INSERT INTO confirmations (command, namespace, hash, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET at = excluded.at",
                params![seq, namespace, hash, now],
            )?;
            Ok(())
        })
    }

    /// Whether a person confirmed this before, and the command has not been changed since.
    pub fn was_confirmed(&self, namespace: &str, id: &str, hash: &str) -> Result<bool, StoreError> {
        self.read_together(|conn| {
            let Some(seq) = ids::locate(conn, namespace, id)? else {
                return Ok(false);
            };
            let mut query = conn.prepare_cached(
                "SELECT 1 FROM confirmations WHERE command = ?1 AND namespace = ?2 AND hash = ?3",
            )?;
            Ok(query.exists(params![seq, namespace, hash])?)
        })
    }
}
