//! Where a command's programs are: a program that is suddenly another file is worth a question.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use crate::error::StoreError;
use crate::store::Commit;
use crate::{Millis, Store, ids};

impl Store {
    /// The places at which each program of a command was found before, by the program's name. Empty for a command that
    /// never ran here.
    pub fn program_paths(
        &self,
        namespace: &str,
        id: &str,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        self.read_together(|conn| {
            let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            let Some(seq) = ids::locate(conn, namespace, id)? else {
                return Ok(found);
            };
            let mut query = conn.prepare_cached(
                "SELECT name, path FROM program_paths WHERE command = ?1 AND namespace = ?2",
            )?;
            let mut rows = query.query(params![seq, namespace])?;
            while let Some(row) = rows.next()? {
                found.entry(row.get(0)?).or_default().insert(row.get(1)?);
            }
            Ok(found)
        })
    }

    /// Remembers where programs of a command were found, beside what is remembered already. Not synced.
    ///
    /// # Errors
    /// [`StoreError::UnknownCommand`].
    pub fn remember_program_paths(
        &mut self,
        namespace: &str,
        id: &str,
        paths: &BTreeMap<String, String>,
        now: Millis,
    ) -> Result<(), StoreError> {
        if paths.is_empty() {
            return Ok(());
        }
        self.write(Commit::Soon, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            for (name, path) in paths {
                tx.prepare_cached(
                    "INSERT INTO program_paths (command, namespace, name, path, at) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![seq, namespace, name, path, now])?;
            }
            Ok(())
        })
    }
}
