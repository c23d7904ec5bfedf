//! Approval: a person saw a digest and said yes. It holds for that digest only.

use rusqlite::{Connection, params};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer};
use crate::store::Commit;
use crate::{Millis, Store, phrases};

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
            let owner = layers::find(tx, Layer::of(namespace, id))?;
            let owner = owner.ok_or_else(|| phrases::unknown(namespace, id))?;
            if !phrases::exists(tx, owner.id, id)? {
                return Err(phrases::unknown(namespace, id).into());
            }
            let mut query =
                tx.prepare_cached("SELECT 1 FROM commands WHERE layer = ?1 AND id = ?2 AND digest = ?3")?;
            if !query.exists(params![owner.id, id, digest])? {
                return Err(StoreError::Changed {
                    namespace: namespace.into(),
                    id: id.into(),
                }
                .into());
            }
            insert(tx, namespace, id, digest, by, now)
        })
    }

    /// Takes an approval back. Returns whether there was one. Durable.
    pub fn disapprove(&mut self, namespace: &str, id: &str) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let gone = tx.execute(
                "DELETE FROM approvals WHERE namespace = ?1 AND command = ?2",
                [namespace, id],
            )?;
            Ok(gone > 0)
        })
    }

    /// Remembers that a person confirmed these very arguments in this very folder; `hash` names both. Durable.
    pub fn confirm(
        &mut self,
        namespace: &str,
        command: &str,
        hash: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(Commit::Durable, |tx, _| {
            tx.execute(
                "INSERT INTO confirmations (namespace, command, hash, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET at = excluded.at",
                params![namespace, command, hash, now],
            )?;
            Ok(())
        })
    }

    /// Whether a person confirmed this before, and the command has not been changed since.
    pub fn was_confirmed(&self, namespace: &str, command: &str, hash: &str) -> Result<bool, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT 1 FROM confirmations WHERE namespace = ?1 AND command = ?2 AND hash = ?3",
            )?;
            Ok(query.exists([namespace, command, hash])?)
        })
    }
}

pub(crate) fn insert(
    conn: &Connection,
    namespace: &str,
    id: &str,
    digest: &str,
    by: &str,
    now: Millis,
) -> Outcome<()> {
    conn.prepare_cached(
        "INSERT INTO approvals (namespace, command, digest, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET digest = excluded.digest, by = excluded.by, at = excluded.at",
    )?
    .execute(params![namespace, id, digest, by, now])?;
    Ok(())
}
