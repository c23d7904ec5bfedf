//! Taking back: commands, packs' commands in one namespace, and single matches that were wrong.

use rusqlite::{Connection, params};

use crate::error::{Outcome, StoreError};
use crate::layers::{self, Layer, Open};
use crate::phrases::{self, Source};
use crate::store::Commit;
use crate::{Millis, Store};

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
            let of = Layer::of(namespace, id);
            let Some(owner) = layers::find(tx, of)? else {
                return Ok(false);
            };
            if !phrases::exists(tx, owner.id, id)? {
                return Ok(false);
            }
            let mut own = layers::find_or_make(tx, Layer::Namespace(namespace), now)?;
            if let Layer::Pack(_) = of {
                let hidden = tx.execute(
                    "INSERT INTO hidden (namespace, command, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                    params![namespace, id, now],
                )?;
                if hidden == 0 {
                    return Ok(false);
                }
            }
            forget_phrases(tx, &mut own, owner.id, id)?;
            forget_history(tx, namespace, id)?;
            if let Layer::Namespace(_) = of {
                tx.execute(
                    "DELETE FROM commands WHERE layer = ?1 AND id = ?2",
                    params![owner.id, id],
                )?;
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
            let learned = phrases::holder(tx, own.id, key)?
                .filter(|held| held.source == Source::Learned && held.command == command);
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
pub(crate) fn forget_phrases(conn: &Connection, layer: &mut Open, owner: i64, id: &str) -> Outcome<()> {
    for (number, _) in phrases::numbers(conn, layer.id, owner, id)? {
        phrases::delete(conn, layer, number)?;
    }
    Ok(())
}

/// Removes what a namespace knows of a command beside its text.
fn forget_history(conn: &Connection, namespace: &str, id: &str) -> Outcome<()> {
    for table in ["trust", "approvals", "confirmations", "counterexamples"] {
        conn.prepare_cached(&format!(
            "DELETE FROM {table} WHERE namespace = ?1 AND command = ?2"
        ))?
        .execute([namespace, id])?;
    }
    Ok(())
}
