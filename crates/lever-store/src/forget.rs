//! Taking back: commands, packs' commands in one namespace, and single matches that were wrong.

use rusqlite::{Connection, params};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, Source};
use crate::store::Commit;
use crate::{Millis, Store, ids};

/// A request that must not mean a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The normalised request.
    pub key: String,
    /// The command that it was taken for.
    pub command: String,
}

impl Store {
    /// Forgets a command in `namespace`: its own with all that belongs to it; a pack's by hiding it, which lasts
    /// through upgrades of the pack. Returns whether there was something to forget. Durable.
    pub fn forget(&mut self, namespace: &str, id: &str, now: Millis) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let Some(seq) = ids::locate(tx, namespace, id)? else {
                return Ok(false);
            };
            let mut own = layers::find_or_make(tx, Layer::Namespace(namespace), now)?;
            let taught = own.has(seq);
            if !taught {
                let hidden = tx.execute(
                    "INSERT INTO hidden (namespace, command, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![namespace, id, now],
                )?;
                if hidden == 0 {
                    return Ok(false);
                }
            }
            forget_phrases(tx, &mut own, seq)?;
            for table in ["trust", "approvals", "confirmations"] {
                tx.prepare_cached(&format!(
                    "DELETE FROM {table} WHERE command = ?1 AND namespace = ?2"
                ))?
                .execute(params![seq, namespace])?;
            }
            tx.execute(
                "DELETE FROM counterexamples WHERE namespace = ?1 AND command = ?2",
                [namespace, id],
            )?;
            if taught {
                tx.prepare_cached("DELETE FROM commands WHERE seq = ?1")?
                    .execute([seq])?;
            }
            own.touch();
            own.close(tx)?;
            Ok(true)
        })
    }

    /// Brings back a pack's command that `namespace` has forgotten. Returns whether it had. Durable.
    pub fn restore(&mut self, namespace: &str, id: &str) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let shown = tx.execute(
                "DELETE FROM hidden WHERE namespace = ?1 AND command = ?2",
                [namespace, id],
            )?;
            if shown > 0
                && let Some(mut own) = layers::find(tx, Layer::Namespace(namespace))?
            {
                own.touch();
                own.close(tx)?;
            }
            Ok(shown > 0)
        })
    }

    /// The ids of the packs' commands that `namespace` has forgotten; also of packs that aren't installed now.
    pub fn hidden(&self, namespace: &str) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            let mut query =
                conn.prepare_cached("SELECT command FROM hidden WHERE namespace = ?1 ORDER BY command")?;
            Ok(query
                .query_map([namespace], |row| row.get(0))?
                .collect::<Result<_, _>>()?)
        })
    }

    /// Takes a match back: the request's learned phrase goes, if it is this command's, and the pair is remembered
    /// as a counterexample. Returns whether a learned phrase went. Durable.
    pub fn mark_wrong(
        &mut self,
        namespace: &str,
        key: &str,
        command: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let mut own = layers::find_or_make(tx, Layer::Namespace(namespace), now)?;
            tx.execute(
                "INSERT INTO counterexamples (namespace, key, command, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![namespace, key, command, now],
            )?;
            let seq = ids::locate(tx, namespace, command)?;
            let learned = phrases::holder(tx, own.id, key)?
                .filter(|held| held.source == Source::Learned && Some(held.command) == seq);
            if let Some(held) = &learned {
                phrases::delete(tx, &mut own, held.number)?;
            }
            own.touch();
            own.close(tx)?;
            Ok(learned.is_some())
        })
    }

    /// Every pair that [`Store::mark_wrong`] remembers in `namespace`.
    pub fn counterexamples(&self, namespace: &str) -> Result<Vec<Counterexample>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT key, command FROM counterexamples WHERE namespace = ?1 ORDER BY key, command",
            )?;
            let rows = query.query_map([namespace], |row| {
                Ok(Counterexample {
                    key: row.get(0)?,
                    command: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Removes the phrases that a layer has for a command, which may be another layer's.
pub(crate) fn forget_phrases(conn: &Connection, layer: &mut Open, command: i64) -> Outcome<()> {
    for (number, _) in phrases::numbers(conn, layer, command)? {
        phrases::delete(conn, layer, number)?;
    }
    Ok(())
}
