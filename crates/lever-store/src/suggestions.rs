//! Commands that list what a parameter can be, and what they listed last.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::StoreError;
use crate::store::Commit;
use crate::{Approval, Millis, Store, ids};

/// What lists a parameter's values, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The parameter.
    pub param: String,
    /// The shell text.
    pub template: String,
    /// What its approval is bound to.
    pub digest: String,
    /// The compiled plan, as JSON.
    pub plan: String,
    /// Who approved it.
    pub approval: Option<Approval>,
}

/// What lists a parameter's values, as it is taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSuggestion<'a> {
    /// The parameter.
    pub param: &'a str,
    /// The shell text.
    pub template: &'a str,
    /// Names template, interpreter and permissions.
    pub digest: &'a str,
    /// The compiled plan, as JSON.
    pub plan: &'a str,
}

const COLUMNS: &str = "param, template, digest, plan, approved_by, approved_at";

impl Store {
    /// Gives a command these suggestions and no others. One that it has already keeps its approval. Durable.
    ///
    /// # Errors
    /// [`StoreError::UnknownCommand`].
    pub fn set_suggestions(
        &mut self,
        namespace: &str,
        id: &str,
        suggestions: &[NewSuggestion<'_>],
        approved_by: Option<&str>,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            let params: Vec<&str> = suggestions.iter().map(|new| new.param).collect();
            let mut old = tx.prepare("SELECT param FROM suggestions WHERE command = ?1")?;
            let old: Vec<String> = old
                .query_map([seq], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for param in old.iter().filter(|param| !params.contains(&param.as_str())) {
                tx.execute(
                    "DELETE FROM suggestions WHERE command = ?1 AND param = ?2",
                    params![seq, param],
                )?;
            }
            for new in suggestions {
                tx.execute(
                    "INSERT INTO suggestions (command, param, template, digest, plan, approved_by, approved_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     ON CONFLICT DO UPDATE SET template = excluded.template, digest = excluded.digest,
                       plan = excluded.plan, approved_by = excluded.approved_by, approved_at = excluded.approved_at
                     WHERE digest <> excluded.digest OR approved_by IS NULL",
                    params![
                        seq,
                        new.param,
                        new.template,
                        new.digest,
                        new.plan,
                        approved_by,
                        approved_by.map(|_| now)
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// The suggestions of a command.
    pub fn suggestions(&self, namespace: &str, id: &str) -> Result<Vec<Suggestion>, StoreError> {
        self.read_together(|conn| {
            let Some(seq) = ids::locate(conn, namespace, id)? else {
                return Ok(Vec::new());
            };
            let mut query = conn.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM suggestions WHERE command = ?1 ORDER BY param"
            ))?;
            Ok(query.query_map([seq], read)?.collect::<Result<_, _>>()?)
        })
    }

    /// Records that `by` approved a suggestion as it was shown. Durable.
    ///
    /// # Errors
    /// [`StoreError::Changed`] if it has another digest by now.
    pub fn approve_suggestion(
        &mut self,
        namespace: &str,
        id: &str,
        digest: &str,
        by: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(Commit::Durable, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            let done = tx.execute(
                "UPDATE suggestions SET approved_by = ?3, approved_at = ?4 WHERE command = ?1 AND digest = ?2",
                params![seq, digest, by, now],
            )?;
            if done == 0 {
                return Err(StoreError::Changed {
                    namespace: namespace.into(),
                    id: id.into(),
                }
                .into());
            }
            Ok(())
        })
    }

    /// Keeps what a suggestion listed, a JSON list, in place of what it listed before. Not synced.
    pub fn remember_values(
        &mut self,
        namespace: &str,
        id: &str,
        param: &str,
        found: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(Commit::Soon, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            tx.execute(
                "INSERT INTO suggested_values (command, namespace, param, found, at) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET found = excluded.found, at = excluded.at",
                params![seq, namespace, param, found, now],
            )?;
            Ok(())
        })
    }

    /// What a parameter's suggestion listed last, a JSON list, and when.
    pub fn remembered_values(
        &self,
        namespace: &str,
        id: &str,
        param: &str,
    ) -> Result<Option<(String, Millis)>, StoreError> {
        self.read_together(|conn| {
            let Some(seq) = ids::locate(conn, namespace, id)? else {
                return Ok(None);
            };
            let mut query = conn.prepare_cached(
                "SELECT found, at FROM suggested_values WHERE command = ?1 AND namespace = ?2 AND param = ?3",
            )?;
            let row = query.query_row(params![seq, namespace, param], |row| {
                Ok((row.get(0)?, row.get(1)?))
            });
            Ok(row.optional()?)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Suggestion> {
    let by: Option<String> = row.get(4)?;
    Ok(Suggestion {
        param: row.get(0)?,
        template: row.get(1)?,
        digest: row.get(2)?,
        plan: row.get(3)?,
        approval: match by {
            Some(by) => Some(Approval { by, at: row.get(5)? }),
            None => None,
        },
    })
}
