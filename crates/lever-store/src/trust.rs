//! Trust: earned and lost by outcomes, per namespace, always by a difference, so that parallel runs all count.

use rusqlite::{Connection, params};

use crate::error::{Outcome, StoreError, invalid};
use crate::store::Commit;
use crate::{Millis, Settings, Store, ids};

/// A command's standing in a namespace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trust {
    /// 0 to 100.
    pub score: f64,
    /// Runs that succeeded.
    pub successes: u32,
    /// Runs whose failure was the command's own.
    pub failures: u32,
}

/// How a run speaks for or against its command. What is nobody's fault is not reported at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It worked.
    Success,
    /// It failed, and that was the command's fault.
    Failure,
}

/// A command that stands out, in [`Store::flagged`] and [`Store::promote`].
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// Its trust; for a promotion, before it.
    pub trust: Trust,
    /// For a promotion, the score after it; else the same score.
    pub score_after: f64,
}

impl Store {
    /// Moves a command's trust by one outcome and returns where it is now. `None` if there is no such command.
    ///
    /// [`Store::record_run`] does the same together with the run's record.
    pub fn judge(
        &mut self,
        namespace: &str,
        id: &str,
        verdict: Verdict,
        now: Millis,
    ) -> Result<Option<Trust>, StoreError> {
        self.write(Commit::Soon, |tx, settings| {
            judge(tx, settings, namespace, id, verdict, now)
        })
    }

    /// Sets a command's score, keeping its counts: its owner's word. Durable.
    ///
    /// # Errors
    /// [`StoreError::UnknownCommand`]; [`StoreError::Invalid`] for a score outside 0 to 100.
    pub fn set_trust(
        &mut self,
        namespace: &str,
        id: &str,
        score: f64,
        now: Millis,
    ) -> Result<(), StoreError> {
        if !(0.0..=100.0).contains(&score) {
            return Err(invalid(format!("trust is between 0 and 100, not {score}")));
        }
        self.write(Commit::Durable, |tx, _| {
            let seq = ids::require(tx, namespace, id)?;
            tx.execute(
                "INSERT INTO trust (command, namespace, score, updated_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET score = excluded.score, updated_at = excluded.updated_at",
                params![seq, namespace, score, now],
            )?;
            Ok(())
        })
    }

    /// Commands whose trust is below [`Settings::flag_below`] after at least [`Settings::flag_failures`] failures,
    /// the least trusted first.
    pub fn flagged(&self, namespace: &str) -> Result<Vec<Standing>, StoreError> {
        let Settings {
            flag_below,
            flag_failures,
            ..
        } = *self.settings();
        let found = self.read_together(|conn| {
            standings(
                conn,
                "SELECT command, score, successes, failures, score FROM trust
                 WHERE namespace = ?1 AND score < ?2 AND failures >= ?3 ORDER BY score, command",
                params![namespace, flag_below, flag_failures],
            )
        })?;
        Ok(found.into_iter().map(|(_, standing)| standing).collect())
    }

    /// The namespaces in which a command's trust was ever moved, by name.
    pub fn judged_namespaces(&self) -> Result<Vec<String>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare("SELECT DISTINCT namespace FROM trust ORDER BY namespace")?;
            let names = query.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    /// One round of promotion; returns who rose, or would with `dry_run`.
    ///
    /// The rule: a command rises by [`Settings::promote_by`], up to 100, if its score is below
    /// [`Settings::promote_below`] and it has had more than [`Settings::promote_after`] successes since it last rose
    /// (or since its trust began). So a success is spent once, and a second round straight after does nothing.
    pub fn promote(
        &mut self,
        namespace: &str,
        dry_run: bool,
        now: Millis,
    ) -> Result<Vec<Standing>, StoreError> {
        let choose = |conn: &Connection, settings: &Settings| {
            standings(
                conn,
                "SELECT command, score, successes, failures, min(100.0, score + ?4) FROM trust
                 WHERE namespace = ?1 AND score < ?2 AND successes - promoted > ?3 ORDER BY command",
                params![
                    namespace,
                    settings.promote_below,
                    settings.promote_after,
                    settings.promote_by
                ],
            )
        };
        let risen = if dry_run {
            self.read_together(|conn| choose(conn, self.settings()))?
        } else {
            self.write(Commit::Soon, |tx, settings| {
                let risen = choose(tx, settings)?;
                for (seq, standing) in &risen {
                    tx.prepare_cached(
                        "UPDATE trust SET score = ?3, promoted = successes, updated_at = ?4
                         WHERE command = ?1 AND namespace = ?2",
                    )?
                    .execute(params![seq, namespace, standing.score_after, now])?;
                }
                Ok(risen)
            })?
        };
        Ok(risen.into_iter().map(|(_, standing)| standing).collect())
    }
}

pub(crate) fn judge(
    conn: &Connection,
    settings: &Settings,
    namespace: &str,
    id: &str,
    verdict: Verdict,
    now: Millis,
) -> Outcome<Option<Trust>> {
    let Some(seq) = ids::locate(conn, namespace, id)? else {
        return Ok(None);
    };
    let (change, success, failure) = match verdict {
        Verdict::Success => (settings.trust_success, 1, 0),
        Verdict::Failure => (-settings.trust_failure, 0, 1),
    };
    let mut update = conn.prepare_cached(
        "INSERT INTO trust (command, namespace, score, successes, failures, updated_at)
         SELECT seq, ?2, max(0.0, min(100.0, coalesce(trust, ?3) + ?4)), ?5, ?6, ?7 FROM commands WHERE seq = ?1
         ON CONFLICT DO UPDATE SET score = max(0.0, min(100.0, score + ?4)), successes = successes + ?5,
           failures = failures + ?6, updated_at = ?7
         RETURNING score, successes, failures",
    )?;
    let trust = update.query_row(
        params![seq, namespace, settings.trust_new, change, success, failure, now],
        |row| {
            Ok(Trust {
                score: row.get(0)?,
                successes: row.get(1)?,
                failures: row.get(2)?,
            })
        },
    )?;
    Ok(Some(trust))
}

/// Commands with their rows: the query's columns are row, score, successes, failures and the score after.
fn standings(conn: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) -> Outcome<Vec<(i64, Standing)>> {
    let mut query = conn.prepare_cached(sql)?;
    let mut rows = query.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = row.get(0)?;
        let trust = Trust {
            score: row.get(1)?,
            successes: row.get(2)?,
            failures: row.get(3)?,
        };
        found.push((
            seq,
            Standing {
                id: ids::name(conn, seq)?.into(),
                trust,
                score_after: row.get(4)?,
            },
        ));
    }
    Ok(found)
}
