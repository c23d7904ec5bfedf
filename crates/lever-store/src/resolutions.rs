//! Requests that were resolved before. Good for one generation of a namespace and one matcher; anything else is a miss.

use rusqlite::{OptionalExtension, params};

use crate::Store;
use crate::error::StoreError;
use crate::store::Commit;

impl Store {
    /// The remembered result for a normalised request, if it was resolved at this generation by this matcher.
    ///
    /// `matcher` names everything beside the namespace's contents that the result depends on: embedder, thresholds.
    pub fn resolution(
        &self,
        namespace: &str,
        key: &str,
        generation: i64,
        matcher: &str,
    ) -> Result<Option<String>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT result FROM resolutions
                 WHERE namespace = ?1 AND key = ?2 AND generation = ?3 AND matcher = ?4",
            )?;
            Ok(query
                .query_row(params![namespace, key, generation, matcher], |row| row.get(0))
                .optional()?)
        })
    }

    /// Remembers a result (JSON). The oldest go when there are more than [`crate::Settings::resolutions`].
    pub fn put_resolution(
        &mut self,
        namespace: &str,
        key: &str,
        generation: i64,
        matcher: &str,
        result: &str,
    ) -> Result<(), StoreError> {
        self.write(Commit::Soon, |tx, settings| {
            // Numbers only grow and a replaced row gets a new one, so a window of numbers bounds the rows.
            tx.prepare_cached(
                "INSERT OR REPLACE INTO resolutions (namespace, key, generation, matcher, result)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![namespace, key, generation, matcher, result])?;
            let oldest = tx.last_insert_rowid() - i64::from(settings.resolutions);
            tx.prepare_cached("DELETE FROM resolutions WHERE seq <= ?1")?
                .execute([oldest])?;
            Ok(())
        })
    }
}
